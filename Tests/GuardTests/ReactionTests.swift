import Guard
import Interlocks
import Signal
import Stimulation
import Testing

/// What follows when the gate denies a fallback that the guard plays: every interlock, in every kind of fallback.
///
/// Expected from the catalogue in Safety.md: IL-05, 32, 36, 42 and 46 ask for zero at once; any other denial of a
/// baseline or a hold leads to ramp-off, and any denial of a ramp-off to zero. A full dose window alone is skipped.
@Suite struct ReactionTests {
    static let zeroing: Set<Int> = [5, 32, 36, 42, 46]

    private func denial(_ bit: Int, in kind: Fallback) -> FallbackDenial {
        FallbackDenial(
            of: InterlockSet(bit: bit), in: kind,
            evidence: .healthy(mode: .fallback, leaseEnd: Microseconds(250_000), validChannels: 2), under: testLimits())
    }

    @Test("A denied baseline ramps off, skips a full window, or ends at once, by the catalogue", arguments: 1...46)
    func baseline(bit: Int) {
        let expected: FallbackDenial = Self.zeroing.contains(bit) ? .zero : bit == 22 ? .skip : .rampOff
        #expect(denial(bit, in: .openLoopBaseline) == expected)
    }

    @Test("A denied hold ramps off or ends at once", arguments: 1...46)
    func hold(bit: Int) {
        #expect(denial(bit, in: .holdThenOff) == (Self.zeroing.contains(bit) ? .zero : .rampOff))
    }

    @Test("A denied ramp-off ends at once, whatever denies it", arguments: 1...46)
    func rampOff(bit: Int) {
        #expect(denial(bit, in: .rampOff) == .zero)
    }

    @Test("A full dose window together with anything else is no skip")
    func notAlone() {
        let denied = FallbackDenial(
            of: [.doseWindow, .consent], in: .openLoopBaseline,
            evidence: .healthy(mode: .fallback, leaseEnd: Microseconds(0), validChannels: 2), under: testLimits())
        #expect(denied == .rampOff)
    }

    /// At 2 s the baseline runs at 1 mA; 20 mA/s bring it to zero in 50 ms.
    @Test("When consent ends under a baseline the guard ramps off inside the signed slope and stays latched")
    func consentEndsInBaseline() {
        var bench = Bench(limits: testLimits(onWatchdog: .openLoopBaseline))
        _ = bench.arm(at: 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(min(Int64(step), 5) * 100_000, at: time + 10_000))
        }
        bench.core.runtimeLost(at: Microseconds(90_000))
        for time in 91...2_000 { bench.core.advance(to: Microseconds(Int64(time) * 1_000)) }
        #expect(bench.core.mode == .fallback)
        let before = bench.notes.delivered.count
        bench.core.consentExpired = true
        for time in 2_001...2_300 { bench.core.advance(to: Microseconds(Int64(time) * 1_000)) }
        #expect(bench.core.mode == .latched && bench.core.isFinished)
        let steps = bench.notes.delivered.suffix(from: before - 1)
            .map { ($0.segment.amplitude.value, $0.segment.firstPulse.value) }
        #expect(steps.count >= 5)
        for (earlier, later) in zip(steps, steps.dropFirst()) {
            #expect(later.0 <= earlier.0)
            #expect((earlier.0 - later.0) * 1_000_000 <= 20_000_000 * (later.1 - earlier.1))
        }
    }

    /// The limits have no contact at index 7; the segment of two pulses ends at 20 + 2 × 7.692 ms.
    @Test("A place that is not allowed is denied; what runs, runs to its end, and then the guard latches")
    func violation() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5_000, proposing: pulse(100_000, at: 20_000, pulses: 2))
        var record = bench.record(at: 10_000)
        record.hasProposal = true
        record.segment = pulse(100_000, at: 40_000)
        record.segment.pair = 7
        record.runtimeVerdict = InterlockSet.contactOrPair.rawValue
        #expect(bench.send(record, at: 10_000).mode == .closedLoop)
        #expect(bench.notes.zeros.isEmpty)
        let next = bench.token(at: 15_000, proposing: pulse(100_000, at: 40_000))
        #expect(!next.proposalPermitted)
        _ = bench.token(at: 30_000)
        bench.core.advance(to: Microseconds(35_383))
        #expect(bench.core.mode == .closedLoop)
        bench.core.advance(to: Microseconds(35_384))
        #expect(bench.core.mode == .latched && bench.core.latch == .contactOrPair)
    }

    @Test("With off-latched in the file the segment that runs is cut")
    func violationCuts() {
        var limits = testLimits()
        limits.latchesOnGateViolation = true
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5_000, proposing: pulse(100_000, at: 20_000, pulses: 2))
        var record = bench.record(at: 10_000)
        record.hasProposal = true
        record.segment = pulse(100_000, at: 40_000)
        record.runtimeVerdict = InterlockSet.waveformClass.rawValue
        #expect(bench.send(record, at: 10_000).mode == .latched)
        #expect(bench.notes.zeros == [10_000])
    }
}
