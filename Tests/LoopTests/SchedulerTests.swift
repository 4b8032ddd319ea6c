import Sessions
import Testing

@testable import Loop

/// Blocks of 10 ms, safety ticks every 5 ms: expected counts and orders by hand.
@Suite struct SchedulerTests {
    /// At 5 ms a safety tick alone; at 10 ms the block's whole chain, then the safety tick that waited for it.
    @Test(
        "A block passes through every stage in order, and two safety ticks come with each block",
        arguments: Pace.allCases)
    func order(pace: Pace) async throws {
        let (statistics, records) = try await SchedulerRig(pace: pace).run(ticks: 3)
        let block: [RecordKind] = [.recordedInput, .block, .stageDigests, .decision, .hostTimes, .recordedInput]
        #expect(records == block + block + block)
        #expect(statistics.ticks == 3)
        #expect(statistics.misses == 0)
        #expect(statistics.shedMonitors == 0)
    }

    /// Woken 5 ms late for block 1, which ends at 20 ms and must be decided by 22 ms.
    @Test("A late wake-up is a miss by release")
    func lateWake() async throws {
        let (statistics, _) = try await SchedulerRig(jumps: [20_000_000: 5_000_000]).run(ticks: 4)
        #expect(statistics.misses == 1)
        #expect(statistics.missesByCause[MissCause.release.rawValue] == 1)
        #expect(statistics.latency.maximum == 5_000_000)
    }

    /// Block 2 is taken in time; then 3 ms pass of which the thread's processor clock knows nothing.
    @Test("Time that passes within a tick without being computed in is a miss by a blocked thread")
    func blockedTick() async throws {
        let (statistics, _) = try await SchedulerRig(delays: [2: 3_000_000]).run(ticks: 4)
        #expect(statistics.misses == 1)
        #expect(statistics.missesByCause[MissCause.blocked.rawValue] == 1)
    }

    /// A deadline of 1 ns: the thread's own work is longer, whatever the machine.
    @Test("A tick that computes for longer than its deadline is a miss by compute")
    func slowTick() async throws {
        let rig = SchedulerRig(delays: [1: 1_000], decisionDeadline: 1)
        let (statistics, _) = try await rig.run(ticks: 3)
        #expect(statistics.misses == 1)
        #expect(statistics.missesByCause[MissCause.compute.rawValue] == 1)
    }

    /// The monitor is due at 12.5 ms and woken at 20.5 ms: a block and a safety tick go first, and the next safety tick
    /// (20 ms) is due, so that it is shed once; at 22.5 ms it runs again.
    @Test("The monitor is shed while safety work is due, and only then")
    func shedding() async throws {
        let (statistics, records) = try await SchedulerRig(jumps: [12_500_000: 8_000_000]).run(ticks: 4)
        #expect(statistics.shedMonitors == 1)
        #expect(statistics.ticks == 4)
        #expect(records.count { $0 == .recordedInput } == 8)
    }

    @Test("In virtual time nothing is ever late")
    func virtualTime() async throws {
        let (statistics, _) = try await SchedulerRig(delays: [1: 9_000_000], pace: .max).run(ticks: 4)
        #expect(statistics.misses == 0)
    }
}
