import Neuromorphic

/// A decoder that a score is held against.
struct BaselineScore: Encodable, Sendable {
    let name: String
    let value: Double
}

/// What `ansa decoder evaluate` found.
///
/// Keys that hold nothing are null, never absent.
struct EvaluationReport: Encodable, Sendable {
    var profile: String
    var metric: String
    var value: Double
    var baseline: BaselineScore
    var otherBaselines: [BaselineScore] = []
    var seed: UInt64
    /// How data were divided, in words.
    var split: String
    /// Spikes a neuron and step.
    var activity: Double?
    /// Synaptic operations a decision.
    var operations: Double?
    var energy = EnergyEstimate(operations: nil)
    /// The 95 % interval of what ``ci95Of`` says.
    var ci95: [Double]?
    var ci95Of: String
    /// Further numbers by name.
    var details: [String: Double] = [:]
    /// What must be known to read the numbers.
    var notes: [String] = []

    enum CodingKeys: String, CodingKey {
        case profile, metric, value, baseline, otherBaselines, seed, split, activity, operations, energyNj, energySource
        case hostJoules, ci95, ci95Of, details, notes
    }

    func encode(to encoder: any Encoder) throws {
        var box = encoder.container(keyedBy: CodingKeys.self)
        try box.encode(profile, forKey: .profile)
        try box.encode(metric, forKey: .metric)
        try box.encode(value, forKey: .value)
        try box.encode(baseline, forKey: .baseline)
        try box.encode(otherBaselines, forKey: .otherBaselines)
        try box.encode(seed, forKey: .seed)
        try box.encode(split, forKey: .split)
        try box.encode(activity, forKey: .activity)
        try box.encode(operations, forKey: .operations)
        try box.encode(energy.nanojoules, forKey: .energyNj)
        try box.encode(energy.source, forKey: .energySource)
        try box.encode("not measured", forKey: .hostJoules)
        try box.encode(ci95, forKey: .ci95)
        try box.encode(ci95Of, forKey: .ci95Of)
        try box.encode(details, forKey: .details)
        try box.encode(notes, forKey: .notes)
    }

    /// For a person.
    var text: String {
        var lines = ["\(profile): \(metric)", line("value", value), line(baseline.name, baseline.value)]
        lines += otherBaselines.map { line($0.name, $0.value) }
        if let ci95 {
            lines.append("  95 % interval of \(ci95Of): \(fixed(ci95[0], 3)) to \(fixed(ci95[1], 3))")
        }
        lines += details.sorted { $0.key < $1.key }.map { line($0.key, $0.value) }
        lines.append("  split: \(split); seed \(seed)")
        if let activity { lines.append("  activity: \(fixed(activity, 4)) spikes a neuron and step") }
        if let operations { lines.append("  synaptic operations a decision: \(fixed(operations, 0))") }
        lines.append("  energy a decision: \(energy.text); host: not measured")
        return (lines + notes.map { "  \($0)" }).joined(separator: "\n")
    }

    private func line(_ name: String, _ value: Double) -> String {
        "  \(name)" + String(repeating: " ", count: max(1, 34 - name.count)) + fixed(value, 3)
    }
}

/// What the operations would cost on a chip with a published figure: a model estimate, never a measurement.
struct EnergyEstimate: Sendable {
    let nanojoules: Double?
    let source: String

    /// Nothing where nothing was counted.
    init(operations: Double?) {
        let table = EnergyTable.loihi1
        nanojoules = operations.map { $0 * table.picojoules / 1_000 }
        source = "model estimate: synaptic operations × \(table.picojoules) pJ (\(table.name)), \(table.source)"
    }

    var text: String { nanojoules.map { "\(fixed($0, 1)) nJ (\(source))" } ?? "no estimate, no operations on a chip" }
}
