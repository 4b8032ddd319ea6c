import Configuration
import Sessions
import Signal
import Synchronization

@testable import Loop

/// A clock that jumps: waiting until a time that it was told about ends later by what it was told.
final class JumpingClock: TickClock {
    private let time = Atomic<Int64>(0)
    private let jumps: [Int64: Int64]

    init(jumps: [Int64: Int64] = [:]) { self.jumps = jumps }

    func now() -> Int64 { time.load(ordering: .relaxed) }

    func advance(_ nanoseconds: Int64) { time.wrappingAdd(nanoseconds, ordering: .relaxed) }

    /// Always says that something was announced, so that a block is looked for at its end.
    func wait(until release: Int64) -> Bool {
        if release > now() { time.store(release, ordering: .relaxed) }
        advance(jumps[release] ?? 0)
        return true
    }
}

/// One channel of zeros, block after block; taking a block may take time.
final class ZeroFeed: BlockFeed, @unchecked Sendable {
    static let format = BlockFormat(channels: 1, frames: 10, rateNumerator: 1_000, kind: .float32)
    private let block = Block(format: ZeroFeed.format)
    private let clock: JumpingClock
    private let delays: [Int64: Int64]
    private let holes: Set<Int64>
    private var next: Int64 = 0

    init(clock: JumpingClock, delays: [Int64: Int64] = [:], holes: Set<Int64> = []) {
        self.clock = clock
        self.delays = delays
        self.holes = holes
    }

    var current: Block? {
        clock.advance(delays[next - 1] ?? 0)
        return holes.contains(next - 1) ? nil : block
    }

    func poll() -> Arrival {
        block.header = BlockHeader(firstSample: next * 10, deviceTime: 0, hostArrival: 0)
        next += 1
        return .block(index: next - 1)
    }

    func release() {}
}

/// A scheduler with the loop's own stages, a block of 10 ms, and what its stages handed to the journal.
struct SchedulerRig {
    var jumps: [Int64: Int64] = [:]
    var delays: [Int64: Int64] = [:]
    /// Blocks that acquisition is told of and does not find.
    var holes: Set<Int64> = []
    var pace = Pace.real
    var decisionDeadline: Int64 = 2_000_000
    var monitor: Int64 = 10_000_000

    private static let profile = """
        schema: ansa.profile/1
        name: zeros
        summary: one channel of zeros
        device: none
        seed: 1
        block: 10 ms
        decoder: {kind: threshold}
        controller: {kind: none}
        deadlines: {decision: 2 ms after block end, monitor: 10 ms}
        """

    /// Runs `ticks` blocks; the records are kinds in the order in which they were handed over.
    func run(ticks: Int64) async throws -> (statistics: LoopStatistics, records: [RecordKind]) {
        let profile = try loadProfile(Array(Self.profile.utf8), file: "profile.yaml")
        let setup = LoopSetup(
            profile: profile, limits: nil, pairNames: [], amplitudeStep: Nanoamperes(1), network: nil,
            format: ZeroFeed.format, montage: Montage([Channel(label: "A")]))
        let ring = ByteRing(capacity: 1 << 20)
        let clock = JumpingClock(jumps: jumps)
        let executor = RealtimeExecutor()
        let (thread, _) = RealtimeThread.start(executor, realtime: false)
        let wiring = Wiring(
            executor: executor, feed: ZeroFeed(clock: clock, delays: delays, holes: holes),
            log: .journal(JournalInlet(ring: ring, blocking: false)), port: .none, source: nil, arms: false,
            realtimeOrVirtual: true)
        let snapshots = RigidRing<LoopSnapshot>(capacity: 64, repeating: LoopSnapshot())
        let built = try await wire(setup, wiring, snapshots: snapshots)
        var plan = LoopPlan(format: ZeroFeed.format, decisionDeadline: decisionDeadline, monitor: monitor, pace: pace)
        plan.ticks = ticks
        let scheduler = Scheduler(
            on: executor, clock: clock, plan: plan, stages: built.stages, statistics: built.statistics,
            signals: OperatorSignals(), journalFailed: { false })
        await Task.detached { await scheduler.run() }.value
        executor.stop()
        thread.join()
        return (built.statistics, Self.kinds(ring))
    }

    /// The kind of a record stands at byte 4 of its frame.
    private static func kinds(_ ring: ByteRing) -> [RecordKind] {
        var kinds: [RecordKind] = []
        while let record = unsafe ring.front() {
            if let kind = unsafe RecordKind(rawValue: record[4]) { kinds.append(kind) }
            ring.release()
        }
        return kinds
    }
}
