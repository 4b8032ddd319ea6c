import Guard
import Interlocks
import Signal
import Stimulation
import Testing

@Suite struct FallbackTests {
    /// Ramps to 500 µA in 10 ms steps of 100 µA, one pulse each, then loses the runtime at 90 ms.
    private func running(_ onWatchdog: Fallback) -> Bench {
        var bench = Bench(limits: testLimits(onWatchdog: onWatchdog))
        _ = bench.arm(at: 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(min(Int64(step), 5) * 100_000, at: time + 10_000))
        }
        return bench
    }

    @Test("The runtime's end with on_watchdog stop is zero output and a latch at once")
    func stop() {
        var bench = running(.stop)
        #expect(bench.notes.delivered.count == 8)
        bench.core.runtimeLost(at: Microseconds(90_000))
        #expect(bench.notes.zeros == [90_000])
        #expect(bench.core.isFinished && bench.core.latch == .tokenStale)
    }

    /// By hand: 20 mA/s × 7.692 ms = 153.8 µA a pulse at most; from 500 µA that is at least four steps.
    @Test("A ramp-off falls inside the signed slope, is latched from its first moment and ends at zero")
    func rampOff() {
        var bench = running(.rampOff)
        bench.core.runtimeLost(at: Microseconds(90_000))
        #expect(bench.core.mode == .fallback && bench.core.latch == .tokenStale && !bench.core.isFinished)
        for time in 91...300 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        let steps = bench.notes.delivered.suffix(from: 7)
            .map { ($0.segment.amplitude.value, $0.segment.firstPulse.value) }
        #expect(steps.count >= 4)
        for (earlier, later) in zip(steps, steps.dropFirst()) {
            #expect(later.0 < earlier.0)
            #expect((earlier.0 - later.0) * 1_000_000 <= 20_000_000 * (later.1 - earlier.1))
        }
        #expect(bench.core.mode == .latched && bench.core.isFinished)
    }

    @Test("A baseline runs on after the runtime's end until a stop input reaches the guard")
    func baseline() {
        var bench = running(.openLoopBaseline)
        bench.core.runtimeLost(at: Microseconds(90_000))
        for time in 91...2000 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .fallback && !bench.core.isFinished)
        let last = bench.notes.delivered[bench.notes.delivered.count - 1].segment
        #expect(last.amplitude.value == 1_000_000)
        let pulses = bench.notes.delivered.filter { $0.segment.firstPulse.value >= 1_000_000 }
            .reduce(0) { $0 + $1.segment.pulses }
        #expect((129...132).contains(pulses))
        bench.core.stopInput(at: Microseconds(2_001_000))
        #expect(bench.core.isFinished && bench.core.latch.contains(.stop))
    }

    @Test("A hold keeps the amplitude for hold_max, then output is zero and latched")
    func hold() {
        var bench = running(.holdThenOff)
        bench.core.runtimeLost(at: Microseconds(90_000))
        for time in 91...189 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .fallback)
        #expect(bench.notes.delivered.suffix(5).allSatisfy { $0.segment.amplitude.value == 500_000 })
        for time in 190...200 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .latched && bench.notes.zeros.count == 1)
    }
}
