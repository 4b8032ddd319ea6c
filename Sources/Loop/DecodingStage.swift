internal import Acquisition
internal import Decoding
internal import Sessions
internal import Signal

/// Turns conditioned samples into a decision by the decoder of the profile.
@safe actor DecodingStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let decoder: any Decoder
    private let log: StageLog
    private let totals: DecodingTotals
    /// A twin that the decision moves, which is the first loop's; nil in a replay.
    private let source: (any Source)?
    /// The decoder, where it is another process, and where it stands for one in a replay.
    private let external: ExternalDecoder?
    private let recorded: RecordedDecoder?
    /// The decoder, where its readout may change, and what teaches it; the latter nil in a replay.
    private let adaptive: AdaptiveCounts?
    private let learning: Learning?
    private let state: StimulationState
    private let refusals: RefusalCounts
    private var refusalsBefore: Int64 = 0
    private var isInvalid = false

    init(
        on executor: RealtimeExecutor, decoder: sending any Decoder, log: StageLog, totals: DecodingTotals,
        source: (any Source)?, learning: Learning?, state: StimulationState, refusals: RefusalCounts
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        external = decoder as? ExternalDecoder
        recorded = decoder as? RecordedDecoder
        adaptive = decoder as? AdaptiveCounts
        self.learning = learning
        self.state = state
        self.refusals = refusals
        self.decoder = decoder
        self.log = log
        self.totals = totals
        self.source = source
    }

    /// Decides on the tick's block.
    func process(_ tick: inout Tick) {
        guard let block = tick.block, let samples = unsafe tick.conditioned.samples,
            let envelope = unsafe tick.conditioned.envelope, let power = unsafe tick.conditioned.bandPower
        else { return }
        if let recorded { recorded.recorded = tick.recordedDecision }
        let isFrozen = learning != nil && isLearningFrozen
        changeReadout(tick, frozen: isFrozen)
        let decision = unsafe decoder.decode(
            input: samples, frames: tick.conditioned.frames, stride: tick.conditioned.stride, envelope: envelope,
            bandPower: power, firstSample: block.header.firstSample, validity: tick.validity)
        if let external, external.isLate { tick.isDecoderLate = true }
        tick.answered |= Slot.decode.bit(lane: tick.lane)
        tick.decision = decision
        tick.ratedSpikes = decoder.ratedSpikes
        tick.areSpikesCurrent = areCurrent(decoder.spikes, in: block)
        totals.add(decision)
        log.append(.decoding, lane: tick.lane, tick: tick.index, spikes: decoder.spikes)
        log.append(.decision, .decoding, lane: tick.lane, tick: tick.index, DecisionRecord(decision))
        source?.follow(decision)
        isInvalid = !decision.isValid
        learning?.offer(
            tick: tick.index, firstSample: block.header.firstSample, frozen: isFrozen || !decision.isValid)
    }

    /// A change that was learnt, or, in a replay, that was recorded here.
    private func changeReadout(_ tick: Tick, frozen: Bool) {
        learning?.take(at: tick.index, frozen: frozen, lane: tick.lane, log: log)
        guard learning == nil, let adaptive, let change = tick.recordedChange else { return }
        unsafe change.withUnsafeBytes { bytes in
            if unsafe adaptive.apply(change: bytes) {
                unsafe log.append(.readoutChange, .decoding, lane: tick.lane, tick: tick.index, bytes: bytes)
            }
        }
    }

    /// An interlock spoke since the last tick, the session is in a fallback or latched, or the last decision was not
    /// valid.
    private var isLearningFrozen: Bool {
        let total = refusals.total
        defer { refusalsBefore = total }
        let mode = state.judgedMode
        return total != refusalsBefore || mode == .fallback || mode == .latched || state.last.latch != 0
            || state.isStopped || isInvalid
    }

    /// The first and the last spike lie among the block's samples: a train is in order of its samples.
    private func areCurrent(_ spikes: SpikeTrain, in block: Block) -> Bool {
        guard spikes.count > 0 else { return true }
        let samples = block.header.firstSample..<block.header.firstSample + Int64(block.format.frames)
        return samples.contains(spikes[0].sample) && samples.contains(spikes[spikes.count - 1].sample)
    }

    func warmUp() { decoder.warmUp() }
}

/// What all decisions of a run cost.
@safe final class DecodingTotals: @unchecked Sendable {
    private(set) var decisions: Int64 = 0
    private(set) var synapticOperations: Int64 = 0
    private(set) var neuronUpdates: Int64 = 0
    private(set) var spikes: Int64 = 0

    func add(_ decision: Decision) {
        if decision.isValid { decisions += 1 }
        synapticOperations += decision.synapticOperations
        neuronUpdates += decision.neuronUpdates
        spikes += Int64(decision.spikes)
    }
}
