import Interlocks
import Signal
import Testing

/// The table of golden vectors of Safety.md; values computed outside from Shannon 1992 and the densities.
@Suite struct GoldenVectorTests {
    struct Vector: Sendable {
        let area: Int64
        let hundredths: Int64
        let charge: Int64
    }

    static let shannon = [
        Vector(area: 6_000_000, hundredths: 150, charge: 1_377_449_307),
        Vector(area: 6_000_000, hundredths: 175, charge: 1_836_858_173),
        Vector(area: 6_000_000, hundredths: 185, charge: 2_060_988_769),
        Vector(area: 1_500_000, hundredths: 175, charge: 918_429_086),
        Vector(area: 2_000, hundredths: 150, charge: 25_148_668),
    ]

    @Test("Shannon's largest charge is permitted by IL-16 and one femtocoulomb more is not", arguments: shannon)
    func shannonBoundary(vector: Vector) throws {
        var rig = Rig.wide(area: vector.area)
        rig.limits.shannonK = try #require(shannonTable.first { $0.hundredths == vector.hundredths }).k
        rig.segment.width = Microseconds(1)
        rig.segment.amplitude = Nanoamperes(vector.charge)
        #expect(!rig.broken().contains(.shannon))
        rig.segment.amplitude = Nanoamperes(vector.charge + 1)
        rig.state = nil
        #expect(rig.broken().contains(.shannon))
    }

    @Test("20 mA × 90 µs on 0.06 cm² and 5 mA × 90 µs on 0.015 cm² are the most that 30 µC/cm² permits")
    func densityBoundary() {
        for (area, amplitude) in [(Int64(6_000_000), Int64(20_000_000)), (1_500_000, 5_000_000)] {
            var rig = Rig.wide(area: area)
            rig.segment.width = Microseconds(90)
            rig.segment.amplitude = Nanoamperes(amplitude)
            #expect(rig.broken() == [])
            rig.state = nil
            rig.segment.amplitude = Nanoamperes(amplitude + 1)
            #expect(rig.broken() == .chargeDensity)
        }
    }

    @Test("1,874,471 nA × 300 µs on 1 mm² is the most that k = 1.50 permits")
    func amplitudeAtShannon() {
        var rig = Rig.wide(area: 1_000_000)
        rig.limits.shannonK = 316_227_766_016
        rig.segment.width = Microseconds(300)
        rig.segment.amplitude = Nanoamperes(1_874_471)
        #expect(!rig.broken().contains(.shannon))
        rig.state = nil
        rig.segment.amplitude = Nanoamperes(1_874_472)
        #expect(rig.broken().contains(.shannon))
    }

    @Test("What Shannon would allow on a microelectrode is unreachable: from 4 nC IL-17 denies, whatever the file says")
    func microIsUnreachable() {
        var rig = Rig.wide(area: 2_000, kind: .micro)
        rig.segment.width = Microseconds(1)
        for (charge, broken) in [(3_999_999, InterlockSet()), (4_000_000, .microCharge), (25_148_668, .microCharge)] {
            rig.state = nil
            rig.segment.amplitude = Nanoamperes(Int64(charge))
            #expect(rig.broken() == broken)
        }
    }

    @Test("0.4 % of 100 nC leaves 400,000 fC a pulse, and 1 ppm more is denied")
    func imbalanceBoundary() {
        var rig = Rig.wide(area: 6_000_000)
        rig.segment.width = Microseconds(100)
        rig.segment.amplitude = Nanoamperes(1_000_000)
        rig.segment.imbalance = PartsPerMillion(4_000)
        #expect(rig.broken() == [])
        #expect(rig.state?.windowCharge(contact: 0, window: 4, at: rig.segment.firstPulse) == Femtocoulombs(400_000))
        rig.state = nil
        rig.segment.imbalance = PartsPerMillion(4_001)
        #expect(rig.broken() == .imbalance)
    }

    @Test("The table is ⌊10^(k+10)⌋ for the eight values of k that a file may name")
    func tableOfShannon() {
        #expect(shannonTable.map(\.hundredths) == [150, 155, 160, 165, 170, 175, 180, 185])
        #expect(shannonTable.last?.k == CompiledCeilings.shannonK)
        var rig = Rig()
        rig.limits.shannonK = CompiledCeilings.shannonK + 1
        #expect(rig.broken() == .shannon)
        rig = Rig()
        rig.limits.chargeDensity = CompiledCeilings.chargeDensity + 1
        #expect(rig.broken() == .chargeDensity)
    }
}
