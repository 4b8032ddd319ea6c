import Interlocks
import Signal
import Testing

/// IL-22, the share of a window that stimulation may fill, counted from pulse to pulse.
///
/// A segment of the rig is 2 pulses of 7,692 µs; shares by hand are window in whole seconds × ppm.
@Suite struct DutyTests {
    static func rig(window: Int, duty: Int64) -> Rig {
        var rig = Rig()
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        rig.limits.doseWindows[window].duty = PartsPerMillion(duty)
        return rig
    }

    /// 130 × 7,692 µs = 999,960 µs, 131 × 7,692 µs = 1,007,652 µs.
    @Test(
        "All of a window, or more, binds nothing; a millionth less than all of it binds",
        arguments: [
            (1_000_000, 200, true), (1_000_001, 200, true), (999_999, 130, true), (999_999, 131, false),
        ] as [(Int64, Int64, Bool)])
    func all(duty: Int64, pulses: Int64, isHeld: Bool) {
        var rig = Self.rig(window: 0, duty: duty)
        rig.segment.pulses = pulses
        #expect(rig.broken() == (isHeld ? [] : .doseWindow))
    }

    @Test("A share is of whole seconds: a window shorter than one has none below all of it")
    func wholeSeconds() {
        for (length, duty, broken) in [
            (1_000_000, 7_692, InterlockSet()), (1_000_000, 7_691, .doseWindow), (1_999_999, 7_691, .doseWindow),
            (999_999, 999_999, .doseWindow), (999_999, 1_000_000, []),
        ] as [(Int64, Int64, InterlockSet)] {
            var rig = Self.rig(window: 0, duty: duty)
            rig.limits.doseWindows[0].length = Microseconds(length)
            rig.segment.pulses = 1
            #expect(rig.broken() == broken, "\(length) \(duty)")
        }
    }

    @Test("A negative share denies every pulse, also where its product does not fit")
    func negative() {
        for duty in [Int64(-1), .min] { #expect(Self.rig(window: 1, duty: duty).broken() == .doseWindow) }
    }

    /// Four pulses are 30,768 µs: of 1 s 30,768 ppm, of 60 s 512.8 ppm, of 1 h 8.5 ppm.
    @Test("Earlier segments count in the window that has the share, and charge is not taken for time")
    func earlier() {
        for (window, held) in [(0, Int64(30_768)), (1, 513), (2, 9)] {
            for (duty, broken) in [(held, InterlockSet()), (held - 1, .doseWindow)] {
                var rig = Self.rig(window: window, duty: duty)
                #expect(rig.broken() == [])
                rig.segment.firstPulse = Microseconds(1_055_384)
                #expect(rig.broken() == broken, "\(window) \(duty)")
            }
        }
    }
}
