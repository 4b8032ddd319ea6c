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

    /// By hand: after a pause longer than the lease of 250 ms the output counts as zero; there the baseline starts.
    @Test("A baseline that follows a rest ramps up from zero instead of being refused")
    func baselineAfterRest() {
        var bench = running(.openLoopBaseline)
        let before = bench.notes.delivered.count
        for time in 18...100 {
            _ = bench.token(at: Int64(time) * 5000, proposing: .rest(at: Microseconds(Int64(time) * 5000 + 10_000)))
        }
        bench.core.runtimeLost(at: Microseconds(500_000))
        for time in 501...2000 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .fallback && bench.core.latch == .tokenStale)
        let played = bench.notes.delivered.dropFirst(before).map(\.segment.amplitude.value)
        #expect((played.first ?? .max) <= 200_000 && played.last == 1_000_000)
    }

    @Test("A runtime that comes back after the fallback began delivers nothing")
    func returningRuntime() {
        var bench = running(.openLoopBaseline)
        for time in 91...110 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .fallback && bench.core.latch == .tokenStale)
        let report = bench.token(at: 111_000, proposing: pulse(500_000, at: 135_000), mode: .fallback)
        #expect(!report.proposalPermitted)
        #expect(InterlockSet(rawValue: report.verdict).contains(.latchSet))
        #expect(!bench.notes.delivered.contains { $0.segment.firstPulse.value == 135_000 })
    }

    @Test("Disarming at 500 µA ramps off inside the signed slope and ends off without a latch")
    func disarmRamps() {
        var bench = running(.stop)
        #expect(bench.send(bench.record(.disarm, at: 90_000), at: 90_000).mode == .fallback)
        bench.core.runtimeLost(at: Microseconds(91_000))
        #expect(bench.core.isFinished == false)
        for time in 92...300 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        let steps = bench.notes.delivered.suffix(from: 7)
            .map { ($0.segment.amplitude.value, $0.segment.firstPulse.value) }
        #expect(steps.count >= 4)
        for (earlier, later) in zip(steps, steps.dropFirst()) {
            #expect((earlier.0 - later.0) * 1_000_000 <= 20_000_000 * (later.1 - earlier.1))
        }
        #expect(bench.core.mode == .off && bench.core.latch.isEmpty && bench.core.isFinished)
    }

    /// The ramp counts from the second pulse, 107.692 ms: 20 mA/s × 7.692 ms = 153.8 µA to the next.
    @Test("A ramp-off after a segment of two pulses is permitted from its first step on")
    func disarmAfterTwoPulses() {
        var bench = running(.stop)
        _ = bench.token(at: 90_000, proposing: pulse(500_000, at: 100_000, pulses: 2))
        #expect(bench.send(bench.record(.disarm, at: 101_000), at: 101_000).mode == .fallback)
        bench.core.runtimeLost(at: Microseconds(102_000))
        for time in 103...300 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        let steps = bench.notes.delivered.suffix(from: 9).map(\.segment)
        #expect(steps.first.map { 500_000 - $0.amplitude.value <= 153_840 } == true)
        #expect(steps.count >= 3)
        #expect(bench.core.mode == .off && bench.core.latch.isEmpty && bench.core.isFinished)
    }

    @Test("A ramp-off goes on from the lead that stimulates, also where it is not the file's first")
    func disarmOnTheSecondLead() {
        var limits = testLimits()
        limits.contacts.insert(limits.contacts[0], at: 0)
        limits.pairs = [
            ContactPair(cathodes: [0], anodes: [2], lead: 0), ContactPair(cathodes: [1], anodes: [2], lead: 1),
        ]
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            var segment = pulse(min(Int64(step), 5) * 100_000, at: time + 10_000)
            segment.pair = 1
            _ = bench.token(at: time, proposing: segment)
        }
        #expect(bench.notes.delivered.count == 8)
        #expect(bench.send(bench.record(.disarm, at: 90_000), at: 90_000).mode == .fallback)
        bench.core.runtimeLost(at: Microseconds(91_000))
        for time in 92...300 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.notes.delivered.count >= 11)
        #expect(bench.notes.delivered.allSatisfy { $0.segment.pair == 1 })
        #expect(bench.core.mode == .off && bench.core.latch.isEmpty)
    }

    @Test("In the file's fallback the runtime may only do what it says", arguments: [Fallback.stop, .rampOff])
    func requestedFallback(_ kind: Fallback) {
        var limits = testLimits()
        limits.onSensorLoss = kind
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        for step in 1...3 {
            let time = Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(Int64(step) * 100_000, at: time + 10_000))
        }
        #expect(bench.token(at: 40_000, mode: .fallback).mode == .fallback)
        #expect(bench.notes.zeros == (kind == .stop ? [40_000] : []))
        let raised = bench.token(at: 45_000, proposing: pulse(400_000, at: 55_000), mode: .fallback)
        #expect(InterlockSet(rawValue: raised.verdict) == .ramp)
        let lowered = bench.token(at: 50_000, proposing: pulse(200_000, at: 65_000), mode: .fallback)
        #expect(lowered.proposalPermitted == (kind == .rampOff))
        #expect(bench.token(at: 55_000, mode: .closedLoop).mode == .fallback)
    }

    /// The last proposal came at 80 ms; the lease is 250 ms.
    @Test(
        "A runtime that proposes nothing for a lease has lost its source",
        arguments: [Fallback.stop, .openLoopBaseline])
    func noProposals(_ kind: Fallback) {
        var limits = testLimits()
        limits.onSensorLoss = kind
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(100_000, at: time + 10_000))
        }
        for time in 17...66 { _ = bench.token(at: Int64(time) * 5000) }
        #expect(bench.core.mode == .closedLoop)
        for time in 67...200 {
            _ = bench.token(at: Int64(time) * 5000)
            bench.core.advance(to: Microseconds(Int64(time) * 5000 + 1000))
        }
        #expect(bench.core.mode == (kind == .stop ? .latched : .fallback))
        #expect(bench.core.latch == (kind == .stop ? .leaseExpired : []))
        let last = bench.notes.delivered[bench.notes.delivered.count - 1].segment.amplitude.value
        #expect(last == (kind == .stop ? 100_000 : 1_000_000))
    }
}
