import Interlocks
import Signal
import Testing

/// IL-25: value, age and step of a contact's impedance, and where each denies (rule d of Safety.md).
@Suite struct ImpedanceTests {
    /// 12 h.
    static let age: Int64 = 43_200_000_000

    /// 250 Ω to 3.5 kΩ, at most 12 h old, steps of at most 30 %; the case is exempt.
    static func rig(_ mode: Mode, measured values: [Int64]) -> Rig {
        var rig = Rig()
        rig.evidence.mode = mode
        rig.limits.contacts[0].impedance = ImpedanceBounds(
            range: 250_000...3_500_000, maximumAge: Microseconds(age), maximumStep: PartsPerMillion(300_000))
        var state = GateState(limits: rig.limits)
        for value in values { state.measured(value, contact: 0, at: Microseconds(900_000)) }
        rig.state = state
        return rig
    }

    /// 1 kΩ × 1.3 = 1.3 kΩ and × 0.7 = 0.7 kΩ; one milliohm beyond is 300,001 ppm, rounded up.
    @Test(
        "At its bounds a value and a step are permitted, one step beyond they deny a pulse in every mode",
        arguments: [
            ([250_000], true), ([249_999], false), ([3_500_000], true), ([3_500_001], false), ([0], false),
            ([-1], false), ([1_000_000, 1_300_000], true), ([1_000_000, 1_300_001], false),
            ([1_000_000, 700_000], true), ([1_000_000, 699_999], false), ([0, 1_000_000], false),
            ([0, 1_000_000, 1_000_000], true), ([.min, .max], false),
        ] as [([Int64], Bool)])
    func valueAndStep(values: [Int64], isHeld: Bool) {
        for mode in [Mode.openLoop, .closedLoop, .fallback] {
            #expect(Self.rig(mode, measured: values).broken() == (isHeld ? [] : .impedance), "\(mode)")
        }
    }

    @Test("Rule (d): an old or absent measurement denies the closed loop and arming, and nothing else")
    func byAge() {
        for (mode, later) in [(Mode.closedLoop, InterlockSet.impedance), (.openLoop, []), (.fallback, [])] {
            for (now, broken) in [(900_000 + Self.age, InterlockSet()), (900_001 + Self.age, later)] {
                var rig = Self.rig(mode, measured: [1_000_000])
                rig.now = Microseconds(now)
                rig.segment.firstPulse = Microseconds(now)
                rig.evidence.leaseEnd = Microseconds(now + 250_000)
                #expect(rig.broken() == broken, "\(mode) \(now)")
                #expect(rig.state?.knowsImpedances(at: rig.now) == (now == 900_000 + Self.age))
            }
            #expect(Self.rig(mode, measured: []).broken() == later)
        }
        #expect(Self.rig(.openLoop, measured: []).state?.knowsImpedances(at: Microseconds(0)) == false)
        #expect(Rig().isPermitted(), "a contact without bounds is exempt")
    }

    @Test("Rule (d): a bad value denies the baseline and a rise in a fallback, never a ramp-off step")
    func rampOffOutlivesIt() {
        for (mode, amplitude, broken) in [
            (Mode.fallback, Int64(90_000), InterlockSet()), (.fallback, 100_000, []), (.fallback, 100_001, .impedance),
            (.openLoop, 90_000, .impedance),
        ] {
            var rig = Self.rig(mode, measured: [1_000_000])
            #expect(rig.isPermitted())
            var state = rig.state
            state?.measured(1_500_000, contact: 0, at: Microseconds(950_000))
            rig.state = state
            rig.segment.firstPulse = Microseconds(1_055_384)
            rig.segment.amplitude = Nanoamperes(amplitude)
            #expect(rig.broken() == broken, "\(mode) \(amplitude)")
        }
    }

    @Test("A contact that does not exist is measured without effect")
    func absentContact() {
        var state = GateState(limits: Rig.exampleLimits)
        for contact in [-1, 2, .max] { state.measured(1, contact: contact, at: Microseconds(0)) }
        let rig = Rig()
        rig.state = state
        #expect(rig.broken() == [])
    }

    /// From 1 mΩ to 10¹³ mΩ is about 10¹⁹ ppm, more than 64 bits hold; to 9 × 10¹² mΩ it is just under 9 × 10¹⁸.
    @Test("A step that 64 bits do not hold is larger than any that a file allows")
    func hugeStep() {
        for (second, broken) in [(9_000_000_000_000, InterlockSet()), (10_000_000_000_000, .impedance)]
            as [(Int64, InterlockSet)]
        {
            var rig = Rig()
            rig.limits.contacts[0].impedance = ImpedanceBounds(
                range: 0...Int64.max, maximumAge: Microseconds(Self.age), maximumStep: PartsPerMillion(.max - 1))
            var state = GateState(limits: rig.limits)
            for value in [1, second] { state.measured(value, contact: 0, at: rig.now) }
            rig.state = state
            #expect(rig.broken() == broken, "\(second)")
        }
    }
}
