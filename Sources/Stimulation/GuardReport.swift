public import Signal

/// What the guard says of itself in a report.
public struct GuardFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The proposal of the answered record was permitted and handed to the device.
    public static let permitted = GuardFlags(rawValue: 1)
    /// The order of the answered record was refused (arming with a latch, an empty reason); the bitmap says why.
    public static let orderRefused = GuardFlags(rawValue: 2)
    /// The device did not answer in time; what was sent counts as delivered.
    public static let uncertain = GuardFlags(rawValue: 4)
    /// The device flagged its compliance limit on ``GuardReport/lead``.
    public static let compliance = GuardFlags(rawValue: 8)
    /// The device's output is running or has pulses ahead.
    public static let outputActive = GuardFlags(rawValue: 16)
    /// The device cancelled pulses (stop or end of lease); ``GuardReport/cancelledFrom`` says from when.
    public static let cancelled = GuardFlags(rawValue: 32)
    /// The limits are past their expiry.
    public static let limitsExpired = GuardFlags(rawValue: 64)
    /// The subject's consent has ended.
    public static let consentExpired = GuardFlags(rawValue: 128)
    /// Model, serial and firmware that the device says are those that were signed for (IL-32).
    public static let deviceMatches = GuardFlags(rawValue: 256)
    /// Every echo was its permit, and nothing came out after off (IL-42).
    public static let readBackMatches = GuardFlags(rawValue: 512)
    /// No suspend, and host and device clocks agree (IL-36).
    public static let clocksAgree = GuardFlags(rawValue: 1024)
    /// The guard's own state folder takes what it must (IL-35).
    public static let logHealthy = GuardFlags(rawValue: 2048)
    /// The device's self-test passed when it was last armed (IL-44).
    public static let selfTestPassed = GuardFlags(rawValue: 4096)
    /// Residual voltage is above its recommended bound: an alarm, not yet a stop.
    public static let residualAlarm = GuardFlags(rawValue: 8192)
    /// Output came after off: the guard took the power away.
    public static let powerRemoved = GuardFlags(rawValue: 16384)
    /// ``GuardReport/segment`` is one that the guard itself played: the signed fallback.
    public static let fallbackSegment = GuardFlags(rawValue: 32768)
}

/// The guard's one answer to a ``RuntimeRecord``.
///
/// 512 bytes, little-endian, the last 32 their keyed MAC.
///
/// The runtime journals it as a recorded input at the safety tick that consumes it, and feeds the twin from ``segment``
/// (the device's echo) and ``cancelledFrom``.
public struct GuardReport: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of an encoded report, MAC included.
    public static let length = 512
    static let magic: UInt32 = 0x4753_4e41
    static let version: UInt16 = 3

    /// The guard's mode.
    public var mode: Mode = .off
    public var flags: GuardFlags = []
    /// The lead of the record that this report answers.
    public var lead: UInt8 = 0
    /// The sequence of the record that this report answers.
    public var sequence: UInt64 = 0
    /// The counter of that record's token.
    public var counter: UInt64 = 0
    /// The guard's time, µs since the start of the session.
    public var now = Microseconds(0)
    /// Interlock bits that latched; 0: no latch.
    public var latch: UInt64 = 0
    /// The guard's own verdict on the proposal, or why the order was refused; 0: permitted.
    public var verdict: UInt64 = 0
    /// The segment that the device accepted in answer to this record, or of the guard's own since the last one; a rest
    /// where there was none.
    public var segment = Segment.rest(at: Microseconds(0))
    /// Pulses at or after this time (µs) were cancelled by the device; `Int64.max` where none.
    public var cancelledFrom = Microseconds(.max)
    /// Pulses that left the device, up to the device's time.
    public var deliveredPulses: Int64 = 0
    /// Leading-phase charge that left the device.
    public var deliveredCharge = Femtocoulombs(0)
    /// Largest amplitude that left the device.
    public var maximumAmplitude = Nanoamperes(0)
    /// Proposals that the guard refused.
    public var refusals: Int64 = 0
    /// The device's lease ends here.
    public var leaseEnd = Microseconds(0)
    /// What the device measured: impedance (IL-25), residual voltage and compliance (IL-31), voltages (IL-45),
    /// balance (IL-18, 19); compliance events since arming.
    public var measured = DeviceMeasurements()
    /// Deliveries that no read-back has settled (IL-30).
    public var uncertainDeliveries: Int64 = 0
    /// Soft limits whose excess a clinician has acknowledged on record, as the guard read it (IL-33).
    public var acknowledged: SoftLimitSet = []
    /// What left the device, lead by lead.
    public var leads = LeadTable()

    /// The proposal of the answered record was permitted and handed to the device.
    public var proposalPermitted: Bool { flags.contains(.permitted) }

    /// A report of mode off and nothing else.
    public init() {}

    /// The sealed bytes of this report in `buffer` (at least ``length`` bytes).
    public func seal(into buffer: RecordBuffer, key: SessionKey) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(Self.version)
        buffer.put(mode.rawValue)
        buffer.put(lead)
        buffer.put(flags.rawValue)
        buffer.put(UInt32(0))
        buffer.put(sequence)
        buffer.put(counter)
        buffer.put(now.value)
        buffer.put(latch)
        buffer.put(verdict)
        segment.encode(into: buffer)
        buffer.put(cancelledFrom.value)
        buffer.put(deliveredPulses)
        buffer.put(deliveredCharge.value)
        buffer.put(maximumAmplitude.value)
        buffer.put(refusals)
        buffer.put(leaseEnd.value)
        measured.encode(into: buffer)
        buffer.put(uncertainDeliveries)
        buffer.put(UInt64(acknowledged.rawValue))
        leads.encode(into: buffer)
        buffer.pad(to: Self.length - SessionKey.macLength)
        key.seal(buffer, length: Self.length)
    }

    /// The report in `buffer`; nil when its length, MAC, magic, version or a field is wrong.
    public static func open(_ buffer: RecordBuffer, length: Int, key: SessionKey) -> GuardReport? {
        guard length == Self.length, key.verifies(buffer, length: length) else { return nil }
        buffer.rewind()
        guard buffer.take(UInt32.self) == magic, buffer.take(UInt16.self) == version,
            let mode = Mode(rawValue: buffer.take())
        else { return nil }
        var report = GuardReport()
        report.lead = buffer.take()
        report.mode = mode
        report.flags = GuardFlags(rawValue: buffer.take())
        _ = buffer.take(UInt32.self)
        report.sequence = buffer.take()
        report.counter = buffer.take()
        report.now = Microseconds(buffer.take())
        report.latch = buffer.take()
        report.verdict = buffer.take()
        guard let segment = Segment(decoding: buffer) else { return nil }
        report.segment = segment
        report.cancelledFrom = Microseconds(buffer.take())
        report.deliveredPulses = buffer.take()
        report.deliveredCharge = Femtocoulombs(buffer.take())
        report.maximumAmplitude = Nanoamperes(buffer.take())
        report.refusals = buffer.take()
        report.leaseEnd = Microseconds(buffer.take())
        report.measured = DeviceMeasurements(decoding: buffer)
        report.uncertainDeliveries = buffer.take()
        report.acknowledged = SoftLimitSet(rawValue: UInt8(truncatingIfNeeded: buffer.take(UInt64.self)))
        report.leads = LeadTable(decoding: buffer)
        return report
    }
}
