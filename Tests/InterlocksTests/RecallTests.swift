import Interlocks
import Signal
import Testing

/// A ledger that is written down bucket by bucket and put into the state of a later session.
@Suite struct RecallTests {
    /// Rings of a contact: four dose windows, net charge over 1 s, time in trains over the four windows.
    static let rings = 0..<9

    /// `state` at `time`, in a state whose session starts then.
    static func carriedOver(_ state: GateState, at time: Int64, _ limits: Limits) -> GateState {
        var later = GateState(limits: limits)
        for contact in limits.contacts.indices {
            for ring in rings {
                for age in (0..<Int64(65)).reversed() {
                    guard
                        let (amount, length) = state.bucket(
                            contact: contact, ring: ring, age: age, at: Microseconds(time)), amount > 0
                    else { continue }
                    later.recall(amount, contact: contact, ring: ring, at: Microseconds(-age * length))
                }
            }
        }
        return later
    }

    /// At 1.5 s, 96 whole buckets of 15,625 µs, the pulses of 1,040,000 and 1,047,692 µs are 30 and 29 buckets old.
    ///
    /// A bucket is gone 65 buckets after its own, so 35 and 36 buckets later: at 546,875 and 562,500 µs.
    @Test("What is carried over drains when it would have drained, and not before")
    func roundTrip() throws {
        let rig = Rig()
        #expect(rig.isPermitted())
        let state = try #require(rig.state)
        let later = Self.carriedOver(state, at: 1_500_000, rig.limits)
        let charge = { (time: Int64) in later.windowCharge(contact: 0, window: 0, at: Microseconds(time)).value }
        #expect(charge(0) == 12_000_000)
        #expect(charge(546_874) == 12_000_000)
        #expect(charge(546_875) == 6_000_000)
        #expect(charge(562_499) == 6_000_000)
        #expect(charge(562_500) == 0)
        for ring in Self.rings {
            let before = state.windowCharge(contact: 1, window: ring, at: Microseconds(1_500_000))
            #expect(later.windowCharge(contact: 1, window: ring, at: Microseconds(0)) == before)
        }
        // Time in trains: two periods of 7,692 µs.
        #expect(later.windowCharge(contact: 0, window: 6, at: Microseconds(0)).value == 15_384)
    }

    @Test("What was carried over counts against a window as if the session had gone on")
    func counts() throws {
        var rig = Rig()
        rig.limits.doseWindows[1].charge = Femtocoulombs(20_000_000)
        #expect(rig.isPermitted())
        let state = try #require(rig.state)
        rig.state = Self.carriedOver(state, at: 1_500_000, rig.limits)
        #expect(rig.broken() == .doseWindow)
        rig.segment.pulses = 1
        #expect(rig.broken() == [])
    }

    @Test("A bucket that is not there holds nothing, and a ring or an age that is not there is none")
    func absent() {
        let rig = Rig()
        #expect(rig.isPermitted())
        let bucket = { (contact: Int, ring: Int, age: Int64) in
            rig.state?.bucket(contact: contact, ring: ring, age: age, at: Microseconds(1_500_000))
        }
        #expect(bucket(0, 0, 30)?.amount == 6_000_000 && bucket(0, 0, 30)?.length == 15_625)
        #expect(bucket(0, 0, 29)?.amount == 6_000_000 && bucket(0, 0, 28)?.amount == 0)
        #expect(bucket(0, 0, 0)?.amount == 0 && bucket(0, 3, 0)?.length == 1_350_000_000)
        #expect(bucket(0, 3, 64)?.amount == 0)
        #expect(bucket(2, 0, 0) == nil && bucket(-1, 0, 0) == nil)
        #expect(bucket(0, 9, 0) == nil && bucket(0, -1, 0) == nil && bucket(0, 0, -1) == nil)
        #expect(bucket(0, 0, 1_000) == nil)
    }

    @Test("A recall for a contact or a ring that is not there changes nothing")
    func absentRecall() {
        let limits = Rig.exampleLimits
        var state = GateState(limits: limits)
        state.recall(9, contact: 2, ring: 0, at: Microseconds(0))
        state.recall(9, contact: 0, ring: 9, at: Microseconds(0))
        state.recall(9, contact: -1, ring: -1, at: Microseconds(0))
        for contact in 0..<2 {
            for ring in Self.rings {
                #expect(state.windowCharge(contact: contact, window: ring, at: Microseconds(0)).value == 0)
            }
        }
    }
}
