import Foundation
public import Loop

/// What a run, a replay or a campaign ends with.
///
/// The names of its JSON keys are a promise to scripts.
public struct RunSummary: Codable, Hashable, Sendable {
    /// Percentiles of a duration in microseconds.
    public struct Percentiles: Codable, Hashable, Sendable {
        public var p50: Double
        public var p99: Double
        public var p999: Double
        public var max: Double

        /// Percentiles in microseconds.
        public init(p50: Double, p99: Double, p999: Double, max: Double) {
            self.p50 = p50
            self.p99 = p99
            self.p999 = p999
            self.max = max
        }
    }

    /// Where the journal is and what vouches for it.
    public struct Journal: Codable, Hashable, Sendable {
        /// The session's folder.
        public var path: String
        public var records: Int64
        /// Digest of all logical records, in hexadecimal: equal for equal inputs.
        public var head: String
        /// Digest of everything in the folder, in hexadecimal: different in every session.
        public var seal: String

        /// A journal in `path`.
        public init(path: String, records: Int64, head: String, seal: String) {
            self.path = path
            self.records = records
            self.head = head
            self.seal = seal
        }
    }

    /// What left the device on one lead.
    public struct Lead: Codable, Hashable, Sendable {
        /// As the limits spell it.
        public var lead: String
        public var pulsesDelivered: Int64
        /// Of their leading phases.
        public var chargeFemtocoulombs: Int64
        public var maxAmplitudeNanoamperes: Int64

        enum CodingKeys: String, CodingKey {
            case lead
            case pulsesDelivered = "pulses_delivered"
            case chargeFemtocoulombs = "charge_fc"
            case maxAmplitudeNanoamperes = "max_amplitude_na"
        }

        /// The totals of `lead`.
        public init(
            lead: String, pulsesDelivered: Int64, chargeFemtocoulombs: Int64, maxAmplitudeNanoamperes: Int64
        ) {
            self.lead = lead
            self.pulsesDelivered = pulsesDelivered
            self.chargeFemtocoulombs = chargeFemtocoulombs
            self.maxAmplitudeNanoamperes = maxAmplitudeNanoamperes
        }
    }

    /// How a cursor was steered to targets.
    public struct Reach: Codable, Hashable, Sendable {
        /// Reached and held.
        public var targets: Int
        /// Given up.
        public var missed: Int
        public var targetsPerMinute: Double
        /// 1 for straight lines; 0 without a target.
        public var pathEfficiency: Double

        enum CodingKeys: String, CodingKey {
            case targets, missed
            case targetsPerMinute = "targets_per_minute"
            case pathEfficiency = "path_efficiency"
        }

        /// What a task came to.
        public init(targets: Int, missed: Int, targetsPerMinute: Double, pathEfficiency: Double) {
            self.targets = targets
            self.missed = missed
            self.targetsPerMinute = targetsPerMinute
            self.pathEfficiency = pathEfficiency
        }
    }

    /// Blocks that were processed.
    public var ticks: Int64
    /// Decisions that were later than the profile allows.
    public var deadlineMisses: Int64
    /// The misses by cause: compute, release, blocked.
    public var missCauses: [String: Int64]
    /// From a block's end to its decision; nil at pace max, where no clock is kept.
    public var latencyMicroseconds: Percentiles?
    /// Processor time of the tick's thread, a tick.
    public var computeMicroseconds: Percentiles
    public var decisions: Int64
    /// Pulses that the stimulator reported as delivered.
    public var pulsesDelivered: Int64
    /// Charge of their leading phases in femtocoulombs.
    public var chargeFemtocoulombs: Int64
    /// How often each interlock refused a segment, by its name.
    public var refusals: [String: Int64]
    /// How often each interlock raised an alarm, by its name: once for a cause that lasts, not once a tick.
    public var alarms: [String: Int64]
    /// The largest amplitude that was delivered, in nanoamperes.
    public var maxAmplitudeNanoamperes: Int64
    /// The mode in which the session ended.
    public var finalMode: String
    public var journal: Journal
    /// Estimated energy of the emulated chip in nanojoules.
    public var energyNanojoules: Double
    /// Ranges of samples that never arrived.
    public var gaps: Int64
    /// Allocations of the tick's thread in steady ticks; nil: not counted, because the counter was not loaded.
    public var steadyAllocations: UInt64?
    /// Lead by lead, where the profile has several loops; empty, and no key, where it has one.
    public var leads: [Lead]
    /// What was decided beside the recorded session that was played; no key where none was.
    public var shadow: ShadowComparison?
    /// What a task of reaching came to; no key where there is none.
    public var reach: Reach?
    /// What was learnt while the loop ran; no key where nothing may adapt.
    public var adaptation: AdaptationOutcome?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case ticks
        case deadlineMisses = "deadline_misses"
        case missCauses = "miss_causes"
        case latencyMicroseconds = "latency_us"
        case computeMicroseconds = "compute_us"
        case decisions
        case pulsesDelivered = "pulses_delivered"
        case chargeFemtocoulombs = "charge_fc"
        case refusals
        case alarms
        case maxAmplitudeNanoamperes = "max_amplitude_na"
        case finalMode = "mode_final"
        case journal
        case energyNanojoules = "energy_nj"
        case gaps
        case steadyAllocations = "steady_allocations"
        case leads, shadow, adaptation, reach
    }

    /// A summary of what was measured; nothing has a default, so that nothing is invented.
    public init(
        ticks: Int64, deadlineMisses: Int64, missCauses: [String: Int64], latencyMicroseconds: Percentiles?,
        computeMicroseconds: Percentiles,
        decisions: Int64, pulsesDelivered: Int64, chargeFemtocoulombs: Int64, refusals: [String: Int64],
        alarms: [String: Int64], maxAmplitudeNanoamperes: Int64, finalMode: String, journal: Journal,
        energyNanojoules: Double, gaps: Int64,
        steadyAllocations: UInt64?, leads: [Lead] = []
    ) {
        self.ticks = ticks
        self.deadlineMisses = deadlineMisses
        self.missCauses = missCauses
        self.latencyMicroseconds = latencyMicroseconds
        self.computeMicroseconds = computeMicroseconds
        self.decisions = decisions
        self.pulsesDelivered = pulsesDelivered
        self.chargeFemtocoulombs = chargeFemtocoulombs
        self.refusals = refusals
        self.alarms = alarms
        self.maxAmplitudeNanoamperes = maxAmplitudeNanoamperes
        self.finalMode = finalMode
        self.journal = journal
        self.energyNanojoules = energyNanojoules
        self.gaps = gaps
        self.steadyAllocations = steadyAllocations
        self.leads = leads
    }

    /// Encodes every key; what is nil becomes `null` (`latency_us`) or the words "not counted" (`steady_allocations`).
    public func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: CodingKeys.self)
        try box.encode(ticks, forKey: .ticks)
        try box.encode(deadlineMisses, forKey: .deadlineMisses)
        try box.encode(missCauses, forKey: .missCauses)
        if let latencyMicroseconds {
            try box.encode(latencyMicroseconds, forKey: .latencyMicroseconds)
        } else {
            try box.encodeNil(forKey: .latencyMicroseconds)
        }
        try box.encode(computeMicroseconds, forKey: .computeMicroseconds)
        try box.encode(decisions, forKey: .decisions)
        try box.encode(pulsesDelivered, forKey: .pulsesDelivered)
        try box.encode(chargeFemtocoulombs, forKey: .chargeFemtocoulombs)
        try box.encode(refusals, forKey: .refusals)
        try box.encode(alarms, forKey: .alarms)
        try box.encode(maxAmplitudeNanoamperes, forKey: .maxAmplitudeNanoamperes)
        try box.encode(finalMode, forKey: .finalMode)
        try box.encode(journal, forKey: .journal)
        try box.encode(energyNanojoules, forKey: .energyNanojoules)
        try box.encode(gaps, forKey: .gaps)
        if let steadyAllocations {
            try box.encode(steadyAllocations, forKey: .steadyAllocations)
        } else {
            try box.encode("not counted", forKey: .steadyAllocations)
        }
        if !leads.isEmpty { try box.encode(leads, forKey: .leads) }
        try box.encodeIfPresent(shadow, forKey: .shadow)
        try box.encodeIfPresent(adaptation, forKey: .adaptation)
        try box.encodeIfPresent(reach, forKey: .reach)
    }

    /// Reads what ``encode(to:)`` wrote.
    public init(from decoder: any Decoder) throws {
        let box = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            ticks: try box.decode(Int64.self, forKey: .ticks),
            deadlineMisses: try box.decode(Int64.self, forKey: .deadlineMisses),
            missCauses: try box.decode([String: Int64].self, forKey: .missCauses),
            latencyMicroseconds: try box.decodeIfPresent(Percentiles.self, forKey: .latencyMicroseconds),
            computeMicroseconds: try box.decode(Percentiles.self, forKey: .computeMicroseconds),
            decisions: try box.decode(Int64.self, forKey: .decisions),
            pulsesDelivered: try box.decode(Int64.self, forKey: .pulsesDelivered),
            chargeFemtocoulombs: try box.decode(Int64.self, forKey: .chargeFemtocoulombs),
            refusals: try box.decode([String: Int64].self, forKey: .refusals),
            alarms: try box.decode([String: Int64].self, forKey: .alarms),
            maxAmplitudeNanoamperes: try box.decode(Int64.self, forKey: .maxAmplitudeNanoamperes),
            finalMode: try box.decode(String.self, forKey: .finalMode),
            journal: try box.decode(Journal.self, forKey: .journal),
            energyNanojoules: try box.decode(Double.self, forKey: .energyNanojoules),
            gaps: try box.decode(Int64.self, forKey: .gaps),
            steadyAllocations: try? box.decode(UInt64.self, forKey: .steadyAllocations),
            leads: try box.decodeIfPresent([Lead].self, forKey: .leads) ?? [])
        shadow = try box.decodeIfPresent(ShadowComparison.self, forKey: .shadow)
        reach = try box.decodeIfPresent(Reach.self, forKey: .reach)
        adaptation = try box.decodeIfPresent(AdaptationOutcome.self, forKey: .adaptation)
    }

    /// One JSON object with sorted keys, indented by two.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
