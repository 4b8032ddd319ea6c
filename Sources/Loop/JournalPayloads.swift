public import Signal

// Records of the tick. Every field is 64 bits wide, so that a record has no padding and its bytes are its meaning.

/// A decision as it is journalled.
public struct DecisionRecord: BitwiseCopyable, Sendable, Hashable {
    /// The value below, the second component above.
    public var valueBits: UInt64
    public var confidenceBits: UInt64
    public var firstSample: Int64
    public var endSample: Int64
    public var spikes: Int64
    public var synapticOperations: Int64
    public var neuronUpdates: Int64
    public var isValid: Int64

    /// The bits of `decision`.
    public init(_ decision: Decision) {
        valueBits = UInt64(decision.value.bitPattern) | UInt64(decision.second.bitPattern) << 32
        confidenceBits = UInt64(decision.confidence.bitPattern)
        firstSample = decision.firstSample
        endSample = decision.endSample
        spikes = Int64(decision.spikes)
        synapticOperations = decision.synapticOperations
        neuronUpdates = decision.neuronUpdates
        isValid = decision.isValid ? 1 : 0
    }

    /// The decision in the bytes of a journal's payload; nil when their number is wrong.
    public init?(payload: [UInt8]) {
        guard payload.count == MemoryLayout<DecisionRecord>.size else { return nil }
        self = unsafe payload.withUnsafeBytes { unsafe $0.loadUnaligned(as: DecisionRecord.self) }
    }

    /// The decoded value in the decoder's unit.
    public var value: Float { Float(bitPattern: UInt32(truncatingIfNeeded: valueBits)) }

    /// The decision that was recorded.
    public var decision: Decision {
        Decision(
            value: value, confidence: Float(bitPattern: UInt32(truncatingIfNeeded: confidenceBits)),
            firstSample: firstSample, endSample: endSample, spikes: Int32(truncatingIfNeeded: spikes),
            synapticOperations: synapticOperations, neuronUpdates: neuronUpdates, isValid: isValid != 0,
            second: second)
    }

    /// The second component; 0 for decoders with one value.
    public var second: Float { Float(bitPattern: UInt32(truncatingIfNeeded: valueBits >> 32)) }
}

/// A proposal and the runtime's verdict on it.
public struct ProposalRecord: BitwiseCopyable, Sendable, Hashable {
    public var pair: Int64
    public var waveform: Int64
    public var amplitude: Int64
    public var width: Int64
    public var interphase: Int64
    public var period: Int64
    public var pulses: Int64
    public var firstPulse: Int64
    public var imbalance: Int64
    public var broken: UInt64
    public var mode: Int64

    /// What was proposed in `mode`, and which interlocks it broke.
    public init(_ segment: Segment, broken: UInt64, mode: Mode) {
        pair = Int64(segment.pair)
        waveform = Int64(segment.waveform.rawValue)
        amplitude = segment.amplitude.value
        width = segment.width.value
        interphase = segment.interphase.value
        period = segment.period.value
        pulses = segment.pulses
        firstPulse = segment.firstPulse.value
        imbalance = segment.imbalance.value
        self.broken = broken
        self.mode = Int64(mode.rawValue)
    }
}

/// What the world decided, consumed at one safety tick: orders, misses and the guard's report on one lead.
public struct SafetyRecord: BitwiseCopyable, Sendable, Hashable {
    public var safetyIndex: Int64 = 0
    public var time: Int64 = 0
    public var orders: Int64 = 0
    public var missesInWindow: Int64 = 0
    public var realtimeOrVirtual: Int64 = 0
    /// 1 where a report of the guard was consumed; the fields below are 0 otherwise.
    public var hasReport: Int64 = 0
    public var reportCounter: Int64 = 0
    public var mode: Int64 = 0
    public var latch: UInt64 = 0
    public var verdict: UInt64 = 0
    public var leaseEnd: Int64 = 0
    public var echoFirstPulse: Int64 = 0
    public var echoPeriod: Int64 = 0
    public var echoWidth: Int64 = 0
    public var echoAmplitude: Int64 = 0
    public var echoPulses: Int64 = 0
    public var cancelledFrom: Int64 = .max
    public var deliveredPulses: Int64 = 0
    public var deliveredCharge: Int64 = 0
    public var maximumAmplitude: Int64 = 0
    public var guardRefusals: Int64 = 0
    /// ``GuardFlags``: refused orders, expiry of the limits, compliance.
    public var flags: Int64 = 0
    /// mΩ, as the device last measured it, and when, by its own clock; 0: not measured.
    public var impedance: Int64 = 0
    public var impedanceTime: Int64 = 0
    /// What else the device measured, in the units of ``DeviceMeasurements``.
    public var residualVoltage: Int64 = 0
    public var voltageLow: Int64 = 0
    public var voltageHigh: Int64 = 0
    public var measuredImbalance: Int64 = 0
    public var measuredNetCharge: Int64 = 0
    public var complianceEvents: Int64 = 0
    public var uncertainDeliveries: Int64 = 0
    /// ``SoftLimitSet``: soft limits whose excess is acknowledged on record.
    public var acknowledged: Int64 = 0
    /// 1: the block of this tick was overdue, and the tick was decided without it.
    public var lacksBlock: Int64 = 0
    /// 1: the journal is being written; the clocks run alike; what arming rests on was verified.
    public var logHealthy: Int64 = 0
    /// See ``logHealthy``.
    public var clocksAgree: Int64 = 0
    /// See ``logHealthy``.
    public var armingEvidence: Int64 = 0
    /// 1: the subject's consent has ended.
    public var consentExpired: Int64 = 1
    /// The lead that the report speaks of, and the pair of its echo, by their places in the limits.
    public var lead: Int64 = 0
    public var echoPair: Int64 = 0

    /// Nothing happened.
    public init() {}
}

/// How long a tick took; under the journal's seal, not under its head.
public struct TimingRecord: BitwiseCopyable, Sendable, Hashable {
    public var latency: Int64
    public var compute: Int64

    /// Both in nanoseconds.
    public init(latency: Int64, compute: Int64) {
        self.latency = latency
        self.compute = compute
    }
}
