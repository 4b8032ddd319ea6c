import Foundation
import Loop

extension RunSummary {
    /// The summary for a person, one subject a line.
    public var text: String {
        var lines = ["ticks \(ticks), decisions \(decisions), deadline misses \(deadlineMisses), gaps \(gaps)"]
        if deadlineMisses > 0 {
            let causes = missCauses.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("misses by cause  \(causes.joined(separator: ", "))")
        }
        if let latencyMicroseconds {
            lines.append("latency, block end to decision  \(latencyMicroseconds.text)")
        } else {
            lines.append("latency, block end to decision  none: pace max keeps no clock")
        }
        lines.append("compute, thread time a tick     \(computeMicroseconds.text)")
        lines.append(
            "stimulation  \(pulsesDelivered) pulses, \(Self.nanocoulombs(chargeFemtocoulombs)) nC, "
                + "at most \(Self.milliamperes(maxAmplitudeNanoamperes)) mA")
        for lead in leads {
            let charge = Self.nanocoulombs(lead.chargeFemtocoulombs)
            lines.append(
                "  lead \(lead.lead)  \(lead.pulsesDelivered) pulses, \(charge) nC, "
                    + "at most \(Self.milliamperes(lead.maxAmplitudeNanoamperes)) mA")
        }
        if !refusals.isEmpty {
            let list = refusals.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("refusals  \(list.joined(separator: ", "))")
        }
        if !alarms.isEmpty {
            let list = alarms.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            lines.append("alarms  \(list.joined(separator: ", "))")
        }
        if let adaptation {
            lines.append(
                "adaptation  \(adaptation.rule): \(adaptation.changes) changes, \(adaptation.refused) refused, "
                    + "\(adaptation.shed) blocks shed, frozen for \(adaptation.frozenTicks) ticks")
        }
        if let reach {
            lines.append(
                "reaching  \(Self.fixed(reach.targetsPerMinute, 1)) targets a minute, \(reach.missed) missed, "
                    + "path efficiency \(Self.fixed(reach.pathEfficiency, 3))")
        }
        lines.append("mode at the end  \(finalMode)")
        lines.append(
            "chip energy  \(Self.fixed(energyNanojoules, 1)) nJ (model estimate: Loihi 1, 23.6 pJ a synaptic operation)"
        )
        if let steadyAllocations { lines.append("allocations in steady ticks  \(steadyAllocations)") }
        lines.append("journal  \(journal.path), \(journal.records) records")
        lines.append("  head   \(journal.head)")
        lines.append("  seal   \(journal.seal)")
        return lines.joined(separator: "\n")
    }

    static func nanocoulombs(_ femtocoulombs: Int64) -> String { fixed(Double(femtocoulombs) / 1e6, 1) }
    static func milliamperes(_ nanoamperes: Int64) -> String { fixed(Double(nanoamperes) / 1e6, 3) }

    /// A number with a fixed count of decimals, with a point in every locale.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
    }
}

extension RunSummary.Percentiles {
    /// `p50 12.0  p99 30.1  p99.9 44.0  max 51.2 µs`.
    public var text: String {
        let parts = [("p50", p50), ("p99", p99), ("p99.9", p999), ("max", max)]
        return parts.map { "\($0.0) \(RunSummary.fixed($0.1, 1))" }.joined(separator: "  ") + " µs"
    }
}
