import Interlocks
import Signal
import Testing

/// FI-27: the bounds that the shipped file leaves far away, brought to a pulse of 300 µA × 60 µs = 18,000,000 fC.
///
/// Each by hand: at the bound permitted, one step beyond denied, by it alone.
struct GateChargeTests {
    struct Bound: Sendable, CustomStringConvertible {
        let description: String
        let interlock: InterlockSet
        let amplitude: Int64
        let limit: @Sendable (inout Limits) -> Void
    }

    private static func cathode(_ limits: inout Limits, _ change: (inout Contact) -> Void) {
        change(&limits.contacts[limits.pairs[0].cathodes[0]])
    }

    static let bounds: [Bound] = [
        Bound(description: "charge per phase", interlock: .chargePerPhase, amplitude: 300_000) {
            $0.chargePerPhase = Femtocoulombs(18_000_000)
        },
        // 300 fC/µm² × 60,000 µm².
        Bound(description: "charge density", interlock: .chargeDensity, amplitude: 300_000) { limits in
            cathode(&limits) { ($0.area, $0.chargeInjectionDensity) = (SquareMicrometres(60_000), 1_000) }
            (limits.chargeDensity, limits.soft) = (300, nil)
        },
        // (18,000,000 fC)² = 54,000,000 × 6,000,000 µm².
        Bound(description: "Shannon", interlock: .shannon, amplitude: 300_000) { limits in
            cathode(&limits) { $0.area = SquareMicrometres(6_000_000) }
            (limits.shannonK, limits.soft) = (54_000_000, nil)
        },
        // 3 fC/µm² × 6,000,000 µm².
        Bound(description: "charge injection", interlock: .chargeInjection, amplitude: 300_000) { limits in
            cathode(&limits) { ($0.area, $0.chargeInjectionDensity) = (SquareMicrometres(6_000_000), 3) }
        },
        // 30 µA × 60 µs are 1.8 nC.
        Bound(description: "microelectrode", interlock: .microCharge, amplitude: 30_000) { limits in
            cathode(&limits) { ($0.kind, $0.microChargePerPhase) = (.micro, Femtocoulombs(1_800_000)) }
        },
        Bound(description: "soft amplitude", interlock: .acknowledgement, amplitude: 300_000) {
            $0.soft?.amplitude = Nanoamperes(300_000)
        },
    ]

    @Test("FI-27 a pulse at a bound of charge is permitted, one of a nanoampere more denied", arguments: bounds)
    func charge(bound: Bound) throws {
        let rig = try GateRig(bound.limit)
        rig.evidence.acknowledged = []
        try rig.ramp(to: bound.amplitude)
        #expect(rig.offer() == [])
        rig.segment.firstPulse.value += 7_692
        rig.segment.amplitude.value += 1
        #expect(rig.offer() == bound.interlock)
        #expect(rig.machine.mode == .openLoop)
        rig.segment.amplitude.value -= 1
        #expect(rig.offer() == [])
        try rig.checkRecord(atLeast: 3)
    }

    /// Pulses at 0, 7,692 and 15,384 µs; the last ends after 2 × 60 µs.
    @Test("FI-27 a train may be as long as the longest, and not a microsecond longer")
    func train() throws {
        for longest in [15_504, 15_503] as [Int64] {
            let rig = try GateRig {
                $0.train = TrainLimits(
                    longest: Microseconds(longest), gap: Microseconds(0), perEpisode: 9,
                    episodeLockout: Microseconds(0), perDay: 9)
            }
            try rig.ramp(to: 300_000)
            #expect(rig.offer() == (longest == 15_504 ? [] : .train))
            try rig.checkRecord(atLeast: 2)
        }
    }

    @Test("FI-27 after a fault nothing is permitted until the lockout has passed, to the microsecond")
    func lockout() throws {
        let rig = try GateRig { $0.lockoutAfterFault = Microseconds(1_000_000) }
        let start = rig.segment.firstPulse
        rig.state.lockOut(at: start)
        #expect(rig.offer() == .lockout)
        rig.segment.firstPulse = Microseconds(start.value + 999_999)
        #expect(rig.offer() == .lockout)
        rig.segment.firstPulse = Microseconds(start.value + 1_000_000)
        #expect(rig.offer() == [])
        try rig.checkRecord(atLeast: 1)
    }

    @Test("FI-27 an electrode inside its water window is permitted, one millivolt outside denied")
    func voltage() throws {
        for (low, high, isHeld) in [(-600, 800, true), (-601, 0, false), (0, 801, false)] as [(Int64, Int64, Bool)] {
            let rig = try GateRig { limits in
                limits.measuresElectrodeVoltage = true
                Self.cathode(&limits) { $0.waterWindow = -600...800 }
            }
            (rig.evidence.electrodeVoltageLow, rig.evidence.electrodeVoltageHigh) = (low, high)
            #expect(rig.offer() == (isHeld ? [] : .electrodeVoltage))
            if isHeld { try rig.checkRecord(atLeast: 1) }
        }
    }
}
