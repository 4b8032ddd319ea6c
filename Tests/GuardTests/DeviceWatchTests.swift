import Guard
import Interlocks
import Signal
import Stimulation
import Testing

/// What the guard concludes from what the device says of itself.
@Suite struct DeviceWatchTests {
    @Test("Output counts as zero after a stop once the device has said so, never while a pulse may come")
    func outputZero() {
        var bench = GuardCoverageTests.running()
        #expect(bench.core.isOutputZero == false)
        bench.core.stopInput(at: Microseconds(85_000))
        #expect(bench.core.isOutputZero == true)
        bench.core.device.report.isActive = true
        #expect(bench.core.isOutputZero == false)
    }

    /// The file's range is 250 Ω to 3.5 kΩ and its step 30 %: from 1,000 Ω, 700 and 1,300 Ω are one step, 699 and 1,301
    /// are more; from 300 Ω to 249 and from 3,400 Ω to 3,501 are small steps out of the range.
    @Test(
        "A measured impedance lets the device be armed; then a value or a step beyond the file's denies the contact",
        arguments: [
            (1_000_000, 1_300_000, false), (1_000_000, 1_300_001, true), (1_000_000, 700_000, false),
            (1_000_000, 699_999, true), (300_000, 250_000, false), (300_000, 249_999, true),
            (3_400_000, 3_500_000, false), (3_400_000, 3_500_001, true),
        ])
    func impedance(before: Int64, after: Int64, isDenied: Bool) {
        var limits = testLimits()
        limits.contacts[0].impedance = ImpedanceBounds(
            range: 250_000...3_500_000, maximumAge: Microseconds(1_000_000), maximumStep: PartsPerMillion(300_000))
        var bench = Bench(limits: limits)
        (bench.notes.measured.impedance, bench.notes.measured.impedanceTime) = (before, Microseconds(0))
        #expect(bench.arm(at: 0).verdict == 0)
        for step in 1...8 {
            let time = Int64(step) * 10_000
            #expect(bench.token(at: time, proposing: pulse(100_000, at: time + 10_000)).proposalPermitted)
        }
        (bench.notes.measured.impedance, bench.notes.measured.impedanceTime) = (after, Microseconds(82_000))
        // The same measurement, told twice, is one step.
        _ = bench.token(at: 85_000)
        _ = bench.token(at: 87_000)
        let answer = bench.token(at: 90_000, proposing: pulse(100_000, at: 100_000))
        #expect(InterlockSet(rawValue: answer.verdict) == (isDenied ? .impedance : []))
        #expect(answer.proposalPermitted == !isDenied)
    }

    /// Residual voltage is told as a magnitude; a negative one is no measurement.
    @Test("A residual voltage above the alarm's bound is flagged and keeps no device from being armed")
    func residualAlarm() {
        for (voltage, isFlagged) in [(50_000, false), (50_001, true), (-1, true)] {
            var settings = GuardSettings(
                isVirtual: true, virtualTime: false, limitsArmable: true, tokenTimeout: Microseconds(20_000),
                session: Bench.session, amplitudeStep: Nanoamperes(1000))
            settings.residualAlarm = 50_000
            let notes = NotingStimulator.Notes()
            notes.measured.residualVoltage = Int64(voltage)
            var core = GuardCore(
                limits: testLimits(), settings: settings, latch: [], device: NotingStimulator(notes))
            var bench = Bench()
            let report = core.handle(bench.record(.arm, at: 0), at: Microseconds(0))
            #expect(report.mode == .armed && report.flags.contains(.residualAlarm) == isFlagged)
        }
    }
}
