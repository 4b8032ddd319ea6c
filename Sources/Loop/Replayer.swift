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
            if record.kind == .block || record.kind == .recordedInput {
                await replay(group, &tick)
                if comparison.divergence != nil { return }
                group.removeAll(keepingCapacity: true)
            }
            group.append(record)
        }
        comparison.mayEndEarly = isCutShort
        await replay(group, &tick)
    }

    /// Replays one block's chain or one safety tick: its input stands first, what the stages said of it follows.
    private func replay(_ group: [JournalRecord], _ tick: inout Tick) async {
        guard let first = group.first else { return }
        comparison.expect(group)
        switch first.kind {
        case .block: await replayChain(first, &tick)
        case .recordedInput: await replaySafety(first, &tick)
        default:
            comparison.refuse(first, "stands where a block or a recorded input should")
            return
        }
        comparison.finish(tick: tick.index)
    }

    private func replayChain(_ record: JournalRecord, _ tick: inout Tick) async {
        guard let recorded = BlockRecord(payload: record.payload), feed.load(recorded) else {
            comparison.refuse(record, "does not hold a block of the session's format")
            return
        }
        tick.index = record.tick
        tick.blockEnd = (record.tick + 1) * block
        tick.decision = nil
        await stages.acquisition.acquire(&tick)
        await stages.conditioning.process(&tick)
        await stages.decoding.process(&tick)
        await stages.stimulation.process(&tick)
        tick.block = nil
        tick.index = record.tick + 1
        statistics.ticks += 1
    }

    private func replaySafety(_ record: JournalRecord, _ tick: inout Tick) async {
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
        if recorded.lacksBlock != 0 {
            tick.index = record.tick
            tick.blockEnd = (record.tick + 1) * block
            await stages.stimulation.hold(tick)
            tick.index = record.tick + 1
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
