import Interlocks
import Signal
import Testing

/// The ring of buckets behind every window, at its edges.
///
/// Bucket lengths by hand: 1 s / 64 = 15,625 µs, 24 h / 64 = 1,350,000,000 µs. A ring has 82 buckets, its first begins
/// 25 h before the session.
@Suite struct LedgerTests {
    static let second: Int64 = 15_625
    static let origin: Int64 = -90_000_000_000
    static var state: GateState { GateState(limits: Rig.exampleLimits) }

    static func charge(_ state: GateState, window: Int = 0, at time: Int64) -> Int64 {
        state.windowCharge(contact: 0, window: window, at: Microseconds(time)).value
    }

    static func amount(_ state: GateState, ring: Int = 0, age: Int64 = 0, at time: Int64) -> Int64? {
        state.bucket(contact: 0, ring: ring, age: age, at: Microseconds(time))?.amount
    }

    @Test("A bucket that returns to a slot finds it empty")
    func slotsAreCleared() {
        var state = Self.state
        state.recall(5, contact: 0, ring: 0, at: Microseconds(0))
        state.recall(7, contact: 0, ring: 0, at: Microseconds(82 * Self.second))
        #expect(Self.charge(state, at: 82 * Self.second) == 7)
    }

    @Test("What is older than the window by less than the ring is not counted, and not lost to an earlier time")
    func oldestSlot() {
        var state = Self.state
        state.recall(5, contact: 0, ring: 0, at: Microseconds(0))
        state.recall(7, contact: 0, ring: 0, at: Microseconds(81 * Self.second))
        #expect(Self.charge(state, at: 81 * Self.second) == 7)
        #expect(Self.charge(state, at: 64 * Self.second) == 12)
        #expect(Self.charge(state, at: 65 * Self.second) == 7)
    }

    @Test("The first bucket of a ring counts, and nothing lies before it")
    func firstBucket() {
        var state = Self.state
        for ring in [0, 3] { state.recall(9, contact: 0, ring: ring, at: Microseconds(Self.origin)) }
        #expect(Self.charge(state, window: 3, at: Self.origin) == 9)
        #expect(Self.amount(state, ring: 3, at: Self.origin) == 9)
        #expect(Self.amount(state, ring: 0, age: 1, at: Self.origin) == 0)
        #expect(Self.amount(state, ring: 0, at: Self.origin - 110_000_000_000) == 9)
    }

    @Test("A bucket that is still to come, or that has left the ring, holds nothing")
    func bucketsOutside() {
        var state = Self.state
        state.recall(5, contact: 0, ring: 0, at: Microseconds(0))
        #expect(Self.amount(state, at: 0) == 5)
        #expect(Self.amount(state, at: 82 * Self.second) == 0)
        state.recall(7, contact: 0, ring: 0, at: Microseconds(5 * Self.second))
        #expect(Self.amount(state, at: -82 * Self.second) == 0)
        #expect(Self.amount(state, at: 0) == 5)
    }

    @Test("At the end of time every window has drained, and a contact that does not exist has a full one")
    func ends() {
        var state = Self.state
        state.recall(5, contact: 0, ring: 0, at: Microseconds(0))
        #expect(Self.charge(state, at: .max) == 0)
        #expect(state.windowCharge(contact: 3, window: 0, at: Microseconds(0)).value == .max)
    }

    @Test("The shortest bucket is 16 µs long")
    func shortest() throws {
        var limits = Rig.exampleLimits
        limits.doseWindows[0].length = Microseconds(1)
        let bucket = GateState(limits: limits).bucket(contact: 0, ring: 0, age: 0, at: Microseconds(0))
        #expect(try #require(bucket).length == 16)
    }

    @Test("An unknown history fills every window of every contact exactly")
    func fill() {
        var state = Self.state
        state.fillWindows(at: Microseconds(0))
        for contact in 0..<2 {
            for (window, dose) in Rig.exampleLimits.doseWindows.enumerated() {
                #expect(state.windowCharge(contact: contact, window: window, at: Microseconds(0)) == dose.charge)
            }
        }
    }

    @Test("A segment of 256 pulses is judged, one of 257 is denied")
    func longestSegment() {
        for (pulses, broken) in [(Int64(256), InterlockSet()), (257, [.doseWindow, .netCurrent])] {
            var rig = Rig()
            rig.evidence.leaseEnd = Microseconds(900_000_000)
            rig.segment.pulses = pulses
            #expect(rig.broken() == broken)
        }
    }

    /// Bucket 2 is whole in the window that ends in bucket 66, at 1,046,874 µs, and gone in the next.
    @Test("Only the windows that end with a pulse of the segment are asked, not one before its first")
    func notBeforeTheFirst() {
        var rig = Rig()
        var state = Self.state
        state.recall(40_000_000_000, contact: 0, ring: 0, at: Microseconds(2 * Self.second))
        rig.state = state
        rig.segment.firstPulse = Microseconds(1_046_875)
        #expect(rig.broken() == [])
    }

    @Test("A segment in the first bucket of a window is judged like any other, one beyond the end of time is denied")
    func timesAtTheEnds() {
        var rig = Rig()
        rig.segment.firstPulse = Microseconds(Self.origin)
        #expect(!rig.broken().contains(.doseWindow))
        rig.segment.firstPulse = Microseconds(.max - 1_000)
        #expect(rig.broken().isSuperset(of: [.doseWindow, .operandDomain]))
    }

    @Test("A state made under more or fewer windows than the limits have denies by IL-22")
    func otherWindows() {
        for count in [1, 3] {
            var rig = Rig()
            var fewer = rig.limits
            fewer.doseWindows.removeLast(4 - count)
            rig.state = GateState(limits: fewer)
            #expect(rig.broken().contains(.doseWindow))
            rig.state = GateState(limits: rig.limits)
            rig.limits = fewer
            #expect(rig.broken().contains(.doseWindow))
        }
    }

    @Test("A segment without period settles nothing; a lockout is never shortened and never overflows")
    func settleAndLockout() {
        var state = Self.state
        var segment = Rig().segment
        segment.period = Microseconds(0)
        state.settle(delivered: segment, at: Microseconds(9_000_000))
        #expect(state.pulses == 0)
        state.lockOut(at: Microseconds(100))
        state.lockOut(at: Microseconds(50))
        #expect(state.lockoutEnd == Microseconds(600_000_100))
        state.lockOut(at: Microseconds(.max))
        #expect(state.lockoutEnd == Microseconds(.max))
    }
}
