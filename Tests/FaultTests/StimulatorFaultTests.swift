import Guard
import Interlocks
import Signal
import Stimulation
import Testing
import VirtualLab

/// Faults of the device, injected by the emulation at a time of its own clock; all in virtual time.
///
/// Each runs at 2 mA from 210 ms on and fails at 300 ms. A frame is an answer of the device: every 5 ms.
struct StimulatorFaultTests {
    private static let fault: Int64 = 300_000
    private static let frame: Int64 = 5_000

    private func stimulating(_ faults: String, limits: (inout Limits) -> Void = { _ in }) throws -> GuardFaultBench {
        var bench = try GuardFaultBench(faults: faults, limits: limits)
        #expect(bench.arm().mode == .armed)
        bench.run(until: 295_000)
        #expect(bench.core.mode == .closedLoop && bench.core.latch.isEmpty)
        return bench
    }

    /// Latched for `reason` within `bound` of the fault, nothing afterwards, and a clinician leads back to armed.
    private func expectStopped(
        _ bench: inout GuardFaultBench, _ reason: InterlockSet, within bound: Int64, since fault: Int64 = fault,
        recovers: Bool = true
    ) throws {
        let latchedAt = try bench.latchTime()
        #expect(latchedAt - fault <= bound && latchedAt >= fault)
        #expect(bench.core.latch.isSuperset(of: reason))
        #expect(bench.pulseTimes.allSatisfy { $0 <= latchedAt })
        #expect(bench.core.isOutputZero == true)
        try Recorder.check(bench.events, atLeast: 20)
        #expect(bench.acknowledge().mode == .off)
        #expect((bench.arm().mode == .armed) == recovers)
    }

    @Test("FI-48 a refusal once is debited and denies the next pulse until the read-back; nothing latches")
    func refusedOnce() throws {
        var bench = try stimulating("300000 nack 1")
        bench.run(until: 500_000)
        #expect(bench.core.mode == .closedLoop && bench.core.latch.isEmpty)
        #expect(bench.verdicts(since: Self.fault) == .uncertainDelivery)
        #expect(bench.reports.contains { $0.flags.contains(.uncertain) && $0.uncertainDeliveries == 1 })
        // 2 mA × 60 µs = 120,000,000 fC more than the device took.
        let ledger = bench.core.windowCharge(contact: 1, window: 0, at: Microseconds(500_000)).value
        #expect(ledger == bench.acceptedCharge + 120_000_000)
        try Recorder.check(bench.events, atLeast: 40)
    }

    /// Proposals at 300, 310 and 320 ms are refused.
    @Test("FI-48 three refusals in sequence end output and latch IL-30")
    func refusedThrice() throws {
        var bench = try stimulating("300000 nack 3")
        bench.run(until: 400_000)
        try expectStopped(&bench, .uncertainDelivery, within: 20_000)
    }

    @Test("FI-49 a pulse whose answer was lost is debited once, and the loop goes on after the read-back")
    func lostAnswer() throws {
        var bench = try stimulating("300000 lost-answer 1")
        bench.run(until: 500_000)
        #expect(bench.core.mode == .closedLoop && bench.core.latch.isEmpty)
        let ledger = bench.core.windowCharge(contact: 1, window: 0, at: Microseconds(500_000)).value
        #expect(ledger == bench.acceptedCharge)
        #expect(bench.reports.contains { $0.flags.contains(.uncertain) })
        #expect(bench.reports.last?.flags.contains(.uncertain) == false)
        try Recorder.check(bench.events, atLeast: 40)
    }

    @Test("FI-50 an echo of another amplitude ends output and latches IL-42 in the same frame")
    func wrongEcho() throws {
        var bench = try stimulating("300000 echo 1000")
        bench.run(until: 400_000)
        try expectStopped(&bench, .readBack, within: Self.frame)
    }

    @Test("FI-51 the compliance flag denies the next pulse and gives an alarm; three times it latches IL-31")
    func compliance() throws {
        var once = try stimulating("300000 compliance 1")
        once.run(until: 500_000)
        #expect(once.core.latch.isEmpty && once.verdicts(since: Self.fault) == .compliance)
        #expect(once.reports.contains { $0.flags.contains(.compliance) })
        try Recorder.check(once.events, atLeast: 40)
        // Delivered and flagged at 300, 320 and 340 ms; denied at 310 and 330.
        var thrice = try stimulating("300000 compliance 3")
        thrice.run(until: 500_000)
        try expectStopped(&thrice, .compliance, within: 40_000)
    }

    @Test("FI-52 60 mV left on a contact give an alarm, 120 mV end output and latch IL-31")
    func residualVoltage() throws {
        var alarm = try stimulating("300000 residual 60000")
        alarm.run(until: 400_000)
        #expect(alarm.core.mode == .closedLoop && alarm.core.latch.isEmpty)
        #expect(alarm.reports.last?.flags.contains(.residualAlarm) == true)
        #expect(alarm.reports.last?.measured.residualVoltage == 60_000)
        var bench = try stimulating("300000 residual 120000")
        bench.run(until: 400_000)
        // It does not arm while the voltage stays.
        try expectStopped(&bench, .compliance, within: Self.frame, recovers: false)
    }

    @Test(
        "FI-53 a device that stimulates after off loses its power within 200 ms",
        arguments: ["100 after-off", "450000 reboot"])
    func outputAfterOff(faults: String) throws {
        var bench = try stimulating(faults)
        bench.run(until: 300_000)
        bench.core.stopInput(at: Microseconds(300_000))
        let start: Int64 = faults.hasSuffix("reboot") ? 450_000 : 300_000
        bench.run(until: 1_000_000)
        let removed = try bench.powerRemoval()
        #expect(removed >= start && removed - start <= 200_000)
        #expect(bench.pulseTimes.allSatisfy { $0 < removed })
        #expect(bench.core.latch == [.stop, .readBack])
        #expect(bench.reports.last?.flags.isSuperset(of: .powerRemoved) == true)
        // Without power nothing arms until the device is greeted anew.
        #expect(bench.acknowledge().mode == .off)
        #expect(bench.arm().mode == .off)
    }

    /// A train of 25 pulses would run for 192 ms; the lease is 250 ms.
    @Test("FI-54 an unplugged link latches IL-04, and the device's own lease ends the train")
    func unplugged() throws {
        var bench = try stimulating("301000 unplug")
        bench.run(until: 300_000)
        bench.pulses = 25
        bench.turn()
        _ = bench.propose(bench.proposal())
        bench.run(until: 1_000_000)
        let latchedAt = try bench.latchTime()
        #expect(latchedAt - 301_000 <= Self.frame && bench.core.latch.contains(.leaseExpired))
        let last = try bench.lastPulse()
        #expect(last > 301_000 && last <= 301_000 + 250_000)
        #expect(bench.events.contains { $0.kind == .leaseEnded })
        try Recorder.check(bench.events, atLeast: 20)
    }

    @Test("FI-55 a device that comes up with a program of its own does not arm, and loses its power")
    func nonZeroDefault() throws {
        var bench = try GuardFaultBench(faults: "0 reboot")
        let report = bench.arm()
        #expect(report.mode == .off && report.flags.contains(.orderRefused))
        #expect(InterlockSet(rawValue: report.verdict).contains(.armingEvidence))
        bench.isRunning = false
        bench.run(until: 500_000)
        let removed = try bench.powerRemoval()
        #expect(removed <= 200_000 && bench.pulseTimes.allSatisfy { $0 < removed })
        #expect(bench.core.latch.contains(.readBack))
        var sound = try GuardFaultBench()
        #expect(sound.arm().mode == .armed)
    }

    @Test(
        "FI-56 another serial or firmware in the middle of a session ends output, latches IL-32 and does not arm",
        arguments: ["300000 serial VIRT-0002", "300000 firmware 2.0"])
    func swapped(faults: String) throws {
        var bench = try stimulating(faults)
        bench.run(until: 400_000)
        try expectStopped(&bench, .deviceIdentity, within: Self.frame, recovers: false)
        #expect(bench.verdicts(since: 400_000).contains(.deviceIdentity))
    }

    @Test(
        "FI-58 the stop button ends output once, however it bounces: in a ramp, in a fault, with the runtime dead",
        arguments: ["100000 stop 100", "95000 residual 60000, 100000 stop 1", "100000 stop 3"])
    func stopButton(faults: String) throws {
        var bench = try GuardFaultBench(faults: faults) { limits in limits.onWatchdog = .openLoopBaseline }
        #expect(bench.arm().mode == .armed)
        bench.run(until: 60_000)
        if faults.hasSuffix("3") { bench.isRunning = false }
        bench.run(until: 400_000)
        let latchedAt = try bench.latchTime()
        #expect(latchedAt - 100_000 <= 20_000 && bench.latches == 1)
        #expect(bench.core.latch.contains(.stop))
        #expect(bench.pulseTimes.allSatisfy { $0 <= 100_000 })
        #expect(bench.events.filter { $0.kind == .stopped }.count <= 3)
        try Recorder.check(bench.events, atLeast: 3)
        #expect(bench.acknowledge().mode == .off)
        #expect(bench.arm().mode == .armed)
    }

    /// 1.2 kΩ to 5 kΩ, seen at the measurement of the next whole second.
    ///
    /// A ramp from 2 mA takes 100 ms, a pulse was
    /// queued 15 ms ahead; a baseline that keeps the level passes as a ramp-off's step for one second.
    @Test(
        "FI-15 an impedance out of its range denies the contact, and output leaves by the signed ramp",
        arguments: [(Fallback.rampOff, Int64(1_150_000)), (.openLoopBaseline, 2_200_000)])
    func impedance(kind: Fallback, bound: Int64) throws {
        var bench = try stimulating("300000 impedance 5000000") { limits in
            limits.onSensorLoss = kind
            limits.contacts[1].impedance = ImpedanceBounds(
                range: 250_000...2_000_000, maximumAge: Microseconds(43_200_000_000),
                maximumStep: PartsPerMillion(300_000))
        }
        bench.run(until: 3_000_000)
        #expect(bench.verdicts(since: 1_000_000).contains(.impedance))
        #expect(bench.verdicts(since: 300_000).isDisjoint(with: [.verdictsDiffer, .clock]))
        #expect(bench.core.mode == .off && bench.core.latch.isEmpty)
        let last = try bench.lastPulse()
        #expect(last > 1_000_000 && last <= bound)
        try Recorder.check(bench.events, atLeast: 60)
        // Out of range, but measured: arming is possible, and every pulse is denied until the electrode is sound.
        #expect(bench.arm().mode == .armed)
        bench.run(until: 3_200_000)
        #expect(bench.pulseTimes.last == last)
    }
}
