import Interlocks
import Signal
import Testing

/// One step beyond bounds that other tests come near to.
///
/// Charge on a microelectrode, impedance from 1 mΩ, negative periods, level output without a ramp, shares of time.
@Suite struct MarginTests {
    @Test("20 nC are the most on a microelectrode with evidence, and 1 fC more is denied")
    func microCeiling() {
        for (charge, broken) in [(20_000_000, InterlockSet()), (20_000_001, .microCharge)] {
            var rig = Rig.wide(area: 2_000, kind: .micro)
            rig.limits.contacts[0].hasMicroEvidence = true
            rig.segment.width = Microseconds(1)
            rig.segment.amplitude = Nanoamperes(Int64(charge))
            #expect(rig.broken() == broken)
        }
    }

    /// From 1 mΩ to 2 mΩ is a step of 1,000,000 ppm; from 0 to anything no step can be said, which denies.
    @Test("A step from 1 mΩ is counted, and one from nothing denies")
    func impedanceFromLittle() {
        for (values, most, isHeld) in [
            ([1, 2], 1_000_000, true), ([1, 2], 999_999, false), ([0, 2], Int64.max - 1, false), ([0, 2], 0, false),
        ] as [([Int64], Int64, Bool)] {
            var rig = Rig()
            rig.limits.contacts[0].impedance = ImpedanceBounds(
                range: 0...10, maximumAge: Microseconds(1_000_000), maximumStep: PartsPerMillion(most))
            var state = GateState(limits: rig.limits)
            for value in values { state.measured(value, contact: 0, at: rig.now) }
            rig.state = state
            #expect(rig.broken() == (isHeld ? [] : .impedance), "\(values) \(most)")
        }
    }

    @Test("A negative period settles nothing, and a negative width or period has no domain")
    func negative() {
        let rig = Rig()
        var state = GateState(limits: rig.limits)
        var backwards = rig.segment
        backwards.period = Microseconds(-7_692)
        state.settle(delivered: backwards, at: Microseconds(2_000_000))
        #expect(state.pulses == 0 && state.leads[0].lastPulse == nil)
        for change in [{ $0.width = Microseconds(-60) }, { $0.period = Microseconds(-7_692) }]
            as [(inout Segment) -> Void]
        {
            var spoiled = Rig()
            change(&spoiled.segment)
            #expect(spoiled.broken().contains(.operandDomain))
        }
    }

    @Test("Charge times pulses that does not fit has no domain")
    func manyPulses() {
        var rig = Rig()
        rig.segment.pulses = .max / 1_000_000
        #expect(rig.broken().contains(.operandDomain))
    }

    @Test("Level output needs no ramp: neither rate nor step is asked for")
    func levelWithoutRamp() {
        var rig = Rig()
        (rig.limits.rampUp, rig.limits.rampDown, rig.limits.maximumStep) = (-1, -1, Nanoamperes(-1))
        rig.state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(0))
        #expect(rig.broken() == [])
    }

    /// At the last change itself no time has passed: 1 nA more is too much, and 1 µs later 10 nA are allowed (10 mA/s).
    @Test("Without time there is no step, and a microsecond allows ten nanoamperes")
    func noTime() {
        for (since, step, broken) in [
            (1_040_000, 1, InterlockSet.ramp), (1_039_999, 10, []), (1_039_999, 11, .ramp), (1_040_001, 1, .ramp),
        ] as [(Int64, Int64, InterlockSet)] {
            var rig = Rig()
            rig.state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(since))
            rig.segment.amplitude = Nanoamperes(100_000 + step)
            #expect(rig.broken() == broken, "\(since) \(step)")
        }
    }

    /// Two pulses of 7,692 µs are 15,384 µs: of 1 s 15,384 ppm, of 60 s 256.4 ppm.
    @Test("The share of time is each window's own, to the microsecond")
    func shareOfTime() {
        for (window, held) in [(0, Int64(15_384)), (1, 257)] {
            for (duty, broken) in [(held, InterlockSet()), (held - 1, .doseWindow)] {
                var rig = Rig()
                rig.limits.doseWindows[window].duty = PartsPerMillion(duty)
                #expect(rig.broken() == broken, "\(window) \(duty)")
            }
        }
    }

    @Test("Beyond the compiled number of changes none is remembered: the oldest of 4,096 must have left the window")
    func manyChanges() {
        var rig = Rig()
        rig.limits.maximumChanges = 10_000
        rig.evidence.leaseEnd = Microseconds(900_000_000)
        rig.segment = .rest(at: rig.now)
        for number in 0...4_096 {
            rig.now = Microseconds(1_000_000 + Int64(number))
            rig.evidence.target = Nanoamperes(Int64(number % 2))
            #expect(rig.broken() == [], "\(number)")
        }
        rig.now = Microseconds(1_010_000)
        rig.evidence.target = Nanoamperes(7)
        #expect(rig.broken() == .changeRate)
    }

    @Test("A file that allows a negative number of changes allows none")
    func noChanges() {
        var rig = Rig()
        rig.limits.maximumChanges = -5
        #expect(rig.broken() == [])
        rig.segment.firstPulse = Microseconds(1_080_000)
        rig.evidence.target = Nanoamperes(7)
        #expect(rig.broken() == .changeRate)
    }

    /// After a pause of three seconds the output counts as 0: a step of at most 200,000 nA, not from 100,000 nA.
    @Test("After a pause a step counts from zero exactly")
    func afterPause() {
        for (amplitude, broken) in [(200_000, InterlockSet()), (200_001, .ramp)] as [(Int64, InterlockSet)] {
            var rig = Rig()
            #expect(rig.isPermitted())
            rig.now = Microseconds(4_000_000)
            rig.evidence.leaseEnd = Microseconds(4_250_000)
            rig.segment.firstPulse = Microseconds(4_040_000)
            rig.segment.amplitude = Nanoamperes(amplitude)
            #expect(rig.broken() == broken)
        }
    }

    /// 3.5 mA × 110 µs = 385,000,000 fC; 0.4 % of it are 1,540,000 fC.
    @Test("Net charge of a large pulse is exact to the femtocoulomb")
    func largeNetCharge() {
        for (bound, broken) in [(1_540_000, InterlockSet()), (1_539_999, .netCurrent)] as [(Int64, InterlockSet)] {
            var rig = Rig()
            (rig.limits.soft, rig.limits.netCharge) = (nil, Femtocoulombs(bound))
            rig.state = GateState(limits: rig.limits, output: Nanoamperes(3_500_000), since: Microseconds(0))
            (rig.segment.amplitude, rig.segment.width) = (Nanoamperes(3_500_000), Microseconds(110))
            (rig.segment.pulses, rig.segment.imbalance) = (1, PartsPerMillion(4_000))
            #expect(rig.broken() == broken)
        }
    }

    @Test("An imbalance whose product with the charge does not fit has no domain")
    func hugeImbalance() {
        var rig = Rig()
        rig.segment.imbalance = PartsPerMillion(.max)
        #expect(rig.broken().contains(.operandDomain))
    }

    @Test("Each waveform is allowed by its own bit alone")
    func waveforms() {
        for allowed in Waveform.allCases {
            for waveform in Waveform.allCases {
                var rig = Rig()
                rig.limits.waveforms = 1 << allowed.rawValue
                rig.segment.waveform = waveform
                #expect(rig.broken() == (waveform == allowed ? [] : .waveformClass), "\(allowed) \(waveform)")
            }
        }
    }

    @Test("Without a pair nothing is acknowledged, whether the file has soft limits or none")
    func acknowledgementWithoutPair() {
        for soft in [Rig.exampleLimits.soft, nil] {
            var rig = Rig()
            rig.limits.soft = soft
            rig.evidence.acknowledged = [.amplitude, .chargeDensity, .shannon, .residualVoltage]
            rig.segment.pair = 7
            #expect(rig.broken().isSuperset(of: [.contactOrPair, .acknowledgement]))
        }
    }
}
