import Interlocks
import Signal
import Testing

/// Values at the ends of Int64, in every field: denied, never a trap.
@Suite struct ExtremesTests {
    static let values: [Int64] = [.min, .min + 1, -1, 0, 1, .max / 2, .max - 1, .max]

    @Test("The largest amplitude is denied as an operand out of its domain")
    func largestAmplitude() {
        var rig = Rig()
        rig.segment.amplitude = Nanoamperes(.max)
        #expect(rig.broken().isSuperset(of: [.operandDomain, .amplitude, .chargePerPhase, .chargeDensity, .shannon]))
        #expect(!rig.isPermitted())
    }

    @Test("Negative amplitude, width, interphase or period and no pulse are out of the domain")
    func domain() {
        for change: (inout Rig) -> Void in [
            { $0.segment.amplitude = Nanoamperes(-1) }, { $0.segment.width = Microseconds(0) },
            { $0.segment.interphase = Microseconds(-1) }, { $0.segment.period = Microseconds(0) },
            { $0.segment.pulses = 0 }, { $0.segment.pulses = -1 }, { $0.segment.firstPulse = Microseconds(.max) },
        ] {
            var rig = Rig()
            change(&rig)
            #expect(rig.broken().contains(.operandDomain))
        }
    }

    @Test("No combination of extreme values in a segment traps, and none but the plain ones is permitted")
    func segments() {
        for a in ExtremesTests.values {
            for b in ExtremesTests.values {
                for c in ExtremesTests.values {
                    var rig = Rig()
                    rig.segment.amplitude = Nanoamperes(a)
                    (rig.segment.width, rig.segment.period) = (Microseconds(b), Microseconds(c))
                    (rig.segment.pulses, rig.segment.imbalance) = (c, PartsPerMillion(b))
                    (rig.segment.interphase, rig.segment.firstPulse) = (Microseconds(a), Microseconds(b))
                    #expect(!rig.isPermitted())
                }
            }
        }
    }

    @Test("No extreme time, limit or state traps")
    func contexts() {
        for a in ExtremesTests.values {
            for b in ExtremesTests.values {
                var rig = Rig.wide(area: a)
                (rig.now, rig.evidence.leaseEnd) = (Microseconds(a), Microseconds(b))
                rig.segment.firstPulse = Microseconds(b)
                (rig.limits.chargeDensity, rig.limits.shannonK) = (b, UInt64.max)
                (rig.limits.lease, rig.limits.tokenTimeout) = (Microseconds(b), Microseconds(b))
                (rig.limits.rampUp, rig.limits.minimumInterPulse) = (a, Microseconds(a))
                rig.limits.doseWindows[0] = DoseWindow(length: Microseconds(a), charge: Femtocoulombs(b))
                rig.limits.lockoutAfterFault = Microseconds(b)
                var state = GateState(limits: rig.limits)
                state.settle(delivered: rig.segment, at: Microseconds(a))
                state.fillWindows(at: Microseconds(a))
                state.settle(delivered: rig.segment, at: Microseconds(.max))
                state.lockOut(at: Microseconds(a))
                rig.state = state
                #expect(!rig.isPermitted())
            }
        }
    }

    @Test("A first pulse so long ago that its lateness does not fit is out of order")
    func endlesslyLate() {
        var rig = Rig()
        rig.segment.firstPulse = Microseconds(.min)
        #expect(rig.broken().contains(.sequence))
    }
}
