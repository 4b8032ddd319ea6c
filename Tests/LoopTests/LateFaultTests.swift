import Interlocks
import Signal
import Testing

@testable import Loop

/// Lateness is counted by the scheduler on a clock that jumps, and judged by the stimulation stage.
@Suite struct LateFaultTests {
    /// Ten blocks whose acquisition takes 200 ms each, decisions due 2 ms after a block's end.
    @Test("FI-21 Decisions that come 200 ms late every tick are misses, each of them")
    func lateDecisions() async throws {
        var rig = SchedulerRig()
        rig.delays = Dictionary(uniqueKeysWithValues: (0..<10).map { (Int64($0), 200_000_000) })
        let outcome = try await rig.run(ticks: 10)
        #expect(outcome.statistics.misses == 10)
    }

    /// The wake-ups at 20 and 60 ms come 50 ms late: blocks 1 to 6 then wait, one after the other.
    @Test("FI-44 A tick that jitters by 50 ms is a counted miss by its release")
    func jitter() async throws {
        var rig = SchedulerRig()
        rig.jumps = [20_000_000: 50_000_000]
        let outcome = try await rig.run(ticks: 12)
        #expect(outcome.statistics.misses >= 1 && outcome.statistics.misses <= 6)
        #expect(outcome.statistics.missesByCause[MissCause.release.rawValue] == outcome.statistics.misses)
    }

    /// Two safety ticks of 5 ms follow each block of 10 ms.
    @Test("FI-39 A stage that does not answer its release makes the tokens unhealthy until it answers again")
    func unanswered() async throws {
        var rig = SchedulerRig()
        #expect(try await rig.run(ticks: 10).statistics.unhealthyTokens == 0)
        rig.holes = [4]
        #expect(try await rig.run(ticks: 10).statistics.unhealthyTokens == 2)
    }

    @Test("FI-21 FI-44 One miss more than the file allows in its window leaves the closed loop in that tick")
    func missesInWindow() async {
        for (misses, isLeft) in [(3, false), (4, true)] as [(Int64, Bool)] {
            var limits = closedLoopLimits()
            limits.deadlineMisses = 3
            let rig = ClosedLoopRig(limits)
            for k in 0..<20 { await rig.tick(Int64(k)) }
            #expect(rig.state.fallbackReasons == [])
            await rig.tick(20) { $0.missesInWindow = misses }
            await rig.tick(21) { $0.missesInWindow = misses }
            #expect(rig.state.fallbackReasons == (isLeft ? .deadlineMisses : InterlockSet()))
            #expect(rig.state.alarms.byNumber == (isLeft ? [28: 1] : [:]))
        }
    }
}
