import Interlocks
import Signal
import Testing

/// Mode burst: IL-23 trains, IL-24 episodes, IL-22 trains a day and time in trains.
///
/// A segment of the rig is 2 pulses, 7,692 µs apart, the last 120 µs long; it ends 7,812 µs after its start.
@Suite struct TrainTests {
    static var rig: Rig {
        var rig = Rig()
        rig.evidence.mode = .openLoop
        rig.evidence.leaseEnd = Microseconds(200_000_000_000)
        rig.limits.doseMode = .burst
        rig.limits.train = TrainLimits(
            longest: Microseconds(84_732), gap: Microseconds(500_000), perEpisode: 100,
            episodeLockout: Microseconds(10_000_000), perDay: 100)
        return rig
    }

    static func broken(_ rig: Rig, at first: Int64) -> InterlockSet {
        var rig = rig
        rig.now = Microseconds(first)
        rig.segment.firstPulse = Microseconds(first)
        return rig.broken()
    }

    /// Five segments more, each 2 × 7,692 µs after the one before: 5 × 15,384 + 7,812 = 84,732 µs.
    @Test("A train may be exactly as long as the longest, counted to the end of its last pulse, over all its segments")
    func longest() {
        for (longest, last) in [(84_732, InterlockSet()), (84_731, .train)] {
            var rig = Self.rig
            rig.limits.train?.longest = Microseconds(Int64(longest))
            for number in 0..<6 {
                let broken = Self.broken(rig, at: 1_040_000 + Int64(number) * 15_384)
                #expect(broken == (number < 5 ? [] : last))
            }
        }
    }

    @Test("Two periods after the last pulse a train still runs; one step later it is a new one and needs the gap")
    func gap() {
        let rig = Self.rig
        #expect(Self.broken(rig, at: 1_040_000) == [])
        #expect(Self.broken(rig, at: 1_047_692 + 15_385) == .train)
        #expect(Self.broken(rig, at: 1_047_812 + 499_999) == .train)
        #expect(Self.broken(rig, at: 1_047_692 + 15_384) == [])
        // That segment ends at 1,070,888.
        #expect(Self.broken(rig, at: 1_070_888 + 499_999) == .train)
        #expect(Self.broken(rig, at: 1_070_888 + 500_000) == [])
    }

    @Test("After its last train an episode is locked out for the file's time, and then a new one begins")
    func episodes() {
        var rig = Self.rig
        rig.limits.train?.perEpisode = 2
        #expect(Self.broken(rig, at: 1_040_000) == [])
        #expect(Self.broken(rig, at: 2_000_000) == [])
        #expect(Self.broken(rig, at: 2_015_384) == [], "a train that runs is no new one")
        // It ends at 2,023,196.
        #expect(Self.broken(rig, at: 3_000_000) == .lockout)
        #expect(Self.broken(rig, at: 2_023_196 + 9_999_999) == .lockout)
        #expect(Self.broken(rig, at: 2_023_196 + 10_000_000) == [])
        #expect(Self.broken(rig, at: 13_000_000) == [])
        #expect(Self.broken(rig, at: 14_000_000) == .lockout)
    }

    /// A bucket of a day is 1,350 s; 25 h and 1.04 s lie in bucket 66, gone in bucket 131, at 86,850 s.
    @Test("The trains of a day are counted, and the first one leaves the count with its bucket after the day")
    func perDay() {
        var rig = Self.rig
        rig.limits.train?.perDay = 2
        #expect(Self.broken(rig, at: 1_040_000) == [])
        #expect(Self.broken(rig, at: 20_000_000_000) == [])
        #expect(Self.broken(rig, at: 20_000_015_384) == [], "a train that runs is no new one")
        #expect(Self.broken(rig, at: 40_000_000_000) == .doseWindow)
        #expect(Self.broken(rig, at: 86_849_999_999) == .doseWindow)
        #expect(Self.broken(rig, at: 86_850_000_000) == [])
    }

    @Test("Trains that a device delivered without a permit count too")
    func settledTrains() {
        var rig = Self.rig
        rig.limits.train?.perDay = 1
        var state = GateState(limits: rig.limits)
        state.settle(delivered: rig.segment, at: Microseconds(2_000_000))
        rig.state = state
        #expect(Self.broken(rig, at: 20_000_000) == .doseWindow)
    }

    @Test("Mode burst without bounds of trains denies, and another mode needs none")
    func withoutBounds() {
        var rig = Self.rig
        rig.limits.train = nil
        #expect(Self.broken(rig, at: 1_040_000) == .train)
        for mode in [DoseMode.continuous, .intermittent] {
            rig.limits.doseMode = mode
            rig.state = nil
            #expect(Self.broken(rig, at: 1_040_000) == [])
        }
    }

    /// 65 × 7,692 µs = 499,980 µs are within half of a second, 66 × 7,692 µs = 507,672 µs are not.
    @Test("Time in trains is counted from pulse to pulse against the duty of each window")
    func duty() {
        var rig = Self.rig
        rig.limits.train?.longest = Microseconds(10_000_000)
        rig.limits.doseWindows[0].duty = PartsPerMillion(500_000)
        rig.segment.pulses = 66
        #expect(Self.broken(rig, at: 1_040_000) == .doseWindow)
        rig.segment.pulses = 65
        #expect(Self.broken(rig, at: 1_040_000) == [])
        rig.segment.pulses = 1
        #expect(Self.broken(rig, at: 1_040_000 + 65 * 7_692) == .doseWindow)
    }

    @Test("Two periods are those of the slower of the two segments")
    func slowerSegment() {
        var rig = Self.rig
        #expect(Self.broken(rig, at: 1_040_000) == [])
        rig.segment.period = Microseconds(20_000)
        #expect(Self.broken(rig, at: 1_047_692 + 40_001) == .train)
        #expect(Self.broken(rig, at: 1_047_692 + 40_000) == [])
    }

    @Test("A pulse of no lead has no train that it could belong to")
    func withoutLead() {
        var rig = Self.rig
        (rig.segment.pair, rig.evidence.controller) = (7, 5)
        #expect(Self.broken(rig, at: 1_040_000).contains(.train))
    }

    /// Each train lasts 7,812 µs.
    @Test("Long after its lockout an episode is over, and the next one counts from one")
    func longAfter() {
        var rig = Self.rig
        rig.limits.train?.perEpisode = 2
        for (first, broken) in [
            (1_040_000, InterlockSet()), (2_000_000, []), (22_000_000, []), (23_000_000, []), (24_000_000, .lockout),
        ] as [(Int64, InterlockSet)] {
            #expect(Self.broken(rig, at: first) == broken, "\(first)")
        }
    }

    @Test("A pause as long as the lockout begins an episode, and one a microsecond shorter does not")
    func episodeEdge() {
        for (pause, third) in [(10_000_000, InterlockSet()), (9_999_999, .lockout)] as [(Int64, InterlockSet)] {
            var rig = Self.rig
            rig.limits.train?.perEpisode = 2
            #expect(Self.broken(rig, at: 1_040_000) == [])
            #expect(Self.broken(rig, at: 1_047_812 + pause) == [])
            #expect(Self.broken(rig, at: 1_047_812 + pause + 7_812 + 600_000) == third, "\(pause)")
        }
    }

    @Test("More trains than an episode may have, delivered without a permit, lock out too")
    func settledEpisode() {
        var rig = Self.rig
        rig.limits.train?.perEpisode = 2
        var state = GateState(limits: rig.limits)
        for first in [Int64(1_000_000), 2_000_000, 3_000_000] {
            rig.segment.firstPulse = Microseconds(first)
            state.settle(delivered: rig.segment, at: Microseconds(first + 10_000))
        }
        rig.state = state
        #expect(Self.broken(rig, at: 4_000_000) == .lockout)
    }
}
