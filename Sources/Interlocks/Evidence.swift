public import Signal

/// What the gate must know besides the segment; missing evidence fails its interlock: the initial value is unhealthy.
public struct Evidence: Hashable, Sendable, BitwiseCopyable {
    public var mode: Mode = .off
    /// An operator armed this session and the token of arming was consumed.
    public var isArmed = false
    /// Limits verified, not before their first day, subject and device match; expiry is the next field's.
    public var limitsValid = false
    /// Now is past the limits' expiry.
    public var limitsExpired = false
    /// Age of the newest good dead-man token.
    public var tokenAge = Microseconds(.max)
    /// Every actor that was due has answered.
    public var actorsHealthy = false
    /// The present lease ends here (µs since the start of the session).
    public var leaseEnd = Microseconds(.min)
    public var acknowledgementsMissing: Int64 = .max
    public var stopRequested = true
    /// 0: no latch.
    public var latch: UInt64 = .max
    /// The message that carried the segment was in order, fresh and well formed.
    public var sequenceValid = false
    /// Age of the newest sample.
    public var sampleAge = Microseconds(.max)
    /// Longest gap in the newest block.
    public var gap = Microseconds(.max)
    public var validChannels: Int64 = 0
    public var signalSaturatedOrFlat = true
    public var deadlineMissesInWindow: Int64 = .max
    public var decoderValid = false
    /// Millionths.
    public var confidence: Int64 = 0
    /// SCHED_FIFO and locked memory; or every driver is virtual, which exempts.
    public var realtimeOrVirtual = false

    /// Nothing is known, so nothing is healthy.
    public init() {}

    /// Everything is healthy in `mode`; what a caller who knows better then degrades.
    public static func healthy(mode: Mode, leaseEnd: Microseconds, validChannels: Int64) -> Evidence {
        var evidence = Evidence()
        (evidence.mode, evidence.isArmed, evidence.limitsValid) = (mode, true, true)
        (evidence.tokenAge, evidence.actorsHealthy, evidence.sequenceValid) = (Microseconds(0), true, true)
        (evidence.leaseEnd, evidence.acknowledgementsMissing) = (leaseEnd, 0)
        (evidence.stopRequested, evidence.latch) = (false, 0)
        (evidence.sampleAge, evidence.gap) = (Microseconds(0), Microseconds(0))
        (evidence.validChannels, evidence.signalSaturatedOrFlat) = (validChannels, false)
        (evidence.deadlineMissesInWindow, evidence.realtimeOrVirtual) = (0, true)
        (evidence.decoderValid, evidence.confidence) = (true, 1_000_000)
        return evidence
    }
}
