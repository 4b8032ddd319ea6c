import Signal
import Testing

@testable import Interlocks

/// What no session should bring and the gate must answer all the same: denied, never a trap, counted as full.
@Suite struct ConditionCoverageFarTests {
    /// A pulse long ago, so that the time since then does not fit into Int64.
    private static func longAgo(_ change: (inout Rig) -> Void) -> InterlockSet {
        var rig = Rig()
        var state = GateState(limits: rig.limits)
        var past = rig.segment
        (past.firstPulse, past.pulses) = (Microseconds(-1_000_000_000), 1)
        state.settle(delivered: past, at: Microseconds(-1_000_000_000))
        rig.state = state
        rig.segment.firstPulse = Microseconds(.max - 500_000_000)
        change(&rig)
        return rig.broken()
    }

    @Test("A pause that does not fit into Int64 breaks gap and ramp, and no ramp-off is known to be level")
    func pauseDoesNotFit() {
        #expect(Self.longAgo { _ in }.isSuperset(of: [.frequencyOrGap, .ramp]))
        let expired = Self.longAgo {
            ($0.evidence.mode, $0.evidence.limitsExpired, $0.limits.onExpiry) = (.fallback, true, .rampOff)
        }
        #expect(expired.contains(.limitsInvalid))
        let train = Self.longAgo {
            $0.limits.train = TrainLimits(
                longest: Microseconds(.max), gap: Microseconds(0), perEpisode: 9, episodeLockout: Microseconds(0),
                perDay: 9)
        }
        #expect(train.contains(.train))
    }

    @Test("A clock so far back that the time since the last change does not fit breaks the ramp")
    func clockFarBack() {
        var rig = Rig()
        rig.follow(at: 1_060_000, amplitude: 110_000)
        rig.now = Microseconds(.min)
        #expect(rig.broken().contains(.ramp))
    }

    /// 250 ms from now do not fit; the lease's own end does.
    @Test("Near the end of time a permit is valid until the lease ends")
    func endOfTime() {
        var rig = Rig()
        rig.now = Microseconds(.max - 200_000)
        rig.segment.firstPulse = Microseconds(.max - 190_000)
        rig.evidence.leaseEnd = Microseconds(.max - 1)
        rig.state = GateState(limits: rig.limits, since: Microseconds(0))
        #expect(rig.validUntil() == Microseconds(.max - 1))
    }

    @Test("A rest of a controller without a lead is no known target, and a lead that is not there has no output")
    func noLead() {
        var rig = Rig()
        rig.segment = .rest(at: rig.now)
        rig.evidence.controller = 9
        #expect(rig.broken() == .changeRate)
        rig.limits.train = TrainLimits(
            longest: Microseconds(1), gap: Microseconds(0), perEpisode: 1, episodeLockout: Microseconds(0), perDay: 1)
        #expect(rig.broken() == .changeRate)
        let output = GateState(limits: rig.limits).output(lead: 9, at: Microseconds(5))
        #expect(output.amplitude == Nanoamperes(0) && output.since == Microseconds(5))
    }

    @Test("A target after a change at the other end of time is denied")
    func changesFarApart() {
        var rig = Rig()
        rig.limits.maximumChanges = 2
        rig.evidence.leaseEnd = Microseconds(.max)
        let times: [Int64] = [-9_000_000_000_000_000_000, -8_999_999_999_999_999_999, 0]
        for (target, time) in times.enumerated() {
            (rig.segment, rig.now) = (.rest(at: Microseconds(time)), Microseconds(time))
            rig.evidence.target = Nanoamperes(Int64(target))
            #expect(rig.broken() == [])
        }
        (rig.now, rig.evidence.target) = (Microseconds(9_000_000_000_000_000_000), Nanoamperes(9))
        rig.segment = .rest(at: rig.now)
        #expect(rig.broken() == .changeRate)
    }

    @Test("Impedances that are not positive, or too far apart for Int64, count as an endless step")
    func impedanceSteps() {
        for (first, second) in [(Int64(0), Int64(1_000_000)), (-5, 1_000_000), (1, .max), (.min, .max)] {
            var rig = Rig()
            rig.measure(first, then: second)
            rig.limits.contacts[0].impedance?.range = .min ... .max
            #expect(rig.broken() == .impedance)
        }
    }

    @Test("Arming asks for a measurement of each contact that has bounds, not too old; no other contact takes one")
    func impedancesAreKnown() {
        var rig = Rig()
        rig.measure(1_000_000)
        guard let measured = rig.state else { return }
        // Measured at 0.9 s, good for 0.1 s.
        #expect(measured.knowsImpedances(at: Microseconds(1_000_000)))
        #expect(!measured.knowsImpedances(at: Microseconds(1_000_001)))
        var state = GateState(limits: rig.limits)
        #expect(!state.knowsImpedances(at: Microseconds(0)))
        state.measured(1_000_000, contact: 2, at: Microseconds(0))
        state.measured(1_000_000, contact: -1, at: Microseconds(0))
        #expect(!state.knowsImpedances(at: Microseconds(0)))
        #expect(GateState(limits: Rig.exampleLimits).knowsImpedances(at: Microseconds(0)))
    }

    /// 6,000,000 fC a pulse, twice, in buckets of ⌈1 s / 64⌉ = 15,625 µs.
    @Test("A bucket that was read and recalled elsewhere gives the same window; what lies outside is nothing")
    func recall() {
        let rig = Rig()
        #expect(rig.isPermitted())
        guard let state = rig.state else { return }
        let now = Microseconds(1_050_000)
        var copy = GateState(limits: rig.limits)
        for age in (0..<65).reversed() {
            let bucket = state.bucket(contact: 0, ring: 0, age: Int64(age), at: now)
            #expect(bucket?.length == 15_625)
            guard let bucket, bucket.amount > 0 else { continue }
            copy.recall(
                bucket.amount, contact: 0, ring: 0, at: Microseconds(now.value - Int64(age) * bucket.length))
        }
        #expect(copy.windowCharge(contact: 0, window: 0, at: now) == Femtocoulombs(12_000_000))
        #expect(state.bucket(contact: 0, ring: 0, age: 0, at: Microseconds(1_040_000))?.amount == 6_000_000)
        #expect(state.bucket(contact: 0, ring: 0, age: 0, at: Microseconds(1_100_000))?.amount == 0)
        #expect(state.bucket(contact: 0, ring: 0, age: 64, at: now)?.amount == 0)
        #expect(state.bucket(contact: 0, ring: 0, age: 3, at: Microseconds(-90_000_000_000))?.amount == 0)
        // A ring that wrapped around holds nothing of 82 buckets ago: 64, the partly expired one, and a lease of 1 s.
        copy.recall(1, contact: 0, ring: 0, at: Microseconds(1_040_000 + 82 * 15_625))
        #expect(copy.bucket(contact: 0, ring: 0, age: 81, at: Microseconds(1_040_000 + 81 * 15_625))?.amount == 0)
        for (contact, ring, age) in [(2, 0, 0), (-1, 0, 0), (0, 9, 0), (0, 0, -1), (0, 0, 82)] {
            #expect(state.bucket(contact: contact, ring: ring, age: Int64(age), at: now) == nil)
        }
        var untouched = GateState(limits: rig.limits)
        untouched.recall(5, contact: 2, ring: 0, at: now)
        #expect(untouched.windowCharge(contact: 0, window: 0, at: now) == Femtocoulombs(0))
        #expect(untouched.windowCharge(contact: 1, window: 0, at: now) == Femtocoulombs(0))
    }

    @Test("More pulses than Int64 counts fill every window and stay the largest number")
    func endlessDelivery() {
        var rig = Rig()
        rig.segment.period = Microseconds(1)
        (rig.segment.firstPulse, rig.segment.pulses) = (Microseconds(-1_000_000), .max)
        rig.segment.imbalance = PartsPerMillion(4_000)
        var state = GateState(limits: rig.limits)
        let end = Microseconds(.max - 1_000_000)
        state.settle(delivered: rig.segment, at: end)
        #expect(state.pulses == .max)
        state.settle(delivered: rig.segment, at: end)
        #expect(state.pulses == .max)
        for window in 0..<5 {
            #expect(state.windowCharge(contact: 0, window: window, at: Microseconds(-999_000)) == Femtocoulombs(.max))
        }
    }

    @Test("After a pulse with the longest period a train runs on and the output has not paused")
    func endlessPeriod() {
        var rig = Rig()
        var past = rig.segment
        (past.period, past.pulses) = (Microseconds(.max), 1)
        var state = GateState(limits: rig.limits)
        state.settle(delivered: past, at: past.firstPulse)
        rig.segment.firstPulse = Microseconds(50_000_000_000)
        #expect(state.output(lead: 0, at: rig.segment.firstPulse).amplitude == Nanoamperes(100_000))
        #expect(state.leads[0].continuesTrain(rig.segment))
    }
}
