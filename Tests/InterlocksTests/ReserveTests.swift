import Interlocks
import Signal
import Testing

/// IL-22 keeps the charge of the signed ramp-down free in every window, except in mode continuous.
///
/// By hand, for 100,000 nA at 10 mA/s and 7,692 µs: 76,920 nA a pulse, so n = 2 pulses of 50,000 nA on average:
/// 2 × 50,000 × 60 = 6,000,000 fC. The segment's own two pulses are 12,000,000 fC.
@Suite struct ReserveTests {
    static func rig(_ mode: DoseMode, window: Int64) -> Rig {
        var rig = Rig()
        rig.evidence.mode = .openLoop
        rig.limits.doseMode = mode
        rig.limits.train = TrainLimits(
            longest: Microseconds(10_000_000), gap: Microseconds(0), perEpisode: 9, episodeLockout: Microseconds(0),
            perDay: 9)
        rig.limits.doseWindows[0].charge = Femtocoulombs(window)
        return rig
    }

    @Test(
        "Burst and intermittent deny at the reserve, continuous at the limit",
        arguments: [
            (DoseMode.burst, 18_000_000), (.intermittent, 18_000_000), (.continuous, 12_000_000),
        ] as [(DoseMode, Int64)])
    func reserve(mode: DoseMode, least: Int64) {
        #expect(Self.rig(mode, window: least).broken() == [])
        #expect(Self.rig(mode, window: least - 1).broken() == .doseWindow)
    }

    /// Steps of 30,000 nA: n = 4, 4 × 50,000 × 60 = 12,000,000 fC.
    @Test("Where the largest step binds, the ramp-down is longer and its reserve larger")
    func largestStep() {
        for (window, isHeld) in [(24_000_000, true), (23_999_999, false)] {
            var rig = Self.rig(.burst, window: Int64(window))
            rig.limits.maximumStep = Nanoamperes(30_000)
            rig.state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(0))
            #expect(rig.broken() == (isHeld ? [] : .doseWindow))
        }
    }

    /// 12,000,000 fC are used; two pulses of 90,000 nA at 60 µs are 10,800,000 fC more, and their reserve 5,400,000 fC.
    @Test("A ramp-off step of a fallback may use the reserve, down to the limit itself")
    func rampOffUsesIt() {
        for (mode, least) in [(Mode.openLoop, Int64(28_200_000)), (.fallback, 22_800_000)] {
            for (window, isHeld) in [(least, true), (least - 1, false)] {
                var rig = Self.rig(.burst, window: window)
                #expect(rig.isPermitted())
                rig.evidence.mode = mode
                rig.segment.amplitude = Nanoamperes(90_000)
                rig.segment.firstPulse = Microseconds(1_055_384)
                #expect(rig.broken() == (isHeld ? [] : .doseWindow), "\(mode) \(window)")
            }
        }
    }

    @Test("Each contact keeps its share of the reserve, rounded up")
    func shares() {
        for (window, isHeld) in [(9_000_000, true), (8_999_999, false)] {
            var rig = Self.rig(.burst, window: Int64(window))
            rig.limits.contacts.append(rig.limits.contacts[0])
            rig.limits.contacts[1].kind = .macroRing
            rig.limits.contacts[1].chargeInjectionDensity = 500
            rig.limits.contacts.append(rig.limits.contacts[1])
            rig.limits.pairs = [ContactPair(cathodes: [0, 2], anodes: [1, 3])]
            #expect(rig.broken() == (isHeld ? [] : .doseWindow))
        }
    }

    @Test("Without a ramp-down there is no reserve that could be kept, so burst denies")
    func noRampDown() {
        var rig = Self.rig(.burst, window: .max)
        rig.limits.rampDown = 0
        #expect(rig.broken() == .doseWindow)
        rig.limits.rampDown = 10_000_000
        rig.limits.maximumStep = Nanoamperes(0)
        rig.state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(0))
        #expect(rig.broken() == .doseWindow)
    }

    /// From 100,000 nA: 76,920 nA lower is 23,080 nA, then 0: 23,080 × 60 = 1,384,800 fC, less than the reserve.
    @Test("From a window that is full to the reserve the whole signed ramp-down still runs")
    func rampDownRuns() {
        var rig = Self.rig(.burst, window: 18_000_000)
        #expect(rig.isPermitted())
        rig.evidence.mode = .fallback
        rig.segment.pulses = 1
        rig.segment.amplitude = Nanoamperes(23_080)
        rig.segment.firstPulse = Microseconds(1_055_384)
        #expect(rig.broken() == [])
        rig.segment.amplitude = Nanoamperes(0)
        rig.segment.firstPulse = Microseconds(1_063_076)
        #expect(rig.broken() == [])
    }

    /// 10,000,121 nA/s × 7,692 µs = 76,920.93 nA a pulse, rounded down: 153,842 nA need n = 3.
    ///
    /// ⌈3 × 153,842 / 2⌉ × 60 = 13,845,780 fC, and two pulses of 153,842 × 60 are 18,461,040 fC.
    /// 10,000,000 nA/s: 153,840 = 2 × 76,920 nA need n = 2, 9,230,400 fC beside 18,460,800 fC.
    @Test(
        "The step of a pulse is rounded down to whole nanoamperes, so that the reserve is never too small",
        arguments: [
            (10_000_121, 153_842, 32_306_820), (10_000_000, 153_840, 27_691_200),
        ] as [(Int64, Int64, Int64)])
    func stepOfAPulse(rate: Int64, amplitude: Int64, least: Int64) {
        for (window, broken) in [(least, InterlockSet()), (least - 1, .doseWindow)] {
            var rig = Self.rig(.burst, window: window)
            rig.limits.rampDown = rate
            rig.segment.amplitude = Nanoamperes(amplitude)
            #expect(rig.broken() == broken)
        }
    }

    /// 100,000 pulses of 50,000 nA on average: 3 × 10¹¹ fC, beside the segment's own 12,000,000 fC.
    @Test("A ramp-down in steps of one nanoampere is the longest that can be kept free")
    func smallestStep() {
        for (window, broken) in [(300_012_000_000, InterlockSet()), (300_011_999_999, .doseWindow)]
            as [(Int64, InterlockSet)]
        {
            var rig = Self.rig(.burst, window: window)
            rig.limits.maximumStep = Nanoamperes(1)
            rig.state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(0))
            #expect(rig.broken() == broken)
        }
    }

    @Test("A negative ramp-down or step is none, so burst denies")
    func negativeRampDown() {
        for change: (inout Limits) -> Void in [
            { $0.rampDown = -10_000_000 }, { $0.maximumStep = Nanoamperes(-30_000) },
        ] {
            var rig = Self.rig(.burst, window: 18_000_000)
            rig.state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(0))
            change(&rig.limits)
            #expect(rig.broken() == .doseWindow)
        }
    }
}
