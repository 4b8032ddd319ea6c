import Interlocks
import Signal
import Testing

/// A bound of one interlock: `set` puts the case `excess` least significant steps beyond it.
struct Bound: Sendable, CustomTestStringConvertible {
    let interlock: InterlockSet
    let name: String
    let set: @Sendable (inout Rig, Int64) -> Void
    var testDescription: String { name }

    init(_ interlock: InterlockSet, _ name: String, _ set: @escaping @Sendable (inout Rig, Int64) -> Void) {
        (self.interlock, self.name, self.set) = (interlock, name, set)
    }
}

/// Every numeric bound at −1, 0 and +1; the segment carries 6,000,000 fC a pulse: 100,000 nA × 60 µs.
@Suite struct BoundaryTests {
    static let session = [
        Bound(.tokenStale, "token age") { $0.evidence.tokenAge = Microseconds(20_000 + $1) },
        Bound(.leaseExpired, "end of the segment") { $0.evidence.leaseEnd = Microseconds(Rig.end - $1) },
        Bound(.leaseExpired, "acknowledgements") { $0.evidence.acknowledgementsMissing = 3 + $1 },
        Bound(.lockout, "lockout") {
            var state = GateState(limits: $0.limits)
            state.lockOut(at: Microseconds(1_000_000 - 600_000_000 + $1))
            $0.state = state
        },
        Bound(.sampleAge, "sample age") { $0.evidence.sampleAge = Microseconds(20_000 + $1) },
        Bound(.sampleAge, "gap") { $0.evidence.gap = Microseconds(2_000 + $1) },
        Bound(.signalQuality, "valid channels") { $0.evidence.validChannels = 6 - $1 },
        Bound(.deadlineMisses, "deadline misses") { $0.evidence.deadlineMissesInWindow = 3 + $1 },
        Bound(.sequence, "lateness of the first pulse") { $0.segment.firstPulse = Microseconds(980_000 - $1) },
    ]
    static let shape = [
        Bound(.amplitude, "amplitude, most") { $0.limits.amplitude = Nanoamperes(0)...Nanoamperes(100_000 - $1) },
        Bound(.amplitude, "amplitude, least") {
            $0.limits.amplitude = Nanoamperes(100_000 + $1)...Nanoamperes(3_500_000)
        },
        Bound(.summedAmplitude, "total") { $0.limits.totalAmplitude = Nanoamperes(100_000 - $1) },
        Bound(.pulseWidth, "width, most") { $0.limits.width = Microseconds(30)...Microseconds(60 - $1) },
        Bound(.pulseWidth, "width, least") { $0.limits.width = Microseconds(60 + $1)...Microseconds(110) },
        Bound(.interphase, "interphase, most") { $0.segment.interphase = Microseconds(100 + $1) },
        Bound(.interphase, "interphase, least") {
            $0.segment.interphase = Microseconds(10)
            $0.limits.interphase = Microseconds(10 + $1)...Microseconds(100)
        },
        Bound(.frequencyOrGap, "period, least") { $0.segment.period = Microseconds(5_406 - $1) },
        Bound(.frequencyOrGap, "period, most") { $0.limits.period = Microseconds(5_406)...Microseconds(7_692 - $1) },
        Bound(.frequencyOrGap, "gap") { $0.limits.minimumInterPulse = Microseconds(7_692 - 120 + $1) },
    ]
    static let charge = [
        Bound(.chargePerPhase, "charge per phase") { $0.limits.chargePerPhase = Femtocoulombs(6_000_000 - $1) },
        Bound(.chargeDensity, "density") {
            $0.limits.chargeDensity = 1
            $0.limits.contacts[0].area = SquareMicrometres(6_000_000 - $1)
        },
        Bound(.chargeDensity, "density of the return") {
            $0.limits.soft = nil
            $0.limits.contacts[1].area = SquareMicrometres(20_000 - $1)
        },
        Bound(.shannon, "Shannon") {
            $0.limits.shannonK = 1
            $0.limits.contacts[0].area = SquareMicrometres(36_000_000_000_000 - $1)
        },
        Bound(.microCharge, "micro charge") {
            $0.segment.amplitude = Nanoamperes(25_000)
            $0.limits.contacts[0].kind = .micro
            $0.limits.contacts[0].microChargePerPhase = Femtocoulombs(1_500_000 - $1)
        },
        Bound(.chargeInjection, "charge injection") {
            $0.limits.contacts[0].kind = .scalp
            $0.limits.chargeDensity = 300
            $0.limits.contacts[0].chargeInjectionDensity = 1
            $0.limits.contacts[0].area = SquareMicrometres(6_000_000 - $1)
        },
        Bound(.imbalance, "imbalance") { $0.segment.imbalance = PartsPerMillion(4_000 + $1) },
        Bound(.netCurrent, "net charge") {
            $0.segment.imbalance = PartsPerMillion(4_000)
            $0.limits.netCharge = Femtocoulombs(48_000 - $1)
        },
        Bound(.ramp, "rate") { $0.limits.rampUp = 100_000 - $1 },
        Bound(.ramp, "step") { $0.limits.maximumStep = Nanoamperes(100_000 - $1) },
        Bound(.doseWindow, "1 s") { $0.limits.doseWindows[0].charge = Femtocoulombs(12_000_000 - $1) },
        Bound(.doseWindow, "60 s") { $0.limits.doseWindows[1].charge = Femtocoulombs(12_000_000 - $1) },
        Bound(.doseWindow, "1 h") { $0.limits.doseWindows[2].charge = Femtocoulombs(12_000_000 - $1) },
        Bound(.doseWindow, "24 h") { $0.limits.doseWindows[3].charge = Femtocoulombs(12_000_000 - $1) },
    ]

    @Test(
        "At a bound and one step inside it a segment is permitted; one step beyond, that bit alone denies",
        arguments: session + shape + charge)
    func threePoints(bound: Bound) {
        for (excess, expected) in [(Int64(-1), InterlockSet()), (0, []), (1, bound.interlock)] {
            var rig = Rig()
            bound.set(&rig, excess)
            let broken = rig.broken()
            #expect(broken == expected, "\(bound.name) \(excess): \(String(broken.rawValue, radix: 2))")
        }
    }

    @Test("The same bounds, disarmed, deny every segment with IL-01", arguments: session + shape + charge)
    func disarmedDenies(bound: Bound) {
        for excess in [Int64(-1), 0, 1] {
            var rig = Rig()
            rig.evidence.isArmed = false
            bound.set(&rig, excess)
            #expect(rig.broken().contains(.notArmed))
        }
    }
}
