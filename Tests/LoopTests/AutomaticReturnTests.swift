import Signal
import Testing

@testable import Loop

@Suite struct AutomaticReturnTests {
    /// After 2 s of health, at most twice an hour.
    static let rule = AutomaticReturn(
        afterValid: Microseconds(2_000_000), count: 2, window: Microseconds(3_600_000_000))

    /// Steps of 10 ms from `start` for `seconds`; the times at which a return was granted.
    private func run(_ progress: inout ReturnProgress, from start: Int64, seconds: Int64) -> [Int64] {
        stride(from: start, to: start + seconds * 1_000_000, by: 10_000).filter { time in
            progress.step(isHealthy: true, at: Microseconds(time), under: Self.rule)
        }
    }

    @Test("The closed loop returns after the signed time of health, not before")
    func afterValid() {
        var progress = ReturnProgress()
        #expect(run(&progress, from: 0, seconds: 3) == [2_000_000])
    }

    @Test("One unhealthy tick starts the signed time again")
    func interrupted() {
        var progress = ReturnProgress()
        #expect(run(&progress, from: 0, seconds: 1).isEmpty)
        let returned = progress.step(isHealthy: false, at: Microseconds(1_000_000), under: Self.rule)
        #expect(!returned)
        #expect(run(&progress, from: 1_010_000, seconds: 3) == [3_010_000])
    }

    @Test("The signed count bounds returns in the signed window")
    func bounded() {
        var progress = ReturnProgress()
        #expect(run(&progress, from: 0, seconds: 20) == [2_000_000, 4_010_000])
    }
}
