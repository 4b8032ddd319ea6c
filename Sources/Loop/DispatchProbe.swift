internal import CLinux
internal import Configuration
internal import Signal

/// What dispatch costs when no stage has anything to do, in nanoseconds of wall time.
public struct DispatchCost: Sendable {
    /// Four releases, four earliest-deadline scans and four awaits on stages, between two readings of the clock.
    public var hops = LatencyHistogram()
    /// Two readings of the clock with nothing between them: what ``hops`` cannot go below.
    public var floor = LatencyHistogram()
    /// From one tick to the next of the loop's own scheduler: look for a block, four stages, accounting, safety tick.
    public var ticks = LatencyHistogram()

    init() {}
}

/// Runs the loop's scheduler and its stages without blocks, on the loop's kind of thread.
///
/// The stages are those of `setup`, and return at once because the tick carries no block.
///
/// - Throws: what cannot be wired together.
public func measureDispatch(_ setup: LoopSetup, ticks: Int) async throws(AssemblyError) -> DispatchCost {
    let executor = RealtimeExecutor()
    let (thread, _) = RealtimeThread.start(executor, realtime: true)
    defer {
        executor.stop()
        thread.join()
    }
    let cost = DispatchCost()
    let feed = EmptyFeed(ticks: Int64(ticks), periods: cost.ticks)
    let wiring = Wiring(
        executor: executor, feed: feed, log: .none, port: .none, source: nil, arms: false, realtimeOrVirtual: true)
    let snapshots = RigidRing<LoopSnapshot>(capacity: 2, repeating: LoopSnapshot())
    let built = try await wire(setup, wiring, snapshots: snapshots)
    let probe = DispatchProbe(on: executor, stages: built.stages)
    await Task.detached { await probe.run(ticks: ticks, hops: cost.hops, floor: cost.floor) }.value
    let plan = LoopPlan(
        format: setup.format, decisionDeadline: setup.profile.deadlines.decision.value,
        monitor: setup.profile.deadlines.monitor.value, pace: .max)
    let scheduler = Scheduler(
        on: executor, clock: VirtualClock(), plan: plan, stages: built.stages, statistics: built.statistics,
        signals: OperatorSignals(), journalFailed: { false })
    await Task.detached { await scheduler.run() }.value
    return cost
}

/// Blocks in name only: each look finds the next one, and none holds a sample.
@safe final class EmptyFeed: BlockFeed, @unchecked Sendable {
    let current: Block? = nil
    private let ticks: Int64
    private let periods: LatencyHistogram
    private var next: Int64 = 0
    private var last: UInt64 = 0

    init(ticks: Int64, periods: LatencyHistogram) {
        self.ticks = ticks
        self.periods = periods
    }

    func poll() -> Arrival {
        let now = ansa_monotonic_nanoseconds()
        if next > DispatchProbe.warmUp { periods.add(Int64(now - last)) }
        last = now
        guard next < ticks else { return .ended }
        next += 1
        return .block(index: next - 1)
    }

    func release() {}
}

/// The scheduler's inner loop alone, with the clock around it.
@safe actor DispatchProbe {
    static let warmUp = 1_000
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let stages: Stages
    private var due = DueSlots()

    init(on executor: RealtimeExecutor, stages: Stages) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.stages = stages
    }

    func run(ticks: Int, hops: LatencyHistogram, floor: LatencyHistogram) async {
        var tick = Tick()
        for index in 0..<ticks {
            let start = ansa_monotonic_nanoseconds()
            await dispatch(Int64(index), &tick)
            let end = ansa_monotonic_nanoseconds()
            let after = ansa_monotonic_nanoseconds()
            guard index >= Self.warmUp else { continue }
            hops.add(Int64(end - start))
            floor.add(Int64(after - end))
        }
    }

    private func dispatch(_ index: Int64, _ tick: inout Tick) async {
        for slot in 0..<4 { due.release(Slot(rawValue: slot) ?? .acquire, deadline: index) }
        while let slot = due.takeEarliest() {
            switch slot {
            case .acquire: await stages.acquisition.acquire(&tick)
            case .condition: await stages.lanes[0].conditioning.process(&tick)
            case .decode: await stages.lanes[0].decoding.process(&tick)
            case .stimulate: await stages.lanes[0].stimulation.process(&tick)
            case .safety, .monitor: break
            }
        }
    }
}
