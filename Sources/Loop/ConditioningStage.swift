internal import Conditioning
internal import Sessions
internal import Signal

/// Filters a block, blanks what stimulation disturbed, and says which channels can be trusted.
@safe actor ConditioningStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let conditioner: Conditioner
    private let marks: MarkSchedule
    private let log: StageLog

    init(on executor: RealtimeExecutor, conditioner: Conditioner, marks: MarkSchedule, log: StageLog) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.conditioner = conditioner
        self.marks = marks
        self.log = log
    }

    /// Conditions the tick's block; its outputs stay valid until the next one.
    func process(_ tick: inout Tick) {
        guard let block = tick.block else { return }
        let first = block.header.firstSample
        let touching = unsafe marks.take(touching: first..<first + Int64(block.format.frames))
        unsafe conditioner.process(block, marks: touching)
        tick.answered |= Slot.condition.bit(lane: tick.lane)
        tick.validity = conditioner.validity
        unsafe tick.conditioned.samples = UnsafePointer(conditioner.output.baseAddress)
        unsafe tick.conditioned.envelope = UnsafePointer(conditioner.envelope.baseAddress)
        unsafe tick.conditioned.bandPower = UnsafePointer(conditioner.bandPower.baseAddress)
        tick.conditioned.frames = block.format.frames
        tick.conditioned.stride = conditioner.stride
        unsafe log.append(
            .stageDigests, .conditioning, lane: tick.lane, tick: tick.index,
            bytes: UnsafeRawBufferPointer(conditioner.digests))
        log.append(.conditioning, lane: tick.lane, tick: tick.index, spikes: conditioner.spikes)
    }

    func warmUp() { conditioner.warmUp() }
}
