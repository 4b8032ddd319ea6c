import Interlocks
import Signal
import Testing

/// IL-17: charge of a microelectrode, and from 4 nC the file's evidence and a duty of at most half.
///
/// Amplitude × width by hand: 1,333,333 nA × 3 µs = 3,999,999 fC; 100,000 nA × 40 µs = 4 nC;
/// 200,000 nA × 100 µs = 20 nC.
@Suite struct MicroTests {
    static func rig(_ amplitude: Int64, _ width: Int64, evidence: Bool = true) -> Rig {
        var rig = Rig.wide(area: 2_000, kind: .micro)
        rig.limits.contacts[0].hasMicroEvidence = evidence
        rig.segment.amplitude = Nanoamperes(amplitude)
        rig.segment.width = Microseconds(width)
        rig.evidence.leaseEnd = Microseconds(200_000_000)
        return rig
    }

    @Test(
        "Below 4 nC nothing but the file's bound is asked; from 4 nC evidence is needed, and 20 nC is the end",
        arguments: [
            (1_333_333, 3, false, true), (100_000, 40, false, false), (100_000, 40, true, true),
            (200_000, 100, true, true), (200_001, 100, true, false),
        ] as [(Int64, Int64, Bool, Bool)])
    func evidence(amplitude: Int64, width: Int64, hasEvidence: Bool, isHeld: Bool) {
        let rig = Self.rig(amplitude, width, evidence: hasEvidence)
        #expect(rig.broken() == (isHeld ? [] : .microCharge))
    }

    @Test("The file's own bound of an electrode holds below the compiled one")
    func ownBound() {
        for (amplitude, isHeld) in [(20_000, true), (20_001, false)] {
            var rig = Self.rig(Int64(amplitude), 100)
            rig.limits.contacts[0].microChargePerPhase = Femtocoulombs(2_000_000)
            #expect(rig.broken() == (isHeld ? [] : .microCharge))
        }
    }

    /// 60 pulses at 2 Hz last 30 s, half of the window of 60 s.
    @Test("From 4 nC at most half of each window of two seconds or more may be stimulated, below it all of it")
    func duty() {
        for (amplitude, width, pulses, isHeld) in [
            (100_000, 40, 60, true), (100_000, 40, 61, false), (1_333_333, 3, 61, true),
        ] as [(Int64, Int64, Int64, Bool)] {
            var rig = Self.rig(amplitude, width)
            rig.segment.period = Microseconds(500_000)
            rig.segment.pulses = pulses
            #expect(rig.broken() == (isHeld ? [] : .microCharge), "\(pulses)")
        }
    }

    @Test("Where no window is long enough to count half of it, 4 nC are denied")
    func noLongWindow() {
        for (length, isHeld) in [(1_999_999, false), (2_000_000, true)] {
            var rig = Self.rig(100_000, 40)
            rig.limits.doseWindows = [DoseWindow(length: Microseconds(Int64(length)), charge: Femtocoulombs(.max))]
            #expect(rig.broken() == (isHeld ? [] : .microCharge))
        }
    }
}
