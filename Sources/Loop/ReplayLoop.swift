internal import Sessions
internal import Signal

/// What a verified replay came to.
public struct ReplayOutcome: Sendable {
    /// Nil: every record was recomputed with equal bits.
    public var divergence: Divergence?
    public var ticks: Int64
    /// Logical records that were recomputed and compared.
    public var compared: Int64
}

/// Recomputes every stage of a session from its recorded samples and inputs.
///
/// `setup` is wired as the session was, from the inputs in its folder. `isCutShort`: the session was not closed in
/// order, so that its last tick may lack records, which is then no difference.
///
/// - Throws: ``JournalError`` where the journal is damaged, ``AssemblyError`` where its inputs cannot be wired.
public func replay(
    _ directory: String, setup: LoopSetup, arms: Bool, isCutShort: Bool = false
) async throws -> ReplayOutcome {
    var setup = setup
    setup.isReplay = true
    let executor = RealtimeExecutor()
    let (thread, _) = RealtimeThread.start(executor, realtime: false)
    defer {
        executor.stop()
        thread.join()
    }
    let comparison = RecordComparison(loops: setup.loopNames)
    let feed = RecordedFeed(format: setup.format)
    let wiring = Wiring(
        executor: executor, feed: feed, log: .comparison(comparison), port: .recorded, source: nil, arms: arms,
        realtimeOrVirtual: false)
    let snapshots = RigidRing<LoopSnapshot>(capacity: 2, repeating: LoopSnapshot())
    let built = try await wire(setup, wiring, snapshots: snapshots)
    let replayer = Replayer(
        on: executor, reader: try JournalReader(directory), stages: built.stages, feed: feed, comparison: comparison,
        statistics: built.statistics, format: setup.format, isCutShort: isCutShort)
    try await Task.detached { try await replayer.run() }.value
    return ReplayOutcome(
        divergence: comparison.divergence, ticks: built.statistics.ticks, compared: comparison.compared)
}
