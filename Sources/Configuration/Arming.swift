import Signal

/// What a stimulator says of itself when it is asked, beside what its file says.
public struct DeviceIdentity: Hashable, Sendable {
    public var model: String
    public var serial: String
    /// Dotted numbers, `1.0`.
    public var firmware: String

    /// An identity as it was read from the device.
    public init(model: String, serial: String, firmware: String) {
        (self.model, self.serial, self.firmware) = (model, serial, firmware)
    }
}

/// Everything outside a limits file that decides whether it may arm.
public struct ArmingContext: Sendable {
    /// Seconds since 1970, from the wall clock.
    public var now: Int64
    /// The device that would be armed.
    public var device: Device
    /// What the stimulator reports of itself; nil: its device file is all there is, as for an emulation.
    public var identity: DeviceIdentity?
    /// ``hashText(of:)`` of the program read back from a device that keeps one; nil: none was read.
    public var storedProgram: String?
    /// What was measured, in mΩ by the contact's id; the compliance is reckoned anew from it.
    public var impedances: [String: Int64] = [:]
    /// Pseudonym of the open session's subject; nil: the session names none, which only a virtual device allows.
    public var subject: String?
    /// Text of `X.limits.yaml.clinician.minisig`; nil where it is absent.
    public var clinician: String?
    /// Text of `X.limits.yaml.engineer.minisig`; nil where it is absent.
    public var engineer: String?
    /// Keys that count, without those that were revoked.
    public var trusted: TrustedKeys
    /// Bytes of `X.limits.yaml.acknowledgements`; empty where there is none.
    public var acknowledgements: [UInt8] = []
    /// What was used before; empty for a virtual device that starts anew.
    public var revisions: RevisionRecord

    /// A context; what is not said here is absent.
    public init(now: Int64, device: Device, trusted: TrustedKeys, revisions: RevisionRecord = RevisionRecord()) {
        (self.now, self.device, self.trusted, self.revisions) = (now, device, trusted, revisions)
    }
}

extension LimitsFile {
    /// What stands against arming with this file, which was parsed from `bytes`; it changes nothing and reads no clock.
    ///
    /// Signatures, revocation, time window, subject, consent, identity of the device, balance and end of lease,
    /// revision, purpose. The caller adds what it measures: impedance, self-test, log, disk. Errors refuse; a warning
    /// (a skipped revision, an expiry within a day) is shown and does not.
    public func armingProblems(_ bytes: [UInt8], in context: ArmingContext) -> [Problem] {
        let findings = Findings(file: file, letter: "L")
        ArmingChecks(limits: self, bytes: bytes, context: context, findings: findings).run()
        return verifySignatures(
            bytes, limits: self, clinician: context.clinician, engineer: context.engineer, trusted: context.trusted,
            device: context.device) + timeProblems(at: context.now) + expiryWarnings(at: context.now)
            + revisionProblems(bytes, in: context.revisions, serial: context.serial) + findings.sorted
    }
}

extension ArmingContext {
    /// The serial that revisions are counted for.
    public var serial: String { identity?.serial ?? device.stimulator?.serial ?? "" }
}
