import Signal
import Testing

@testable import Interlocks

/// Limits that no file should bring: what cannot be computed from them denies.
@Suite struct ConditionCoverageLimitTests {
    @Test("A ramp-off whose charge cannot be computed leaves no window with room for it")
    func reserve() {
        for (rampDown, charge) in [(Int64.max, Int64(20_000_000_000)), (0, 20_000_000_000), (10_000_000, .min)] {
            var rig = Rig()
            rig.limits.doseMode = .intermittent
            rig.limits.rampDown = rampDown
            rig.limits.doseWindows[0].charge = Femtocoulombs(charge)
            #expect(rig.broken() == .doseWindow)
        }
    }

    @Test("A duty that is no share, and a count of trains that does not fit, deny")
    func dutyAndTrains() {
        var rig = Rig()
        rig.limits.doseWindows[1].duty = PartsPerMillion(.min)
        #expect(rig.broken() == .doseWindow)
        rig = Rig()
        rig.limits.train = TrainLimits(
            longest: Microseconds(30_000), gap: Microseconds(0), perEpisode: 9, episodeLockout: Microseconds(0),
            perDay: .max)
        var state = GateState(limits: rig.limits)
        state.trains.debit(contact: 0, window: 0, charge: nil, at: 0)
        rig.state = state
        #expect(rig.broken() == .doseWindow)
    }

    @Test("A soft Shannon line beyond Int64 is exceeded by every pulse")
    func softShannon() {
        var rig = Rig()
        rig.limits.soft?.shannonK = .max
        #expect(rig.broken() == .acknowledgement)
    }

    /// ITU-T H.870: 10 dB less is a tenth of the energy; 40 h at 80 dB(A) are 400 h at 70 dB(A).
    @Test("A sound 10 dB quieter may last ten times as long; 100 dB quieter it counts for nothing")
    func quietSounds() {
        var rig = FeedbackRig()
        (rig.feedback.soundLevel, rig.feedback.duration) = (70_000, Microseconds(1_440_000_000_000))
        #expect(rig.broken() == [])
        rig.feedback.duration = Microseconds(1_440_000_000_001)
        #expect(rig.broken() == .sensory)
        rig.feedback.soundLevel = -20_001
        rig.feedback.duration = Microseconds(.max / 2)
        #expect(rig.broken() == [])
    }

    @Test("A sound 100 dB above the dose's level, or energy that does not fit, is too much whatever is allowed")
    func loudSounds() {
        var rig = FeedbackRig()
        (rig.limits.soundLevel, rig.limits.doseDuration) = (.max, Microseconds(.max))
        rig.feedback.soundLevel = 180_001
        #expect(rig.broken() == .sensory)
        (rig.feedback.soundLevel, rig.feedback.duration) = (180_000, Microseconds(.max))
        #expect(rig.broken() == .sensory)
        // 180 dB(A) for 1 µs is 10⁴ s at 80 dB(A).
        rig.feedback.duration = Microseconds(1)
        rig.limits.doseDuration = Microseconds(10_000_000_000)
        #expect(rig.broken() == [])
        rig.limits.doseDuration = Microseconds(9_999_999_999)
        #expect(rig.broken() == .sensory)
    }

    @Test("Flashes whose number does not fit are too many, however many are allowed")
    func flashes() {
        var rig = FeedbackRig()
        rig.limits.flashes = .max
        rig.before = [rig.feedback]
        rig.feedback.flashes = .max
        #expect(rig.broken() == .sensory)
        rig.feedback.flashes = .max - 1
        #expect(rig.broken() == [])
    }

    /// (2⁶³ − 1)² · 16 has 130 bits.
    @Test("A product of more than 128 bits holds nothing, and a bit below 0 is no interlock")
    func beyondArithmetic() {
        #expect(!isProduct(.max, .max, 16, atMost: .max, .max, 16))
        #expect(!isProduct(1, 1, atMost: .max, .max, 16))
        #expect(isProduct(.max, .max, 1, atMost: .max, .max, 1))
        #expect(InterlockSet(bit: -1).isEmpty && InterlockSet(bit: 64).isEmpty)
    }
}
