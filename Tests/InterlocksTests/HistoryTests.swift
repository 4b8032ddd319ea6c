import Interlocks
import Signal
import Testing

/// Ramps, gaps, order and dose over several segments; one pulse of the rig is 6,000,000 fC.
@Suite struct HistoryTests {
    @Test("A window of 1 s counts a pulse for its second and for the rest of its bucket of 15,625 µs, then no more")
    func windowDrains() {
        let rig = Rig()
        #expect(rig.isPermitted())
        let charge = { (time: Int64) in rig.state?.windowCharge(contact: 0, window: 0, at: Microseconds(time)).value }
        // Pulses at 1,040,000 and 1,047,692 lie in buckets 66 and 67, which leave at 131·15,625 and 132·15,625.
        #expect(charge(1_040_000) == 12_000_000)
        #expect(charge(2_046_874) == 12_000_000)
        #expect(charge(2_046_875) == 6_000_000)
        #expect(charge(2_062_499) == 6_000_000)
        #expect(charge(2_062_500) == 0)
        #expect(rig.state?.windowCharge(contact: 1, window: 1, at: Microseconds(60_000_000)).value == 12_000_000)
        #expect(rig.state?.windowCharge(contact: 2, window: 0, at: Microseconds(0)).value == .max)
        #expect(rig.state?.pulses == 2)
    }

    @Test("Legal pulses whose sum breaks a window are denied at the first exceeding pulse, and again once it drains")
    func doseDeniesAtTheFirstExceedingPulse() {
        var rig = Rig()
        rig.segment.pulses = 1
        rig.limits.doseWindows[0].charge = Femtocoulombs(5 * 6_000_000)
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        for number in 0..<6 {
            rig.segment.firstPulse = Microseconds(1_040_000 + Int64(number) * 10_000)
            #expect(rig.broken() == (number < 5 ? [] : .doseWindow))
        }
        rig.segment.firstPulse = Microseconds(2_046_875)
        rig.now = Microseconds(2_000_000)
        #expect(rig.broken() == [])
    }

    @Test("Slow net drift under the pulse tolerance fills the 1 s window of net charge")
    func netDriftIsCaught() {
        var rig = Rig()
        rig.segment.imbalance = PartsPerMillion(4_000)
        rig.limits.netCharge = Femtocoulombs(100_000)
        #expect(rig.broken() == [])
        rig.segment.firstPulse = Microseconds(1_060_000)
        #expect(rig.broken() == [])
        rig.segment.firstPulse = Microseconds(1_080_000)
        #expect(rig.broken() == .netCurrent)
    }

    @Test("A ramp needs the signed rate from the last change, both ways, and the first step starts from zero")
    func rampRuns() {
        var rig = Rig()
        rig.limits.rampDown = 5_000_000
        rig.segment.amplitude = Nanoamperes(200_001)
        #expect(rig.broken() == .ramp)
        rig.segment.amplitude = Nanoamperes(100_000)
        #expect(rig.broken() == [])
        rig.segment.firstPulse = Microseconds(1_055_400)
        // 15,400 µs × 10 mA/s = 154,000 nA up, 77,000 nA down.
        for (amplitude, isHeld) in [(254_001, false), (254_000, true), (22_999, false), (23_000, true)] {
            let before = rig.state
            rig.segment.amplitude = Nanoamperes(Int64(amplitude))
            #expect(rig.broken() == (isHeld ? [] : .ramp))
            rig.state = before
        }
    }

    @Test("Credit for a ramp grows for one second at most, and a mode change takes it away")
    func rampCreditEnds() {
        var rig = Rig()
        rig.limits.rampUp = 50_000
        rig.segment.amplitude = Nanoamperes(50_001)
        rig.now = Microseconds(100_000_000)
        rig.segment.firstPulse = Microseconds(100_040_000)
        rig.evidence.leaseEnd = Microseconds(100_250_000)
        #expect(rig.broken() == .ramp)
        rig.segment.amplitude = Nanoamperes(50_000)
        #expect(rig.broken() == [])
        var state = rig.state
        state?.modeChanged()
        rig.state = state
        // The last pulse was at 100,047,692: 32,308 µs × 50 µA/s = 1,615 nA.
        rig.segment.firstPulse = Microseconds(100_080_000)
        rig.segment.amplitude = Nanoamperes(51_616)
        #expect(rig.broken() == .ramp)
        rig.segment.amplitude = Nanoamperes(51_615)
        #expect(rig.broken() == [])
        #expect(rig.state?.windowCharge(contact: 0, window: 0, at: rig.now).value == Int64(12_193_800))
    }

    @Test("After a pause longer than a lease the output counts as zero and must ramp again")
    func pauseCountsAsZero() {
        var rig = Rig()
        #expect(rig.isPermitted())
        rig.segment.firstPulse = Microseconds(1_055_400)
        rig.segment.amplitude = Nanoamperes(250_000)
        #expect(rig.isPermitted())
        let before = rig.state
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        rig.segment.firstPulse = Microseconds(1_063_092 + 250_000)
        #expect(rig.broken() == [])
        rig.state = before
        rig.segment.firstPulse = Microseconds(1_063_092 + 250_001)
        #expect(rig.broken() == .ramp)
    }

    @Test("The gap and the shortest period hold between segments too, and a pulse before the last end is out of order")
    func phaseIsCarried() {
        var rig = Rig()
        #expect(rig.isPermitted())
        for (first, broken) in [
            (Rig.end - 1, InterlockSet([.frequencyOrGap, .sequence])), (Rig.end, .frequencyOrGap),
            (1_047_692 + 5_405, .frequencyOrGap), (1_047_692 + 5_406, []),
        ] {
            rig.segment.firstPulse = Microseconds(first)
            #expect(rig.broken() == broken)
        }
        rig.limits.minimumInterPulse = Microseconds(7_000)
        rig.limits.period = Microseconds(5_406)...Microseconds(500_000)
        rig.segment.firstPulse = Microseconds(1_060_790 + 120 + 6_999)
        #expect(rig.broken() == .frequencyOrGap)
    }

    @Test("A repeated segment is denied")
    func repetitionIsDenied() {
        let rig = Rig()
        #expect(rig.isPermitted())
        #expect(rig.broken().contains(.sequence))
    }

    @Test("Settled pulses are debited up to the stated time, beyond the longest segment too")
    func settlement() {
        let rig = Rig()
        var state = GateState(limits: rig.limits)
        state.settle(delivered: rig.segment, at: Microseconds(1_039_999))
        #expect(state.pulses == 0)
        state.settle(delivered: rig.segment, at: Microseconds(1_047_691))
        #expect(state.pulses == 1 && state.leads[0].lastPulse == rig.segment.firstPulse)
        var long = rig.segment
        long.pulses = 1_000
        state.settle(delivered: long, at: Microseconds(.max))
        #expect(state.pulses == 1_001)
        #expect(state.windowCharge(contact: 0, window: 3, at: Microseconds(9_000_000)).value == 1_001 * 6_000_000)
    }

    @Test("An unknown history fills every window until it has drained")
    func unknownHistory() {
        var rig = Rig()
        var state = GateState(limits: rig.limits)
        state.fillWindows(at: Microseconds(1_000_000))
        rig.state = state
        #expect(rig.broken() == .doseWindow)
        rig.now = Microseconds(90_000_000_000)
        rig.segment.firstPulse = Microseconds(90_000_040_000)
        rig.evidence.leaseEnd = Microseconds(90_000_250_000)
        #expect(rig.broken() == [])
    }

    @Test("A contact gets its share of the current, rounded up, and a return its own")
    func sharing() {
        var rig = Rig()
        rig.limits.contacts.append(rig.limits.contacts[0])
        rig.limits.pairs = [ContactPair(cathodes: [0, 2], anodes: [1])]
        rig.segment.amplitude = Nanoamperes(100_001)
        #expect(rig.broken() == [])
        let charge = { (contact: Int) in rig.state?.windowCharge(contact: contact, window: 0, at: rig.now).value }
        #expect(charge(0) == 2 * 3_000_030 && charge(2) == 2 * 3_000_030 && charge(1) == 2 * 6_000_060)
        for pair in [
            ContactPair(cathodes: [0, 0], anodes: [1]), ContactPair(cathodes: [0], anodes: [0]),
            ContactPair(cathodes: [], anodes: [1]), ContactPair(cathodes: [0], anodes: [9]),
        ] {
            rig.limits.pairs = [pair]
            rig.state = nil
            #expect(rig.broken().contains(.contactOrPair))
        }
        rig.segment.pair = -1
        #expect(rig.broken().contains(.contactOrPair))
    }
}
