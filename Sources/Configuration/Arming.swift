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

private struct ArmingChecks {
    let limits: LimitsFile
    let bytes: [UInt8]
    let context: ArmingContext
    let findings: Findings

    func run() {
        checkSubject()
        checkIdentity()
        checkPurpose()
        checkStimulator()
        checkMicro()
    }

    private func checkSubject() {
        let place = limits.subject.pseudonym.position
        if let subject = context.subject {
            for problem in limits.subjectProblems(session: subject) { findings.add(problem) }
        } else if !context.device.isVirtual {
            let text = "signed for \(limits.subject.pseudonym.text), the open session names no subject."
            findings.report("403", place, "subject.pseudonym", text)
        }
        if !limits.subject.consentScope.contains(where: { $0.text == "stimulate" }) {
            let text = "does not name \"stimulate\", which is absent: absent means denied."
            findings.report(
                "411", limits.subject.consentScope.first?.position ?? place, "subject.consent_scope", text)
        }
    }

    private func checkIdentity() {
        guard let identity = context.identity else { return }
        let entry = limits.device
        if identity.model != entry.model.text {
            let text = "signed for \(entry.model.text), the device says it is \(identity.model)."
            findings.report("420", entry.model.position, "device.model", text)
        }
        if !entry.serials.contains(where: { $0.text == identity.serial }) {
            let place = entry.serials.first?.position ?? entry.model.position
            findings.report("421", place, "device.serials", "does not name \(identity.serial), as the device says.")
        }
        if FirmwareRange(entry.firmware.text)?.contains(identity.firmware) != true {
            let text = "\(entry.firmware.text) does not hold \(identity.firmware), the firmware that the device says."
            findings.report("422", entry.firmware.position, "device.firmware", text)
        }
    }

    private func checkPurpose() {
        let isForLaboratory = limits.purpose == .bench || limits.purpose == .hil
        let isLaboratory = context.device.isVirtual || Drivers.isBench(context.device.stimulator?.driver ?? "")
        if isForLaboratory && !isLaboratory {
            let text =
                "purpose \(limits.purpose.rawValue) arms only a device whose driver is virtual or for the bench, and "
                + "\(context.device.stimulator?.driver ?? context.device.id) is neither."
            findings.report("413", limits.device.model.position, "purpose", text)
        }
    }

    private func checkStimulator() {
        guard let stimulator = context.device.stimulator else { return }
        let place = limits.device.model.position
        let isForLaboratory = limits.purpose == .bench || limits.purpose == .hil
        if stimulator.balance == .none && !isForLaboratory {
            let text =
                "\(stimulator.model) says balance: none, which arms purposes bench and hil only, not "
                + "\(limits.purpose.rawValue)."
            findings.report("414", place, "device.model", text)
        }
        guard stimulator.onLeaseEnd == .storedProgram else { return }
        guard let signed = limits.device.storedProgram else {
            let text = "\(stimulator.model) keeps a program when its lease ends; its hash must stand here."
            findings.report("415", place, "device.stored_program", text)
            return
        }
        if signed.text != context.storedProgram {
            let found = context.storedProgram.map { "the device holds \($0)" } ?? "the device's was not read back"
            findings.report("416", signed.position, "device.stored_program", "signed \(signed.text), \(found).")
        }
    }

    private func isAcknowledged(_ code: String) -> Bool {
        guard let lines = try? readAcknowledgements(context.acknowledgements, file: "") else { return false }
        let hash = hashText(of: bytes)
        return lines.last { $0.limits == hash && $0.code == code }.map { !$0.withdraws } ?? false
    }

    /// More than 2 nC a phase needs a record that somebody wants it; the gate's own bound is charge_limit.
    private func checkMicro() {
        guard !isAcknowledged("S024") else { return }
        let stimulating = Set(limits.contacts.filter(\.stimulate).map(\.electrode.text))
        for electrode in limits.electrodes where electrode.kind == .micro && stimulating.contains(electrode.id.text) {
            guard let charge = electrode.chargeLimit, charge.value > BuiltInCeilings.microChargeDefault
            else { continue }
            let text = "\(charge.text) is above the recommended 2 nC, and S024 was not acknowledged."
            findings.report("417", charge.position, "electrodes.charge_limit", text)
        }
    }
}
