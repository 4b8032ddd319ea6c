import Interlocks
import Signal
import Testing

/// Two leads against one case: contact 0 is the first lead's, 2 the second's, 1 the case of both.
@Suite struct LeadTests {
    static var rig: Rig {
        var rig = Rig()
        rig.limits.contacts.append(rig.limits.contacts[0])
        rig.limits.pairs.append(ContactPair(cathodes: [2], anodes: [1], lead: 1))
        return rig
    }

    static func second(_ rig: Rig) -> Rig {
        var rig = rig
        rig.segment.pair = 1
        rig.evidence.controller = 1
        return rig
    }

    @Test("A second lead ramps from its own zero, and the first keeps its output")
    func ownRamps() {
        var rig = Self.rig
        #expect(rig.isPermitted())
        var second = Self.second(rig)
        second.segment.firstPulse = Microseconds(1_043_000)
        second.segment.amplitude = Nanoamperes(200_001)
        #expect(second.broken() == .ramp)
        second.segment.amplitude = Nanoamperes(200_000)
        #expect(second.broken() == [])
        #expect(rig.state?.output(lead: 0, at: Microseconds(1_050_000)).amplitude == Nanoamperes(100_000))
        #expect(rig.state?.output(lead: 1, at: Microseconds(1_050_000)).amplitude == Nanoamperes(200_000))
        #expect(rig.state?.output(lead: 2, at: Microseconds(1_050_000)).amplitude == Nanoamperes(0))
        // 15,384 µs × 10 mA/s = 153,840 nA, from the first lead's own 100,000 nA.
        rig.segment.firstPulse = Microseconds(1_055_384)
        rig.segment.amplitude = Nanoamperes(253_841)
        #expect(rig.broken() == .ramp)
        rig.segment.amplitude = Nanoamperes(253_840)
        #expect(rig.broken() == [])
    }

    @Test("Gap and order hold within a lead, not between two")
    func ownPhases() {
        let rig = Self.rig
        #expect(rig.isPermitted())
        var second = Self.second(rig)
        second.segment.firstPulse = Microseconds(1_040_060)
        #expect(second.broken() == [])
        second.segment.firstPulse = Microseconds(1_047_752 + 60)
        #expect(second.broken() == [.frequencyOrGap, .sequence])
    }

    /// One pulse is 6,000,000 fC; the case returns those of both leads.
    @Test("The case that both leads return through counts the charge of both")
    func sharedCase() {
        var rig = Self.rig
        rig.limits.doseWindows[0].charge = Femtocoulombs(18_000_000)
        #expect(rig.isPermitted())
        var second = Self.second(rig)
        second.segment.firstPulse = Microseconds(1_043_000)
        #expect(second.broken() == .doseWindow)
        second.segment.pulses = 1
        #expect(second.broken() == [])
        let charge = { (contact: Int) in rig.state?.windowCharge(contact: contact, window: 0, at: rig.now).value }
        #expect(charge(0) == 12_000_000 && charge(2) == 6_000_000 && charge(1) == 18_000_000)
    }

    @Test("What runs ahead on one lead hides nothing of the shared case's window from the other")
    func sharedCaseAhead() {
        var rig = Self.rig
        rig.limits.lease = Microseconds(3_000_000)
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        (rig.now, rig.segment.pulses) = (Microseconds(0), 1)
        // Buckets of 15,625 µs: the first pulse in bucket 0, the next 60 buckets later, then the other lead 10 ahead.
        rig.segment.firstPulse = Microseconds(10_000)
        rig.limits.doseWindows[0].charge = Femtocoulombs(18_000_000)
        #expect(rig.broken() == [])
        rig.segment.firstPulse = Microseconds(1_095_000)
        #expect(rig.broken() == [])
        var second = Self.second(rig)
        second.segment.firstPulse = Microseconds(940_000)
        #expect(second.broken() == [])
        // At 940,000 µs, bucket 60, the window reaches back to bucket −4: all three pulses count, full is full.
        second.segment.firstPulse = Microseconds(946_000)
        #expect(second.broken() == .doseWindow)
    }

    @Test("A mode change takes the ramp credit of every lead")
    func modeChange() {
        var rig = Self.rig
        rig.limits.rampUp = 50_000
        rig.segment.amplitude = Nanoamperes(50_000)
        #expect(rig.isPermitted())
        var second = Self.second(rig)
        #expect(second.isPermitted())
        var state = rig.state
        state?.modeChanged()
        for lead in 0...1 {
            #expect(state?.output(lead: lead, at: Microseconds(1_050_000)).since == Microseconds(1_047_692))
        }
        rig.state = state
        // 15,384 µs × 50 µA/s from the last pulse on = 769.2 nA.
        second.segment.firstPulse = Microseconds(1_063_076)
        second.segment.amplitude = Nanoamperes(50_770)
        #expect(second.broken() == .ramp)
        second.segment.amplitude = Nanoamperes(50_769)
        #expect(second.broken() == [])
    }

    @Test("A ninth lead, or one below zero, is no pair of the limits")
    func leadsEnd() {
        for (lead, isPair) in [(7, true), (8, false), (-1, false)] {
            var rig = Rig()
            rig.limits.pairs[0].lead = lead
            #expect(rig.broken().contains(.contactOrPair) == !isPair)
        }
    }

    @Test("A contact that one controller holds is denied to a second until the mode changes; a case is shared")
    func secondController() {
        var rig = Self.rig
        #expect(rig.isPermitted())
        rig.segment.firstPulse = Microseconds(1_055_384)
        rig.evidence.controller = 1
        #expect(rig.broken() == .ownership)
        var second = Self.second(rig)
        #expect(second.broken() == [])
        var state = rig.state
        state?.modeChanged()
        rig.state = state
        #expect(rig.broken() == [])
        rig.evidence.controller = 0
        rig.segment.firstPulse = Microseconds(1_070_768)
        #expect(rig.broken() == .ownership)
        second.evidence.controller = -1
        second.segment.firstPulse = Microseconds(1_070_768)
        #expect(second.broken() == .ownership)
    }

    @Test("Two periods after its last pulse a slow lead still has its output, and a microsecond later none")
    func slowOutput() {
        var rig = Rig()
        (rig.segment.pulses, rig.segment.period) = (1, Microseconds(400_000))
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        #expect(rig.isPermitted())
        #expect(rig.state?.output(lead: 0, at: Microseconds(1_840_000)).amplitude == Nanoamperes(100_000))
        #expect(rig.state?.output(lead: 0, at: Microseconds(1_840_001)).amplitude == Nanoamperes(0))
    }

    @Test("A state has the leads that its pairs name, at least one and at most eight")
    func count() {
        for (leads, count) in [
            ([], 1), ([0, 3], 4), ([7], 8), ([8], 8), ([.max, 2], 8), ([.min], 1),
        ] as [([Int], Int)] {
            var limits = Rig.exampleLimits
            limits.pairs = leads.map { ContactPair(cathodes: [0], anodes: [1], lead: $0) }
            #expect(GateState(limits: limits).leads.count == count, "\(leads)")
        }
    }
}
