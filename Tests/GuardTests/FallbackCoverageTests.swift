import Interlocks
import Signal
import Stimulation
import Testing

@testable import Guard

/// Ways into a fallback and out of it that a session seldom takes.
@Suite struct FallbackCoverageTests {
    private static func running(_ change: (inout Limits) -> Void = { _ in }) -> Bench {
        GuardCoverageTests.running(change)
    }

    @Test("A runtime that is lost twice is lost once, and one that was never armed leaves nothing behind")
    func lostTwice() {
        var bench = Self.running { $0.onWatchdog = .rampOff }
        bench.core.runtimeLost(at: Microseconds(90_000))
        let latch = bench.core.latch
        bench.core.runtimeLost(at: Microseconds(95_000))
        #expect(latch == .tokenStale && bench.core.latch == latch && bench.core.mode == .fallback)
    }

    @Test("In virtual time ten seconds of silence are a lost runtime, and from then on the clock runs by itself")
    func silence() {
        for kind in [Fallback.stop, .rampOff] {
            var limits = testLimits(onWatchdog: kind)
            limits.maximumStep = Nanoamperes(20_000)
            var bench = Bench(limits: limits, virtualTime: true)
            _ = bench.arm(at: 0)
            _ = bench.token(at: 5000, proposing: pulse(20_000, at: 15_000))
            bench.core.advance(to: Microseconds(9_000_000))
            #expect(bench.core.mode == .closedLoop)
            bench.core.runtimeSilent(at: Microseconds(16_000))
            #expect(bench.core.latch == .tokenStale)
            #expect(bench.core.mode == (kind == .stop ? .latched : .fallback))
            bench.core.runtimeSilent(at: Microseconds(17_000))
            for time in 17...100 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
            #expect(bench.core.mode == .latched)
        }
        var off = Bench(virtualTime: true)
        off.core.runtimeSilent(at: Microseconds(1000))
        #expect(off.core.mode == .off)
    }

    @Test("Without a baseline in the file a baseline cannot follow: zero output, latched")
    func noBaseline() {
        var bench = Self.running { ($0.onWatchdog, $0.baseline) = (.openLoopBaseline, nil) }
        bench.core.runtimeLost(at: Microseconds(90_000))
        #expect(bench.core.mode == .latched && bench.core.latch == .tokenStale && bench.notes.zeros == [90_000])
    }

    @Test("Where the file allows no ramp down, a ramp-off is over at once")
    func noRamp() {
        var bench = Self.running { ($0.onWatchdog, $0.rampDown) = (.rampOff, 0) }
        bench.core.runtimeLost(at: Microseconds(90_000))
        for time in 91...100 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .latched)
    }

    @Test("The runtime's way to the fallback is the file's for an expiry once the limits have expired")
    func expiredFallback() {
        var bench = Self.running { ($0.onSensorLoss, $0.onExpiry) = (.openLoopBaseline, .stop) }
        bench.core.limitsExpired = true
        #expect(bench.token(at: 85_000, mode: .fallback).mode == .fallback)
        #expect(bench.notes.zeros == [85_000])
    }

    @Test("In a baseline that the runtime plays its pulses are judged like any other")
    func runtimeBaseline() {
        var bench = Self.running { $0.onSensorLoss = .openLoopBaseline }
        let report = bench.token(at: 85_000, proposing: pulse(100_000, at: 100_000), mode: .fallback)
        #expect(report.mode == .fallback && report.proposalPermitted)
        #expect(bench.token(at: 86_000, mode: .fallback).mode == .fallback)
    }

    /// Sample age 60 ms is allowed; with 60,001 µs the guard leaves the loop by its own verdict.
    @Test(
        "The guard's own verdict leads to the signed fallback, which it plays until the runtime does",
        arguments: [
            Fallback.openLoopBaseline, .rampOff, .stop,
        ])
    func ownVerdict(kind: Fallback) {
        var bench = Self.running { $0.onSensorLoss = kind }
        var late = bench.record(at: 85_000)
        (late.hasProposal, late.segment) = (true, pulse(100_000, at: 100_000))
        late.evidence.sampleAge = Microseconds(60_001)
        let report = bench.send(late, at: 85_000)
        #expect(InterlockSet(rawValue: report.verdict) == .sampleAge)
        #expect(report.mode == .fallback && bench.core.latch.isEmpty)
        #expect(bench.notes.zeros.isEmpty == (kind != .stop))
        let beside = bench.token(at: 86_000, proposing: pulse(100_000, at: 110_000))
        #expect(!beside.proposalPermitted)
        let handed = bench.token(at: 87_000, mode: .fallback)
        #expect(handed.mode == .fallback)
    }

    @Test("A guard that is at rest and leaves the loop has nothing to ramp: off, without a latch")
    func leavesAtRest() {
        var limits = testLimits()
        limits.onSensorLoss = .rampOff
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000)
        var late = bench.record(at: 10_000)
        (late.hasProposal, late.segment) = (true, pulse(100_000, at: 25_000))
        late.evidence.sampleAge = Microseconds(60_001)
        #expect(bench.send(late, at: 10_000).mode == .off)
        #expect(bench.core.latch.isEmpty)
    }

    @Test("A verdict about the limits' end leads to the fallback of an expiry")
    func ownVerdictOnExpiry() {
        var bench = Self.running { ($0.onSensorLoss, $0.onExpiry) = (.openLoopBaseline, .rampOff) }
        bench.core.limitsExpired = true
        let report = bench.token(at: 85_000, proposing: pulse(100_000, at: 100_000))
        #expect(InterlockSet(rawValue: report.verdict) == .limitsInvalid)
        #expect(report.mode == .fallback)
        for time in 86...300 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .off && bench.core.latch.isEmpty)
    }

    /// 100 µA × 60 µs = 6,000,000 fC; eight pulses fill 48,000,000 fC.
    @Test(
        "A full window leads to the baseline in mode continuous and to a ramp-off in the others",
        arguments: [
            DoseMode.continuous, .intermittent,
        ])
    func fullWindow(mode: DoseMode) {
        var bench = Self.running {
            $0.doseMode = mode
            // The reserve of a ramp-off from 100 µA: one step of 153 µA, half of 6,000,000 fC.
            $0.doseWindows[3].charge = Femtocoulombs(mode == .continuous ? 48_000_000 : 51_000_000)
        }
        #expect(bench.notes.delivered.count == 8)
        let report = bench.token(at: 90_000, proposing: pulse(100_000, at: 105_000))
        #expect(InterlockSet(rawValue: report.verdict) == .doseWindow)
        #expect(report.mode == .fallback)
        for time in 91...400 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        // The baseline skips what the window cannot hold and goes on; the ramp-off, which it holds, has ended.
        #expect(bench.core.mode == (mode == .continuous ? .fallback : .off))
    }

    @Test("A violation that the runtime's own gate found latches when the permitted segment has run")
    func violationAfterTheSegment() {
        var bench = Self.running()
        _ = bench.token(at: 85_000, proposing: pulse(100_000, at: 100_000, pulses: 4))
        var wrong = bench.record(at: 90_000)
        (wrong.hasProposal, wrong.segment) = (true, pulse(100_000, at: 140_000))
        wrong.runtimeVerdict = InterlockSet.waveformClass.rawValue
        #expect(bench.send(wrong, at: 90_000).mode == .closedLoop)
        // A second violation changes nothing, and no pulse is taken any more.
        wrong = bench.record(at: 95_000)
        (wrong.hasProposal, wrong.segment) = (true, pulse(100_000, at: 140_000))
        wrong.runtimeVerdict = InterlockSet.waveformClass.rawValue
        #expect(bench.send(wrong, at: 95_000).mode == .closedLoop)
        let refused = bench.token(at: 100_000, proposing: pulse(100_000, at: 140_000))
        #expect(InterlockSet(rawValue: refused.verdict) == .latchSet)
        // Four periods of 7,692 µs after 100,000 µs.
        #expect(bench.token(at: 130_000).mode == .closedLoop)
        #expect(bench.token(at: 130_769).mode == .latched)
        #expect(bench.core.latch == .waveformClass)
    }

    @Test("A first pulse that is already past is refused and nothing else happens")
    func latePulse() {
        var bench = Self.running()
        let report = bench.token(at: 95_000, proposing: pulse(100_000, at: 94_999))
        #expect(InterlockSet(rawValue: report.verdict) == .sequence && report.mode == .closedLoop)
    }

    @Test("A device at its compliance limit denies one proposal; a device that is gone latches")
    func deviceAnswers() {
        var bench = Self.running()
        bench.core.watch.reachCompliance(lead: nil)
        let denied = bench.token(at: 85_000, proposing: pulse(100_000, at: 100_000))
        #expect(InterlockSet(rawValue: denied.verdict) == .compliance)
        #expect(bench.token(at: 90_000, proposing: pulse(100_000, at: 105_000)).proposalPermitted)
        bench.notes.failure = .refused(code: -3)
        let refused = bench.token(at: 95_000, proposing: pulse(100_000, at: 115_000))
        #expect(InterlockSet(rawValue: refused.verdict) == .uncertainDelivery && refused.mode == .closedLoop)
        bench.notes.failure = .disconnected
        #expect(bench.token(at: 100_000, proposing: pulse(100_000, at: 125_000)).mode == .latched)
        #expect(bench.core.latch.contains(.leaseExpired))
    }

    @Test("A pulse of the guard's own fallback that its device denies leads from baseline to ramp-off, and on to zero")
    func deniedFallback() {
        var bench = Self.running { $0.onWatchdog = .openLoopBaseline }
        _ = bench.token(at: 85_000, proposing: pulse(100_000, at: 97_700, pulses: 3))
        bench.core.runtimeLost(at: Microseconds(100_000))
        bench.core.watch.reachCompliance(lead: nil)
        for time in 101...105 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .fallback && bench.core.programs[0]?.kind == .rampOff)
        bench.core.watch.reachCompliance(lead: nil)
        for time in 106...140 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .latched && bench.core.isFinished)
    }

    @Test("A denied baseline with nothing to ramp is zero at once; one denied by its window alone goes on")
    func deniedBaseline() {
        var bench = Self.running { $0.onWatchdog = .openLoopBaseline }
        bench.core.runtimeLost(at: Microseconds(100_000))
        bench.core.watch.reachCompliance(lead: nil)
        for time in 101...130 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .latched && bench.core.latch.contains(.tokenStale))
        bench = Self.running {
            $0.onWatchdog = .openLoopBaseline
            $0.doseWindows[3].charge = Femtocoulombs(48_000_000)
        }
        bench.core.runtimeLost(at: Microseconds(90_000))
        for time in 91...2000 { bench.core.advance(to: Microseconds(Int64(time) * 1000)) }
        #expect(bench.core.mode == .fallback && bench.notes.delivered.count == 8)
        #expect(bench.core.refusals > 0)
    }

    @Test("Where the guard's own verdict asks for zero or for a latch, no fallback follows")
    func harderVerdicts() {
        var bench = Self.running { $0.onSensorLoss = .openLoopBaseline }
        bench.core.watch.deviceMatches = false
        #expect(bench.token(at: 85_000, proposing: pulse(100_000, at: 100_000)).mode == .latched)
        #expect(bench.core.latch == .deviceIdentity && bench.notes.zeros == [85_000])
        // The third decision in 10 s that is no number.
        bench = Self.running { $0.onSensorLoss = .openLoopBaseline }
        var third = bench.record(at: 100_000)
        (third.hasProposal, third.segment) = (true, pulse(100_000, at: 115_000))
        (third.evidence.decoderValid, third.evidence.nonFiniteDecisions) = (false, 3)
        _ = bench.send(third, at: 100_000)
        #expect(bench.core.mode == .latched && bench.core.latch == .decoderValidity)
    }

    @Test("A proposal of a runtime in which a stage is silent is a lost runtime")
    func silentStage() {
        var bench = Self.running { $0.onWatchdog = .rampOff }
        var silent = bench.record(at: 85_000)
        (silent.hasProposal, silent.segment, silent.health) = (true, pulse(100_000, at: 100_000), 1)
        #expect(bench.send(silent, at: 85_000).mode == .fallback)
        #expect(bench.core.latch == .tokenStale)
    }

    @Test("A baseline of the runtime that is denied for the log becomes the guard's ramp-off")
    func baselineWithoutLog() {
        var bench = Self.running { $0.onSensorLoss = .openLoopBaseline }
        _ = bench.token(at: 85_000, proposing: pulse(100_000, at: 97_692), mode: .fallback)
        bench.core.stateFailed = true
        let report = bench.token(at: 90_000, proposing: pulse(110_000, at: 105_384), mode: .fallback)
        #expect(InterlockSet(rawValue: report.verdict) == .logAndDisk)
        #expect(bench.core.programs[0]?.kind == .rampOff && bench.core.latch.isEmpty)
        // The guard leaves the loop once; the runtime's wish changes nothing more.
        #expect(bench.token(at: 91_000, mode: .fallback).mode == .fallback)
    }

    @Test("Three deliveries in sequence that are uncertain latch IL-30")
    func uncertainThrice() {
        var bench = Self.running()
        bench.notes.failure = .refused(code: 1)
        for step in 9...11 {
            let time = Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(100_000, at: time + 10_000))
            bench.core.watch.uncertain = 0
        }
        #expect(bench.core.mode == .latched && bench.core.latch == .uncertainDelivery)
    }

    @Test("One interlock at a time: what a lease that still runs denies does not latch, one that is over does")
    func consequences() {
        let evidence = Evidence.healthy(mode: .closedLoop, leaseEnd: Microseconds(0), validChannels: 2)
        let running = Consequence(of: .leaseExpired, evidence: evidence, under: testLimits(), isLeaseOver: false)
        let over = Consequence(of: .leaseExpired, evidence: evidence, under: testLimits(), isLeaseOver: true)
        #expect(running == Consequence(of: [], evidence: evidence, under: testLimits(), isLeaseOver: false))
        #expect(over.latching == .leaseExpired && over.zeroing.isEmpty && over.ramping.isEmpty)
        var unanswered = evidence
        unanswered.acknowledgementsMissing = 3
        let silent = Consequence(of: .leaseExpired, evidence: unanswered, under: testLimits(), isLeaseOver: false)
        #expect(silent.latching == .leaseExpired)
        let mixed = Consequence(
            of: [.stop, .waveformClass, .sampleAge], evidence: evidence, under: testLimits(), isLeaseOver: false)
        #expect(mixed.zeroing == .stop && mixed.latching == [.stop, .waveformClass] && mixed.ramping == .sampleAge)
    }

    @Test("What denies a ramp-off, and what asks for zero, ends a fallback; a hold that is denied ramps off")
    func denials() {
        let evidence = Evidence.healthy(mode: .fallback, leaseEnd: Microseconds(0), validChannels: 2)
        let cases: [(InterlockSet, Fallback, FallbackDenial)] = [
            (.compliance, .rampOff, .zero), (.doseWindow, .rampOff, .zero), (.clock, .openLoopBaseline, .zero),
            (.clock, .holdThenOff, .zero), (.compliance, .holdThenOff, .rampOff), (.doseWindow, .holdThenOff, .rampOff),
            (.doseWindow, .openLoopBaseline, .skip), ([.doseWindow, .ramp], .openLoopBaseline, .rampOff),
        ]
        for (broken, kind, expected) in cases {
            let denial = FallbackDenial(of: broken, in: kind, evidence: evidence, under: testLimits())
            #expect(denial == expected)
        }
    }
}
