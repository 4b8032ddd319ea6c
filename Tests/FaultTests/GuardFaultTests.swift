import Guard
import Interlocks
import Signal
import Stimulation
import Testing
import VirtualLab

/// Faults between the gates: permits, clocks and verdicts; all in virtual time.
struct GuardFaultTests {
    private func stimulating() throws -> GuardFaultBench {
        var bench = try GuardFaultBench()
        #expect(bench.arm().mode == .armed)
        bench.run(until: 300_000)
        #expect(bench.core.mode == .closedLoop)
        return bench
    }

    @Test("FI-33 a segment that comes twice, too late or beyond the lease is denied, and debited and delivered once")
    func reused() throws {
        var bench = try stimulating()
        bench.proposes = false
        let segment = bench.proposal(in: 25_000)
        #expect(bench.propose(segment).proposalPermitted)
        let again = bench.propose(segment)
        #expect(InterlockSet(rawValue: again.verdict).contains(.sequence))
        let late = bench.propose(bench.proposal(in: -1_000))
        #expect(InterlockSet(rawValue: late.verdict) == .sequence)
        let beyond = bench.propose(bench.proposal(in: 260_000))
        #expect(InterlockSet(rawValue: beyond.verdict).contains(.leaseExpired))
        bench.run(until: 400_000)
        #expect(bench.core.latch.isEmpty && bench.core.mode == .closedLoop)
        #expect(bench.pulseTimes.filter { $0 == segment.firstPulse.value }.count == 1)
        let ledger = bench.core.windowCharge(contact: 1, window: 0, at: Microseconds(400_000)).value
        #expect(ledger == bench.acceptedCharge)
        try Recorder.check(bench.events, atLeast: 30)
    }

    @Test("FI-43 a suspend ends output in the first turn and latches IL-36; a clinician leads back to armed")
    func suspended() throws {
        var bench = try stimulating()
        bench.core.clockJumped(at: Microseconds(300_000))
        #expect(bench.core.mode == .latched && bench.core.latch == .clock && bench.core.isOutputZero)
        bench.run(until: 400_000)
        #expect(bench.pulseTimes.allSatisfy { $0 <= 300_000 })
        try Recorder.check(bench.events, atLeast: 20)
        #expect(bench.acknowledge().mode == .off)
        #expect(bench.arm().mode == .armed)
    }

    @Test("FI-43 a device whose clock is off by more than a lease ends output in one frame and latches IL-36")
    func deviceClock() throws {
        var bench = try GuardFaultBench(faults: "300000 clock 251000")
        #expect(bench.arm().mode == .armed)
        bench.run(until: 400_000)
        let latchedAt = try bench.latchTime()
        #expect(latchedAt - 300_000 <= 5_000 && bench.core.latch.contains(.clock))
        try Recorder.check(bench.events, atLeast: 20)
    }

    /// By the file 5 mA are permitted; the guard's own copy says 1 mA.
    @Test(
        "FI-70 a guard with tighter limits than the runtime ends output at the first pulse between, and latches IL-46")
    func limitsDiffer() throws {
        var bench = try GuardFaultBench { limits in
            limits.amplitude = Nanoamperes(0)...Nanoamperes(1_000_000)
        }
        #expect(bench.arm().mode == .armed)
        bench.run(until: 400_000)
        // Steps of 100 µA from 10 ms on: the eleventh, at 110 ms, is 1.1 mA.
        #expect(bench.latchedAt == 110_000)
        #expect(bench.core.latch == [.amplitude, .verdictsDiffer])
        #expect(bench.events.filter { $0.kind == .pulse }.allSatisfy { $0.amplitude.value <= 1_000_000 })
        #expect(bench.pulseTimes.allSatisfy { $0 <= 110_000 })
        try Recorder.check(bench.events, atLeast: 5)
    }
}
