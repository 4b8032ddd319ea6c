import Guard
import Interlocks
import Signal
import Stimulation
import Testing

@Suite struct CoreTests {
    @Test("Without arming no pulse reaches the device, whatever the runtime's evidence says")
    func notArmed() {
        var bench = Bench()
        let report = bench.token(at: 0, proposing: pulse(100_000, at: 20_000))
        #expect(bench.notes.delivered.isEmpty)
        #expect(!report.proposalPermitted)
        #expect(InterlockSet(rawValue: report.verdict).contains(.notArmed))
    }

    /// By hand: 100 µA × 60 µs = 6,000,000 fC.
    @Test("A permitted segment is forwarded once, under a lease of 250 ms, and debited once")
    func forwarded() {
        var bench = Bench()
        #expect(bench.arm(at: 0).mode == .armed)
        let report = bench.token(at: 5000, proposing: pulse(100_000, at: 25_000))
        #expect(report.proposalPermitted)
        #expect(report.segment == pulse(100_000, at: 25_000))
        #expect(bench.notes.delivered.count == 1)
        #expect(bench.notes.delivered[0].validUntil == 255_000)
        _ = bench.token(at: 10_000)
        #expect(bench.notes.delivered.count == 1)
        #expect(bench.core.windowCharge(contact: 0, window: 0, at: Microseconds(30_000)).value == 6_000_000)
    }

    @Test("No lease is granted beyond 250 ms, whatever the limits file says")
    func leaseBound() {
        var limits = testLimits()
        limits.lease = Microseconds(3_000_000)
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000)
        _ = bench.token(at: 10_000, proposing: pulse(100_000, at: 30_000))
        #expect(bench.notes.renewals == [255_000])
        #expect(bench.notes.delivered[0].validUntil == 260_000)
    }

    @Test("A token that is 20 ms old is in time; at 20 ms and 1 µs output is zero and the guard is latched")
    func tokenTimeout() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000, proposing: pulse(100_000, at: 15_000))
        bench.core.advance(to: Microseconds(25_000))
        #expect(bench.notes.zeros.isEmpty)
        bench.core.advance(to: Microseconds(25_001))
        #expect(bench.notes.zeros == [25_001])
        #expect(bench.core.mode == .latched)
        #expect(bench.core.latch == .tokenStale)
        let report = bench.token(at: 26_000, proposing: pulse(100_000, at: 40_000))
        #expect(!report.proposalPermitted && bench.notes.delivered.count == 1)
    }

    @Test("Tokens in which one actor did not answer do not keep the guard alive and renew no lease")
    func unhealthyActor() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000)
        for step in 2...6 {
            var record = bench.record(at: Int64(step) * 5000)
            record.health = .max ^ 4
            _ = bench.send(record, at: Int64(step) * 5000)
            bench.core.advance(to: Microseconds(Int64(step) * 5000 + 1))
        }
        #expect(bench.notes.renewals == [255_000])
        #expect(bench.core.latch == .tokenStale)
    }

    @Test("A replayed record ends output at once and latches")
    func replayed() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        let old = bench.record(at: 5000)
        _ = bench.send(old, at: 5000)
        _ = bench.token(at: 10_000, proposing: pulse(100_000, at: 20_000))
        let report = bench.send(old, at: 15_000)
        #expect(bench.notes.zeros == [15_000])
        #expect(report.mode == .latched)
        #expect(InterlockSet(rawValue: report.latch).contains(.tokenStale))
    }

    @Test("A record of another session and a malformed one end output and latch", arguments: [true, false])
    func foreign(otherSession: Bool) {
        var bench = Bench()
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000)
        if otherSession {
            var record = bench.record(at: 10_000)
            record.session = Words32(9)
            _ = bench.send(record, at: 10_000)
        } else {
            _ = bench.core.handleMalformed(at: Microseconds(10_000))
        }
        #expect(bench.notes.zeros == [10_000])
        #expect(bench.core.mode == .latched)
    }

    /// 7 mA × 60 µs = 420,000,000 fC, over the 400,000,000 fC of IL-14, and over 3 mA.
    @Test("What the runtime permits and the guard denies by its physics ends output and latches IL-46")
    func verdictsDiffer() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        let report = bench.token(at: 5000, proposing: pulse(7_000_000, at: 20_000))
        let verdict = InterlockSet(rawValue: report.verdict)
        #expect(verdict.isSuperset(of: [.amplitude, .chargePerPhase, .verdictsDiffer]))
        #expect(bench.notes.delivered.isEmpty && bench.notes.zeros == [5000])
        #expect(bench.core.mode == .latched)
    }

    @Test("A step over the ramp is denied and changes nothing else: the lease goes on and nothing latches")
    func rampDenied() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        let report = bench.token(at: 5000, proposing: pulse(2_000_000, at: 20_000))
        #expect(InterlockSet(rawValue: report.verdict) == .ramp)
        #expect(report.refusals == 1)
        #expect(bench.core.mode == .closedLoop)
        #expect(bench.notes.renewals == [255_000])
    }

    @Test("What the runtime's own gate denied is not delivered")
    func runtimeDenied() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        var record = bench.record(at: 5000)
        record.hasProposal = true
        record.segment = pulse(100_000, at: 20_000)
        record.runtimeVerdict = InterlockSet.signalQuality.rawValue
        #expect(!bench.send(record, at: 5000).proposalPermitted)
        #expect(bench.notes.delivered.isEmpty)
    }

    @Test("Disarming is output off without a latch, and the end of the runtime after it ends the guard")
    func disarm() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000, proposing: pulse(100_000, at: 20_000))
        let report = bench.send(bench.record(.disarm, at: 10_000), at: 10_000)
        #expect(report.mode == .off && report.latch == 0)
        #expect(bench.notes.zeros == [10_000])
        bench.core.runtimeLost(at: Microseconds(20_000))
        #expect(bench.core.isFinished && bench.core.latch.isEmpty)
    }

    @Test("Stop orders and stop inputs latch IL-05; only an acknowledgement with a reason leads back to off")
    func stopAndAcknowledge() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000)
        bench.core.stopInput(at: Microseconds(6000))
        #expect(bench.notes.zeros == [6000] && bench.core.latch == .stop)
        let refused = bench.arm(at: 7000)
        #expect(refused.flags.contains(.orderRefused))
        #expect(InterlockSet(rawValue: refused.verdict).contains(.latchSet))
        #expect(bench.send(bench.record(.acknowledge, at: 8000), at: 8000).mode == .latched)
        var record = bench.record(.acknowledge, at: 9000)
        record.reason = Reason("stop button tested")
        #expect(bench.send(record, at: 9000).mode == .off)
        #expect(bench.core.acknowledgement == "stop button tested")
        #expect(bench.arm(at: 10_000).mode == .armed)
    }

    @Test("A latch from an earlier session, unsigned limits and an expired file each refuse arming")
    func armingRefused() {
        var latched = Bench(latch: .tokenStale)
        #expect(InterlockSet(rawValue: latched.arm(at: 0).verdict) == .latchSet)
        var unsigned = Bench(armable: false)
        #expect(InterlockSet(rawValue: unsigned.arm(at: 0).verdict) == .limitsInvalid)
        var expired = Bench()
        expired.core.limitsExpired = true
        #expect(InterlockSet(rawValue: expired.arm(at: 0).verdict) == .limitsInvalid)
    }

    @Test("A device that is no emulation starts with full dose windows, because no ledger survives a restart yet")
    func unknownHistory() {
        var bench = Bench(isVirtual: false)
        _ = bench.arm(at: 0)
        let report = bench.token(at: 5000, proposing: pulse(100_000, at: 20_000))
        #expect(InterlockSet(rawValue: report.verdict) == .doseWindow)
        #expect(bench.notes.delivered.isEmpty)
    }

    @Test("An echo that differs from the permit ends output and latches IL-42")
    func readBack() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        bench.notes.falsifiesEcho = true
        let report = bench.token(at: 5000, proposing: pulse(100_000, at: 20_000))
        #expect(InterlockSet(rawValue: report.latch) == .readBack)
        #expect(bench.notes.zeros == [5000])
    }

    @Test("A silent device is assumed to deliver; three silences latch IL-30")
    func uncertain() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        bench.notes.failure = .uncertain
        #expect(bench.token(at: 5000, proposing: pulse(100_000, at: 20_000)).flags.contains(.uncertain))
        #expect(bench.core.windowCharge(contact: 0, window: 0, at: Microseconds(30_000)).value == 6_000_000)
        _ = bench.token(at: 10_000)
        #expect(bench.core.latch.isEmpty)
        _ = bench.token(at: 15_000)
        #expect(bench.core.latch == .uncertainDelivery)
    }

    @Test("In virtual time silence never times out; a clock that runs back or leaps is a fault")
    func virtualTime() {
        var bench = Bench(virtualTime: true)
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000)
        bench.core.advance(to: Microseconds(900_000))
        #expect(bench.core.mode == .closedLoop)
        _ = bench.token(at: 4999)
        #expect(bench.core.latch.contains(.clock))
        var leaping = Bench(virtualTime: true)
        _ = leaping.arm(at: 0)
        _ = leaping.token(at: 1_000_001)
        #expect(leaping.core.latch.contains(.clock))
    }

    @Test("After a silence nothing is delivered until the device has answered; then its echo is checked again")
    func answerAfterSilence() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        bench.notes.failure = .uncertain
        _ = bench.token(at: 5000, proposing: pulse(100_000, at: 20_000))
        bench.notes.failure = nil
        let denied = bench.token(at: 10_000, proposing: pulse(100_000, at: 30_000))
        #expect(InterlockSet(rawValue: denied.verdict) == .uncertainDelivery)
        let answered = bench.token(at: 15_000, proposing: pulse(100_000, at: 35_000))
        #expect(answered.proposalPermitted && !answered.flags.contains(.uncertain))
        bench.notes.falsifiesEcho = true
        let report = bench.token(at: 20_000, proposing: pulse(100_000, at: 45_000))
        #expect(InterlockSet(rawValue: report.latch) == .readBack)
    }

    @Test("A leaping virtual clock ends output at the last good time, so that nothing queued is delivered by the leap")
    func leapingClock() {
        var bench = Bench(virtualTime: true)
        _ = bench.arm(at: 0)
        _ = bench.token(at: 5000, proposing: pulse(100_000, at: 20_000))
        _ = bench.token(at: 9_000_000)
        #expect(bench.notes.zeros == [5000])
        var first = Bench(virtualTime: true)
        _ = first.arm(at: .max / 2)
        #expect(first.core.latch.contains(.clock) && first.notes.zeros == [0])
    }

    @Test("A wrong shape that the runtime's own gate found latches here too")
    func runtimeViolation() {
        var bench = Bench()
        _ = bench.arm(at: 0)
        var record = bench.record(at: 5000)
        record.hasProposal = true
        record.segment = pulse(100_000, at: 20_000)
        record.runtimeVerdict = InterlockSet.waveformClass.rawValue
        #expect(bench.send(record, at: 5000).latch == InterlockSet.waveformClass.rawValue)
        #expect(bench.core.mode == .latched && bench.notes.delivered.isEmpty)
    }
}
