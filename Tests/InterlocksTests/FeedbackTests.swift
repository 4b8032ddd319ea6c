import Interlocks
import Signal
import Testing

/// IL-37, sound and light: 80 dB(A) for 40 h in a week, as ITU-T H.870 (03/2022) has it for adults; three flashes a
/// second, as WCAG 2.3.1 has it.
@Suite struct FeedbackTests {
    static let hour: Int64 = 3_600_000_000

    static var limits: SensoryLimits {
        var limits = SensoryLimits()
        (limits.soundLevel, limits.doseLevel) = (95_000, 80_000)
        (limits.doseDuration, limits.doseWindow) = (Microseconds(40 * hour), Microseconds(168 * hour))
        (limits.flashes, limits.flashWindow) = (3, Microseconds(1_000_000))
        return limits
    }

    static func sound(_ level: Int64, _ duration: Int64) -> Feedback {
        var feedback = Feedback()
        (feedback.soundLevel, feedback.duration) = (level, Microseconds(duration))
        return feedback
    }

    static func flash(_ count: Int64) -> Feedback {
        var feedback = Feedback()
        feedback.flashes = count
        return feedback
    }

    /// 40 h × 10⁶ = 1.44 × 10¹⁷ millionths.
    ///
    /// 10 dB are ten times the energy: 90 dB(A) for 4 h, 70 dB(A) for 400 h.
    /// 10^0.3 and 10^0.1, rounded up to millionths: 1,995,263 and 1,258,926; 1.44 × 10¹⁷ over them, rounded down.
    @Test(
        "A week's sound counts by its energy: the longest permitted time at each level, and one step more is denied",
        arguments: [
            (80_000, 40 * hour, 1), (90_000, 4 * hour, 1), (70_000, 400 * hour, 1), (83_000, 72_170_936_863, 1),
            (80_001, 114_383_212_357, 1), (81_000, 114_383_212_357, 1),
        ] as [(Int64, Int64, Int64)])
    func doseByEnergy(level: Int64, longest: Int64, step: Int64) {
        var state = FeedbackState(limits: Self.limits)
        #expect(state.judge(Self.sound(level, longest + step), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.sound(level, longest), at: Microseconds(0)) == [])
    }

    /// A bucket of the week is 9,450 s long and 25 h are 9.52 of them: time 0 lies in bucket 9, which is gone in
    /// bucket 74, at 74 × 9,450 s − 90,000 s = 609,300 s.
    @Test("A full week of sound denies every further sound until it has drained")
    func doseDrains() {
        var state = FeedbackState(limits: Self.limits)
        #expect(state.judge(Self.sound(80_000, 40 * Self.hour), at: Microseconds(0)) == [])
        #expect(state.judge(Self.sound(80_000, 1), at: Microseconds(609_299_999_999)) == .sensory)
        #expect(state.judge(Self.sound(80_000, 1), at: Microseconds(609_300_000_000)) == [])
    }

    @Test("A sound above the loudest level is denied, however short; without duration there is no sound")
    func loudest() {
        var state = FeedbackState(limits: Self.limits)
        #expect(state.judge(Self.sound(95_001, 1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.sound(95_000, 1), at: Microseconds(0)) == [])
        #expect(state.judge(Self.sound(999_000, 0), at: Microseconds(0)) == [])
        #expect(state.judge(Self.sound(0, -1), at: Microseconds(0)) == .sensory)
    }

    @Test("100 dB below the level the sound no longer counts, and 100 dB above it nothing can be counted")
    func extremeLevels() {
        var limits = Self.limits
        limits.soundLevel = 300_000
        var state = FeedbackState(limits: limits)
        #expect(state.judge(Self.sound(80_000, 40 * Self.hour), at: Microseconds(0)) == [])
        #expect(state.judge(Self.sound(-20_001, 400 * Self.hour), at: Microseconds(0)) == [])
        #expect(state.judge(Self.sound(-20_000, 1), at: Microseconds(0)) == .sensory)
        state = FeedbackState(limits: limits)
        #expect(state.judge(Self.sound(180_001, 1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.sound(.min, 1), at: Microseconds(0)) == [])
        #expect(state.judge(Self.sound(80_000, .max), at: Microseconds(0)) == .sensory)
        // 10¹⁰ times the energy for 14 µs is 1.4 × 10¹⁷ millionths; for 15 µs it is 1.5 × 10¹⁷.
        #expect(state.judge(Self.sound(180_000, 15), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.sound(180_000, 14), at: Microseconds(0)) == [])
    }

    /// A bucket of 1 s is 15,625 µs; time 0 starts one, which is gone 65 buckets later, at 1,015,625 µs.
    @Test("Three flashes a second are permitted in any parts, a fourth is not, and they are gone with their bucket")
    func flashes() {
        var state = FeedbackState(limits: Self.limits)
        #expect(state.judge(Self.flash(4), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.flash(2), at: Microseconds(0)) == [])
        #expect(state.judge(Self.flash(1), at: Microseconds(500_000)) == [])
        #expect(state.judge(Self.flash(1), at: Microseconds(1_015_624)) == .sensory)
        #expect(state.judge(Self.flash(3), at: Microseconds(1_015_625)) == .sensory)
        #expect(state.judge(Self.flash(2), at: Microseconds(1_015_625)) == [])
        #expect(state.judge(Self.flash(-1), at: Microseconds(9_000_000)) == .sensory)
        #expect(state.judge(Self.flash(.max), at: Microseconds(9_000_000)) == .sensory)
    }

    @Test("Red light needs the file's word, with or without a flash")
    func red() {
        var limits = Self.limits
        var feedback = Self.flash(1)
        feedback.isRed = true
        var state = FeedbackState(limits: limits)
        #expect(state.judge(feedback, at: Microseconds(0)) == .sensory)
        limits.allowsRed = true
        state = FeedbackState(limits: limits)
        #expect(state.judge(feedback, at: Microseconds(0)) == [])
    }

    @Test("Without limits nothing is heard or seen; neither sound nor light is always permitted")
    func noLimits() {
        var state = FeedbackState(limits: SensoryLimits())
        #expect(state.judge(Self.sound(1, 1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.sound(0, 1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.flash(1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Feedback(), at: Microseconds(0)) == [])
    }

    @Test("A denied sound that comes with flashes debits neither")
    func denialDebitsNothing() {
        var state = FeedbackState(limits: Self.limits)
        var both = Self.sound(80_000, 40 * Self.hour)
        both.flashes = 4
        #expect(state.judge(both, at: Microseconds(0)) == .sensory)
        both.flashes = 3
        #expect(state.judge(both, at: Microseconds(0)) == [])
        #expect(state.judge(Self.flash(1), at: Microseconds(0)) == .sensory)
        #expect(state.judge(Self.sound(80_000, 1), at: Microseconds(0)) == .sensory)
    }
}
