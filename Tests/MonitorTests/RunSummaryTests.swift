import Foundation
import Testing

@testable import Monitor

@Suite struct RunSummaryTests {
    static func summary(latency: RunSummary.Percentiles?, allocations: UInt64?) -> RunSummary {
        RunSummary(
            ticks: 1900, deadlineMisses: 2, missCauses: ["blocked": 2], latencyMicroseconds: latency,
            computeMicroseconds: .init(p50: 11, p99: 22.5, p999: 30, max: 41), decisions: 1898, pulsesDelivered: 130,
            chargeFemtocoulombs: 23_400_000_000, refusals: ["IL-09": 3, "IL-02": 1], alarms: ["IL-26": 2, "IL-06": 1],
            maxAmplitudeNanoamperes: 3_000_000, finalMode: "idle",
            journal: .init(path: "Sessions/a b", records: 5, head: "aa", seal: "bb"), energyNanojoules: 12.25, gaps: 0,
            steadyAllocations: allocations)
    }

    /// The keys that DESIGN promises to scripts, and `steady_allocations`.
    @Test("The JSON has exactly the promised keys, in order, and a latency of null where no clock was kept")
    func keys() throws {
        let text = try Self.summary(latency: nil, allocations: nil).json()
        let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let promised = [
            "alarms", "charge_fc", "compute_us", "deadline_misses", "decisions", "energy_nj", "gaps", "journal",
            "latency_us",
            "max_amplitude_na", "miss_causes", "mode_final", "pulses_delivered", "refusals",
            "steady_allocations", "ticks",
        ]
        #expect(object.keys.sorted() == promised)
        #expect(object["latency_us"] is NSNull)
        #expect(object["steady_allocations"] as? String == "not counted")
        let positions = promised.compactMap { text.range(of: "\n  \"\($0)\"")?.lowerBound }
        #expect(positions.count == promised.count)
        #expect(positions == positions.sorted())
    }

    @Test(
        "A summary that was written is read back equal",
        arguments: [nil, RunSummary.Percentiles(p50: 1, p99: 2, p999: 3, max: 4)], [nil, UInt64(0), 7])
    func roundTrip(latency: RunSummary.Percentiles?, allocations: UInt64?) throws {
        let summary = Self.summary(latency: latency, allocations: allocations)
        let back = try JSONDecoder().decode(RunSummary.self, from: Data(try summary.json().utf8))
        #expect(back == summary)
    }

    /// 23,400,000,000 fC = 23,400 nC; 3,000,000 nA = 3 mA.
    @Test("The text names charge in nC, current in mA and every refusal in order")
    func text() {
        let text = Self.summary(latency: nil, allocations: 0).text
        #expect(text.contains("130 pulses, 23400.0 nC, at most 3.000 mA"))
        #expect(text.contains("refusals  IL-02 1, IL-09 3"))
        #expect(text.contains("alarms  IL-06 1, IL-26 2"))
        #expect(text.contains("p50 11.0  p99 22.5  p99.9 30.0  max 41.0 µs"))
        #expect(text.contains("allocations in steady ticks  0"))
        #expect(!Self.summary(latency: nil, allocations: nil).text.contains("allocations"))
    }
}
