import Interlocks
import Signal
import Testing

/// IL-21: how often and how soon a controller may ask for another target.
///
/// The proposals are rests, which IL-21 denies too, because it asks for the fallback.
@Suite struct TargetTests {
    static var rig: Rig {
        var rig = Rig()
        rig.limits.maximumChanges = 2
        rig.evidence.leaseEnd = Microseconds(900_000_000)
        return rig
    }

    static func broken(_ rig: Rig, _ target: Int64?, at now: Int64, _ mode: Mode = .closedLoop) -> InterlockSet {
        var rig = rig
        rig.evidence.mode = mode
        rig.now = Microseconds(now)
        rig.segment = .rest(at: rig.now)
        rig.evidence.target = target.map { Nanoamperes($0) }
        return rig.broken()
    }

    @Test("Two changes in a window are permitted and a third is denied until the first of them is a window old")
    func count() {
        let rig = Self.rig
        #expect(Self.broken(rig, 1, at: 0) == [], "the first target is no change")
        #expect(Self.broken(rig, 2, at: 1_000_000) == [])
        #expect(Self.broken(rig, 2, at: 2_000_000) == [])
        #expect(Self.broken(rig, 1, at: 3_000_000) == [])
        #expect(Self.broken(rig, 2, at: 4_000_000) == .changeRate)
        #expect(Self.broken(rig, 1, at: 5_000_000) == [], "what was denied was not taken over")
        #expect(Self.broken(rig, 2, at: 60_999_999) == .changeRate)
        #expect(Self.broken(rig, 2, at: 61_000_000) == [])
        #expect(Self.broken(rig, 1, at: 62_999_999) == .changeRate)
        #expect(Self.broken(rig, 1, at: 63_000_000) == [])
        #expect(Self.broken(rig, 2, at: 200_000_000) == [], "long after the window too")
    }

    @Test("A target is held for the file's time before the next one")
    func hold() {
        var rig = Self.rig
        rig.limits.minimumHold = Microseconds(2_000_000)
        #expect(Self.broken(rig, 1, at: 0) == [])
        #expect(Self.broken(rig, 2, at: 1_999_999) == .changeRate)
        #expect(Self.broken(rig, 1, at: 1_999_999) == [])
        #expect(Self.broken(rig, 2, at: 2_000_000) == [])
        #expect(Self.broken(rig, 3, at: 3_999_999) == .changeRate)
        #expect(Self.broken(rig, 3, at: 4_000_000) == [])
    }

    @Test("A mode change forgets the target but not the counted changes")
    func modeChange() {
        let rig = Self.rig
        for (target, time) in [(1, 0), (2, 1_000_000), (1, 2_000_000)] {
            #expect(Self.broken(rig, Int64(target), at: Int64(time)) == [])
        }
        var state = rig.state
        state?.modeChanged()
        rig.state = state
        #expect(Self.broken(rig, 2, at: 3_000_000) == [])
        #expect(Self.broken(rig, 1, at: 4_000_000) == .changeRate)
    }

    @Test("Outside the closed loop no target is asked for, and in it an unknown one denies")
    func unknown() {
        let rig = Self.rig
        #expect(Self.broken(rig, nil, at: 0, .openLoop) == [])
        #expect(Self.broken(rig, nil, at: 0, .fallback) == [])
        #expect(Self.broken(rig, nil, at: 0) == .changeRate)
    }

    @Test("With no change allowed the first target stands for ever")
    func none() {
        var rig = Self.rig
        rig.limits.maximumChanges = 0
        #expect(Self.broken(rig, 1, at: 0) == [])
        #expect(Self.broken(rig, 2, at: 800_000_000) == .changeRate)
    }

    @Test("Each lead counts its own targets; a rest is of the lead with its controller's number")
    func leads() {
        var rig = Self.rig
        rig.limits.maximumChanges = 1
        rig.limits.contacts.append(rig.limits.contacts[0])
        rig.limits.pairs.append(ContactPair(cathodes: [2], anodes: [1], lead: 1))
        for controller in [Int32(0), 1] {
            rig.evidence.controller = controller
            #expect(Self.broken(rig, 1, at: 0) == [])
            #expect(Self.broken(rig, 2, at: 1) == [])
            #expect(Self.broken(rig, 1, at: 2) == .changeRate)
        }
        rig.evidence.controller = 2
        #expect(Self.broken(rig, 1, at: 3) == .changeRate)
    }

    @Test("Outside the closed loop targets change freely, even where the file allows no change")
    func freeOutside() {
        var rig = Self.rig
        rig.limits.maximumChanges = 0
        for target in [Int64(1), 2, 1] { #expect(Self.broken(rig, target, at: target, .openLoop) == []) }
    }

    @Test("A rest of a controller that has no lead is permitted outside the closed loop and aims at nothing")
    func withoutLead() {
        var rig = Self.rig
        for controller in [Int32(1), 7, -1] {
            rig.evidence.controller = controller
            #expect(Self.broken(rig, 1, at: 0, .openLoop) == [])
        }
    }
}
