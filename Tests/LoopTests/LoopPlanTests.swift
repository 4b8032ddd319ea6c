import Signal
import Testing

@testable import Loop

@Suite struct LoopPlanTests {
    /// The fewest equal parts of at most 5 ms, by hand.
    @Test(
        "The safety period divides the block and is at most 5 ms",
        arguments: [(10_000_000, 5_000_000), (1_000_000, 1_000_000), (12_000_000, 4_000_000), (5_000_000, 5_000_000)])
    func safetyPeriod(block: Int64, expected: Int64) {
        #expect(LoopPlan.safetyPeriod(block: block) == expected)
    }

    @Test("Misses count only inside their window")
    func missWindow() {
        var window = MissWindow()
        window.add(at: 100)
        window.add(at: 900)
        #expect(window.count(window: 500, at: 1_000) == 1)
        #expect(window.count(window: 1_000, at: 1_000) == 2)
        #expect(window.count(window: 10, at: 5_000) == 0)
    }
}
