internal import Sessions
internal import Signal

/// Feeds a journal's recorded inputs to the stages, in the order in which they were consumed, and compares what the
/// stages make of them.
@safe actor Replayer {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let reader: JournalReader
    private let stages: Stages
    private let feed: RecordedFeed
    private let comparison: RecordComparison
    private let statistics: LoopStatistics
    private let block: Int64
    private let isCutShort: Bool

    init(
        on executor: RealtimeExecutor, reader: sending JournalReader, stages: Stages, feed: RecordedFeed,
        comparison: RecordComparison, statistics: LoopStatistics, format: BlockFormat, isCutShort: Bool
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.reader = reader
        self.stages = stages
        self.feed = feed
        self.comparison = comparison
        self.statistics = statistics
        block = format.blockNanoseconds
        self.isCutShort = isCutShort
    }

    /// Replays to the end of the journal or to the first difference.
    ///
    /// - Throws: ``JournalError`` where the journal is damaged.
    func run() async throws(JournalError) {
        var tick = Tick()
        var group: [JournalRecord] = []
        while let record = try reader.next() {
            guard record.kind.isLogical, record.kind != .sessionHeader else { continue }
            if record.kind == .block || (record.kind == .recordedInput && !goesOn(group, with: record)) {
                await replay(group, &tick)
                if comparison.divergence != nil { return }
                group.removeAll(keepingCapacity: true)
            }
            group.append(record)
        }
        comparison.mayEndEarly = isCutShort
        await replay(group, &tick)
    }

    /// A safety tick may consume several reports: one a lead, and late ones.
    private func goesOn(_ group: [JournalRecord], with record: JournalRecord) -> Bool {
        guard let last = group.last, last.kind == .recordedInput, let before = SafetyRecord(payload: last.payload),
            let next = SafetyRecord(payload: record.payload)
        else { return false }
        return before.safetyIndex == next.safetyIndex
    }

    /// Replays one block's chain or one safety tick: its inputs stand first, what the stages said of them follows.
    private func replay(_ group: [JournalRecord], _ tick: inout Tick) async {
        guard let first = group.first else { return }
        comparison.expect(group)
        switch first.kind {
        case .block: await replayChain(group, &tick)
        case .recordedInput: await replaySafety(group, &tick)
        default:
            comparison.refuse(first, "stands where a block or a recorded input should")
            return
        }
        comparison.finish(tick: tick.index)
    }

    private func replayChain(_ group: [JournalRecord], _ tick: inout Tick) async {
        let record = group[0]
        guard let recorded = BlockRecord(payload: record.payload), feed.load(recorded) else {
            comparison.refuse(record, "does not hold a block of the session's format")
            return
        }
        tick.index = record.tick
        tick.blockEnd = (record.tick + 1) * block
        await stages.acquisition.acquire(&tick)
        for lane in stages.lanes.indices {
            (tick.lane, tick.decision) = (lane, nil)
            tick.recordedDecision = decision(of: lane, in: group)
            tick.recordedChange =
                group.first {
                    $0.kind == .readoutChange && StageNumber.lane(ofNumber: $0.stage) == lane
                }?.payload
            await stages.lanes[lane].conditioning.process(&tick)
            await stages.lanes[lane].decoding.process(&tick)
            await stages.lanes[lane].stimulation.process(&tick)
        }
        tick.block = nil
        tick.index = record.tick + 1
        statistics.ticks += 1
    }

    /// What was decided for the lane; only decoders that are other processes are told.
    private func decision(of lane: Int, in group: [JournalRecord]) -> Decision? {
        let record = group.first { $0.kind == .decision && StageNumber.lane(ofNumber: $0.stage) == lane }
        return record.flatMap { DecisionRecord(payload: $0.payload) }?.decision
    }

    private func replaySafety(_ group: [JournalRecord], _ tick: inout Tick) async {
        var isBlockMissing = false
        for record in group where record.kind == .recordedInput {
            guard let recorded = SafetyRecord(payload: record.payload) else {
                comparison.refuse(record, "does not hold a safety tick")
                return
            }
            tick.safetyIndex = recorded.safetyIndex
            tick.safetyTime = recorded.time
            tick.orders = Orders(rawValue: recorded.orders)
            tick.missesInWindow = recorded.missesInWindow
            tick.recorded = recorded
            await stages.safety.take(&tick)
            if recorded.lacksBlock != 0 { isBlockMissing = true }
        }
        if isBlockMissing {
            tick.index = group[0].tick
            tick.blockEnd = (tick.index + 1) * block
            for lane in stages.lanes { await lane.stimulation.hold(tick) }
            tick.index += 1
        }
        _ = await stages.safety.give(tick)
    }
}

extension SafetyRecord {
    /// The record in the bytes of a journal's payload; nil when their number is wrong.
    public init?(payload: [UInt8]) {
        guard payload.count == MemoryLayout<SafetyRecord>.size else { return nil }
        self = unsafe payload.withUnsafeBytes { unsafe $0.loadUnaligned(as: SafetyRecord.self) }
    }
}
