public import Signal

/// What one tick carries from stage to stage: plain values and the block it is about.
///
/// Tick k is block k. The loops of a profile run one after the other on the same block: ``conditioned``, ``validity``,
/// ``decision`` and what goes with them are those of the loop ``lane``.
///
/// All times are nanoseconds since the first sample.
@safe public struct Tick: @unchecked Sendable {
    /// k.
    public var index: Int64 = 0
    /// Place of the loop that runs now among the profile's loops.
    public var lane = 0
    /// When block k ended: (k + 1) × block length.
    public var blockEnd: Int64 = 0
    /// Block k; nil before acquisition.
    public var block: Block?
    /// Conditioned samples, frames × stride, and the envelope of each channel; set by Conditioning.
    public var conditioned = ConditionedView()
    public var validity = SignalValidity(channels: 0)
    /// What Decoding concluded; nil before it ran.
    public var decision: Decision?
    /// The network's spikes lie among the samples of the block.
    public var areSpikesCurrent = true
    /// Spikes per 1,000 neuron updates that the decoder is rated for.
    public var ratedSpikes: Int64 = 1_000
    /// Index of the safety tick that runs now.
    public var safetyIndex: Int64 = 0
    /// When the safety tick was due.
    public var safetyTime: Int64 = 0
    /// Deadline misses within the window of the limits.
    public var missesInWindow: Int64 = 0
    /// Stages that answered their release for this block: ``Slot/bit(lane:)``.
    public var answered: UInt64 = 0
    /// All ones, or the token's bitmap without the stages that did not answer their last due release (IL-03).
    public var health = UInt64.max
    /// The block of this tick is overdue: the safety tick decides without it.
    public var lacksBlock = false
    /// The journal is being written.
    public var isLogHealthy = true
    /// The subject's consent has ended.
    public var isConsentOver = false
    /// The device's clock and the host's run alike, and the host was not suspended.
    public var clocksAgree = true
    /// The device's clock and the host's run alike, as far as blocks tell.
    public var deviceClockAgrees = true
    /// The decoder's answer, which another process gives, did not come in time.
    public var isDecoderLate = false
    /// In a replay: the decision that another process gave when it was recorded.
    public var recordedDecision: Decision?
    /// In a replay: the change of the readout that was taken when it was recorded, as it is journalled.
    public var recordedChange: [UInt8]?
    /// In a replay: what this safety tick consumed when it was recorded.
    public var recorded: SafetyRecord?
    /// Orders that the world gave since the last safety tick.
    public var orders: Orders = []

    /// An empty tick.
    public init() {}
}

/// Where the conditioned samples of the present block stand.
@safe public struct ConditionedView: @unchecked Sendable {
    public var samples: UnsafePointer<Float>?
    public var envelope: UnsafePointer<Float>?
    public var bandPower: UnsafePointer<Float>?
    public var frames = 0
    public var stride = 0

    /// No samples.
    public init() {
        unsafe samples = nil
        unsafe envelope = nil
        unsafe bandPower = nil
    }
}

/// What an operator or the session's plan asks of the loop; journalled at the tick that consumed it.
public struct Orders: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: Int64
    /// The orders whose bits are set.
    public init(rawValue: Int64) { self.rawValue = rawValue }
    /// Arm, once.
    public static let arm = Orders(rawValue: 1)
    /// Back from a fallback to the closed loop, by hand, as soon as everything is healthy.
    public static let closeLoop = Orders(rawValue: 2)
    /// Ramp off, then disarm.
    public static let rampOff = Orders(rawValue: 4)
    /// Off at once.
    public static let stop = Orders(rawValue: 8)
    /// End the session once output is off.
    public static let end = Orders(rawValue: 16)
}
