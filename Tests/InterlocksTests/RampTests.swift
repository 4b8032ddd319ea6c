import Interlocks
import Signal
import Testing

/// IL-20 in the judge's own time: what stated times cannot hide.
///
/// Level output and the patient's bound stand here too.
@Suite struct RampTests {
    /// 1 mA/s; the output stands at 100,000 nA since the judge's second 1, stated times run up to 0.9 s ahead.
    static var rig: Rig {
        var rig = Rig()
        rig.limits.lease = Microseconds(3_000_000)
        rig.evidence.leaseEnd = Microseconds(90_000_000)
        rig.limits.rampUp = 1_000_000
        rig.limits.rampDown = 1_000_000
        rig.limits.maximumStep = Nanoamperes(5_000_000)
        rig.segment.pulses = 1
        return rig
    }

    static func broken(_ rig: Rig, _ amplitude: Int64, now: Int64, first: Int64) -> InterlockSet {
        var rig = rig
        (rig.now, rig.segment.firstPulse) = (Microseconds(now), Microseconds(first))
        rig.segment.amplitude = Nanoamperes(amplitude)
        return rig.broken()
    }

    /// 250 ms and 20 ms of token timeout at 1 mA/s are 270,000 nA; 500 ms and 20 ms are 520,000 nA; 1 s is the most,
    /// and then the stated second's 1,000,000 nA bind before the 1,020,000 nA of the clock.
    @Test(
        "However far ahead a stated time lies, the judge's clock allows 250 ms of ramp, or what has passed",
        arguments: [
            (1_000_000, 1_940_000, 370_000), (1_250_000, 1_940_000, 370_000), (1_250_001, 1_940_000, 370_001),
            (1_500_000, 2_400_000, 620_000), (9_000_000, 3_900_000, 1_100_000),
        ] as [(Int64, Int64, Int64)])
    func clock(now: Int64, first: Int64, highest: Int64) {
        for (amplitude, broken) in [(highest, InterlockSet()), (highest + 1, .ramp)] {
            var rig = Self.rig
            rig.limits.tokenTimeout = Microseconds(now > 2_000_000 ? 99_000_000 : 20_000)
            #expect(Self.broken(rig, 100_000, now: 1_000_000, first: 1_040_000) == [])
            #expect(Self.broken(rig, amplitude, now: now, first: first) == broken, "\(amplitude)")
        }
    }

    @Test("Steps within a quarter of a second of the judge's clock are summed, up and down")
    func summed() {
        for sign in [Int64(1), -1] {
            let rig = Self.rig
            let start: Int64 = 1_000_000
            #expect(Self.broken(rig, start, now: 1_000_000, first: 1_040_000) == [])
            #expect(Self.broken(rig, start + sign * 150_000, now: 1_000_000, first: 1_500_000) == [])
            #expect(Self.broken(rig, start + sign * 270_001, now: 1_249_999, first: 1_900_000) == .ramp)
            #expect(Self.broken(rig, start + sign * 270_000, now: 1_249_999, first: 1_900_000) == [])
            // The permit before fell into the quarter second, so the amplitude of second 1 still counts; this one is
            // judged 250 ms after it, and renews it.
            #expect(Self.broken(rig, start + sign * 270_001, now: 1_250_000, first: 2_300_000) == .ramp)
            #expect(Self.broken(rig, start + sign * 270_000, now: 1_250_000, first: 2_300_000) == [])
            #expect(Self.broken(rig, start + sign * 540_001, now: 1_260_000, first: 2_700_000) == .ramp)
            #expect(Self.broken(rig, start + sign * 540_000, now: 1_260_000, first: 2_700_000) == [])
        }
    }

    @Test("A stated time far ahead of a token timeout that no file may have counts as the longest timeout, 100 ms")
    func allowanceEnds() {
        var rig = Self.rig
        rig.limits.tokenTimeout = Microseconds(.max)
        #expect(Self.broken(rig, 100_000, now: 1_000_000, first: 1_040_000) == [])
        #expect(Self.broken(rig, 450_001, now: 1_000_000, first: 1_940_000) == .ramp)
        #expect(Self.broken(rig, 450_000, now: 1_000_000, first: 1_940_000) == [])
    }

    @Test("A state that starts with a level output ramps from there, and a level output is no ramp")
    func levelStart() {
        var rig = Self.rig
        for (amplitude, broken) in [(500_000, InterlockSet()), (540_000, []), (540_001, .ramp), (459_999, .ramp)] {
            rig.state = GateState(
                limits: rig.limits, output: Nanoamperes(500_000), since: Microseconds(1_000_000))
            #expect(rig.state?.output(lead: 0, at: Microseconds(1_040_000)).amplitude == Nanoamperes(500_000))
            #expect(Self.broken(rig, Int64(amplitude), now: 1_000_000, first: 1_040_000) == broken)
        }
        rig.evidence.mode = .fallback
        rig.limits.onExpiry = .rampOff
        rig.evidence.limitsExpired = true
        rig.state = GateState(limits: rig.limits, output: Nanoamperes(500_000), since: Microseconds(1_000_000))
        #expect(Self.broken(rig, 500_000, now: 1_000_000, first: 1_040_000) == [])
    }

    @Test("The patient's bound denies what the file would allow, and none below the file's is needed")
    func patientBound() {
        var rig = Rig()
        for (bound, isHeld) in [(100_000, true), (99_999, false), (9_000_000, true), (0, false), (-1, false)] {
            rig.evidence.patientMaximum = Nanoamperes(Int64(bound))
            rig.state = nil
            #expect(rig.broken() == (isHeld ? [] : .amplitude), "\(bound)")
        }
        rig.evidence.patientMaximum = Nanoamperes(9_000_000)
        rig.limits.amplitude = Nanoamperes(0)...Nanoamperes(99_999)
        rig.state = nil
        #expect(rig.broken() == .amplitude)
        rig.evidence.patientMaximum = nil
        #expect(rig.broken() == .amplitude)
    }

    @Test("Contacts that share a current share the patient's bound; a pair that does not exist has no shares")
    func patientBoundShared() {
        var rig = Rig()
        rig.limits.contacts.append(rig.limits.contacts[0])
        rig.limits.pairs = [ContactPair(cathodes: [0, 2], anodes: [1])]
        rig.evidence.patientMaximum = Nanoamperes(50_000)
        #expect(rig.broken() == [])
        rig.evidence.patientMaximum = Nanoamperes(49_999)
        rig.state = nil
        #expect(rig.broken() == .amplitude)
        rig.segment.pair = 7
        rig.evidence.patientMaximum = Nanoamperes(100_000)
        #expect(!rig.broken().contains(.amplitude))
        rig.evidence.patientMaximum = Nanoamperes(99_999)
        #expect(rig.broken().contains(.amplitude))
    }

    /// The output stood at 100,000 nA in the judge's second 1 and has risen since: a second and 20 ms are 1,020,000 nA.
    @Test("The judge's clock allows no more than a second of ramp from the amplitude it remembers")
    func clockEnds() {
        let rig = Self.rig
        #expect(Self.broken(rig, 100_000, now: 1_000_000, first: 1_040_000) == [])
        #expect(Self.broken(rig, 250_000, now: 1_200_000, first: 1_240_000) == [])
        #expect(Self.broken(rig, 1_120_001, now: 3_000_000, first: 3_040_000) == .ramp)
        #expect(Self.broken(rig, 1_120_000, now: 3_000_000, first: 3_040_000) == [])
    }

    @Test("After a pause longer than the lease the ramp starts from zero in both time bases")
    func pauseStartsAnew() {
        var rig = Self.rig
        rig.limits.lease = Microseconds(250_000)
        #expect(Self.broken(rig, 1_000_000, now: 1_000_000, first: 1_040_000) == [])
        // 900,000 nA below what stood at this moment of the clock, but from zero.
        #expect(Self.broken(rig, 100_000, now: 1_000_000, first: 1_300_000) == [])
        #expect(Self.broken(rig, 300_000, now: 1_000_000, first: 1_500_000) == [])
    }

    @Test("Any time after a quarter of a second of the judge's clock the next permit renews what it remembers")
    func renewedLater() {
        let rig = Self.rig
        #expect(Self.broken(rig, 1_000_000, now: 1_000_000, first: 1_040_000) == [])
        #expect(Self.broken(rig, 1_320_000, now: 1_300_000, first: 1_500_000) == [])
        #expect(Self.broken(rig, 1_590_001, now: 1_310_000, first: 1_950_000) == .ramp)
        #expect(Self.broken(rig, 1_590_000, now: 1_310_000, first: 1_950_000) == [])
    }

    @Test("The first permit of a state that starts with a level output is remembered by the judge's clock")
    func levelStartIsRemembered() {
        let rig = Self.rig
        rig.state = GateState(limits: rig.limits, output: Nanoamperes(500_000), since: Microseconds(1_000_000))
        #expect(Self.broken(rig, 500_000, now: 1_000_000, first: 1_040_000) == [])
        #expect(Self.broken(rig, 770_001, now: 1_000_000, first: 1_940_000) == .ramp)
        #expect(Self.broken(rig, 770_000, now: 1_000_000, first: 1_940_000) == [])
    }

    /// From 1,040,000 to 1,070,768 µs at 1 nA/µs: 30,768 nA.
    @Test("Level pulses do not start the ramp's time again: it runs from the last change of amplitude")
    func levelKeepsItsTime() {
        let rig = Self.rig
        #expect(Self.broken(rig, 100_000, now: 1_000_000, first: 1_040_000) == [])
        #expect(Self.broken(rig, 100_000, now: 1_000_000, first: 1_055_384) == [])
        #expect(Self.broken(rig, 130_769, now: 1_000_000, first: 1_070_768) == .ramp)
        #expect(Self.broken(rig, 130_768, now: 1_000_000, first: 1_070_768) == [])
    }

    @Test("A mode change never makes the last change of amplitude older than it was")
    func modeChangeGivesNoTime() {
        let rig = Rig()
        var state = GateState(limits: rig.limits, output: Nanoamperes(100_000), since: Microseconds(2_000_000))
        state.settle(delivered: rig.segment, at: Microseconds(1_050_000))
        #expect(state.leads[0].lastPulse == Microseconds(1_047_692))
        state.modeChanged()
        #expect(state.output(lead: 0, at: Microseconds(1_050_000)).since == Microseconds(2_000_000))
    }
}
