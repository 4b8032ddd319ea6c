internal import Decoding
internal import Signal

/// What the stimulation stage remembers of blocks and decisions, to judge the next one (IL-26, 27, 29).
///
/// A function of blocks, decisions and recorded inputs, so that a replay remembers the same.
struct DecisionWatch: Sendable {
    /// Decisions that are not finite count for this long (IL-29).
    static let nonFiniteWindow: Int64 = 10_000_000_000
    /// End of the newest block, in nanoseconds and as a sample index.
    private(set) var newestEnd: Int64 = 0
    private(set) var newestSample: Int64 = 0
    /// End of the newest block whose decision was valid.
    private(set) var validEnd: Int64 = 0
    /// The newest decision; a stage that has no newer one goes on with it.
    private(set) var newest = Decision(value: 0, confidence: 0, firstSample: 0, endSample: 0, isValid: false)
    private(set) var isInOrder = true
    /// Blocks before the newest one came twice or out of order.
    private(set) var hasDropped = false
    private(set) var validity = SignalValidity(channels: 0)
    private(set) var areSpikesCurrent = true
    /// Spikes per 1,000 neuron updates that the decoder is rated for.
    private var ratedSpikes: Int64 = 1_000
    private(set) var meter = RateMeter()
    private(set) var novelty: Novelty
    private var nonFinite = MissWindow()

    /// Blocks last `period` nanoseconds.
    init(period: Int64) { novelty = Novelty(period: period) }

    /// Takes in a block that was decoded.
    mutating func take(_ decision: Decision, _ tick: Tick, _ format: BlockFormat) {
        guard let header = tick.block?.header else { return }
        (newest, validity, areSpikesCurrent) = (decision, tick.validity, tick.areSpikesCurrent)
        ratedSpikes = tick.ratedSpikes
        isInOrder = !header.flags.contains(.restarted)
        hasDropped = header.flags.contains(.repeated)
        if !isInOrder { meter.restart() }
        meter.take(stated: format.nanoseconds(ofSample: header.firstSample), device: header.deviceTime)
        newestEnd = tick.blockEnd
        newestSample = header.firstSample + Int64(format.frames)
        let isFinite = decision.value.isFinite && decision.confidence.isFinite
        if !isFinite { nonFinite.add(at: tick.blockEnd) }
        guard isFinite, decision.isValid else { return }
        validEnd = newestEnd
        novelty.take(decision.value)
    }

    /// Decisions of the last ten seconds that were not finite; at most 64.
    func nonFiniteDecisions(at now: Int64) -> Int64 { nonFinite.count(window: Self.nonFiniteWindow, at: now) }

    /// Neither value nor confidence is infinite or not a number.
    var isFinite: Bool { newest.value.isFinite && newest.confidence.isFinite }

    /// The decision rests on the newest samples, and its spikes lie among them.
    var isCurrent: Bool { newest.endSample == newestSample && areSpikesCurrent }

    /// More spikes than the decoder is rated for.
    var isStorm: Bool {
        let fired = Int64(newest.spikes).multipliedReportingOverflow(by: 1_000)
        let allowed = newest.neuronUpdates.multipliedReportingOverflow(by: ratedSpikes)
        return fired.overflow || allowed.overflow || newest.spikes < 0 || fired.partialValue > allowed.partialValue
    }
}

/// `confidence` in millionths; 0 where it is not a number.
func millionths(_ confidence: Float) -> Int64 {
    guard confidence.isFinite else { return 0 }
    return Int64(min(max(confidence, 0), 1) * 1_000_000)
}
