import Configuration
import Interlocks
import Loop
import Monitor
import Neuromorphic
import Sessions
import Signal
import Stimulation

extension RunSummary {
    /// The summary of a loop that has ended; `leads` where there are several.
    init(_ outcome: LoopOutcome, journal: JournalSummary, pace: Pace, leads: [(name: String, place: Int)]) {
        let statistics = outcome.statistics
        let named = { (counts: [Int: Int64]) in
            [String: Int64](uniqueKeysWithValues: counts.map { ("IL-\($0 < 10 ? "0" : "")\($0)", $1) })
        }
        self.init(
            ticks: statistics.ticks, deadlineMisses: statistics.misses,
            missCauses: [
                "compute": statistics.missesByCause[MissCause.compute.rawValue],
                "release": statistics.missesByCause[MissCause.release.rawValue],
                "blocked": statistics.missesByCause[MissCause.blocked.rawValue],
            ],
            latencyMicroseconds: pace == .real ? Percentiles(statistics.latency) : nil,
            computeMicroseconds: Percentiles(statistics.compute), decisions: outcome.decisions,
            pulsesDelivered: outcome.last.deliveredPulses, chargeFemtocoulombs: outcome.last.deliveredCharge,
            refusals: named(outcome.refusals), alarms: named(outcome.alarms),
            maxAmplitudeNanoamperes: outcome.last.maximumAmplitude,
            finalMode: modeName(Mode(rawValue: UInt8(truncatingIfNeeded: outcome.last.mode)) ?? .latched),
            journal: Journal(path: journal.path, records: journal.records, head: journal.head, seal: journal.seal),
            energyNanojoules: EnergyTable.loihi1.nanojoules(synapticOperations: outcome.synapticOperations),
            gaps: statistics.gaps, steadyAllocations: statistics.steadyAllocations.map { UInt64($0) },
            leads: leads.map { lead in
                let totals = outcome.leads[lead.place]
                return Lead(
                    lead: lead.name, pulsesDelivered: totals.pulses, chargeFemtocoulombs: totals.charge.value,
                    maxAmplitudeNanoamperes: totals.maximumAmplitude.value)
            })
        adaptation = outcome.adaptation
    }
}

extension RunSummary.Percentiles {
    /// Microseconds, from a histogram of nanoseconds; 0 where nothing was measured.
    init(_ histogram: LatencyHistogram) {
        let microseconds = { (quantile: Double) in Double(histogram.value(at: quantile) ?? 0) / 1_000 }
        self.init(
            p50: microseconds(0.5), p99: microseconds(0.99), p999: microseconds(0.999),
            max: Double(histogram.maximum) / 1_000)
    }
}
