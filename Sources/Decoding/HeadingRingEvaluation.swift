import Neuromorphic

/// What the heading ring comes to over several seeds, in the shape of a decoder's score.
public struct HeadingRingReport: Hashable, Sendable, Codable {
    /// What the value is compared with.
    public struct Baseline: Hashable, Sendable, Codable {
        public var name: String
        public var value: Double
    }

    /// A goal, what was found, and whether it holds.
    public struct Goal: Hashable, Sendable, Codable {
        public var name: String
        public var value: Double
        public var goal: Double
        public var unit: String
        public var holds: Bool
    }

    public var metric = "heading_error_rms_deg"
    /// With landmarks, degrees.
    public var value: Double
    public var baseline: Baseline
    /// The first of the seeds.
    public var seed: UInt64
    public var seeds: Int
    public var split: String
    /// Spikes a cell and step.
    public var activity: Double
    /// Synaptic operations a second: every spike reaches every cell.
    public var operations: Double
    /// A second, model estimate.
    public var energyNanojoules: Double
    public var energySource: String
    /// Of the mean over seeds of the error, by a bootstrap over seeds.
    public var confidence: [Double]
    public var goals: [Goal]
    /// Figures without a goal, degrees.
    public var others: [String: Double]

    enum CodingKeys: String, CodingKey {
        case metric, value, baseline, seed, seeds, split, activity, operations, goals, others
        case energyNanojoules = "energy_nj"
        case energySource = "energy_source"
        case confidence = "ci95"
    }
}

/// Walks over `seeds` seeds from `seed` on, of `seconds` each; `progress` is told how far it is.
public func evaluateHeadingRing(
    _ settings: HeadingRingSettings = HeadingRingSettings(), seed: UInt64 = 1, seeds: Int = 8, seconds: Int = 60,
    progress: (Double) -> Void = { _ in }
) -> HeadingRingReport {
    var (lost, alone) = (settings, settings)
    lost.lostShare = 0.1
    alone.excitation = 0
    var dark = HeadingTrial(isBiased: false)
    var cued = HeadingTrial(isBiased: true, landmarkEvery: 4)
    var biased = HeadingTrial(isBiased: true)
    (dark.seconds, cued.seconds, biased.seconds) = (seconds, seconds, seconds)
    let conditions: [(HeadingTrial, HeadingRingSettings)] = [
        (cued, settings), (cued, lost), (cued, alone), (dark, settings), (dark, lost), (biased, settings),
    ]
    var outcomes = conditions.map { _ in [HeadingTrial.Outcome]() }
    var jumps: [Double] = []
    for index in 0..<max(1, seeds) {
        for (condition, (trial, ring)) in conditions.enumerated() {
            outcomes[condition].append(trial.run(ring, seed: seed &+ UInt64(index)))
            let done = Double(index * conditions.count + condition + 1)
            progress(done / Double(conditions.count * max(1, seeds)))
        }
        jumps.append(HeadingTrial.jumpSeconds(settings, seed: seed &+ UInt64(index)))
    }
    return report(outcomes, jumps, settings, seed: seed, minutes: Double(seconds) / 60)
}

private func report(
    _ outcomes: [[HeadingTrial.Outcome]], _ jumps: [Double], _ settings: HeadingRingSettings, seed: UInt64,
    minutes: Double
) -> HeadingRingReport {
    let errors = outcomes.map { rootMeanSquare($0.map(\.error)) }
    let drifts = outcomes.map { rootMeanSquare($0.map(\.last)) / minutes }
    let spikes = Double(outcomes[0].reduce(0) { $0 + $1.spikes })
    let updates = Double(outcomes[0].reduce(0) { $0 + $1.updates })
    let operations = spikes / Double(jumps.count) / (minutes * 60 + 1) * Double(settings.cells)
    func goal(_ name: String, _ value: Double, _ goal: Double, _ unit: String, atLeast: Bool = false)
        -> HeadingRingReport.Goal
    {
        .init(name: name, value: value, goal: goal, unit: unit, holds: atLeast ? value >= goal : value <= goal)
    }
    return HeadingRingReport(
        value: errors[0],
        baseline: .init(
            name: "dead reckoning by the same turning cue", value: rootMeanSquare(outcomes[0].map(\.deadReckoning))),
        seed: seed, seeds: jumps.count, split: "none: nothing is fitted; the first 10 s of each walk do not count",
        activity: spikes / max(1, updates), operations: operations,
        energyNanojoules: EnergyTable.loihi1.nanojoules(synapticOperations: Int64(operations)),
        energySource: "model estimate: Loihi 1, 23.6 pJ a synaptic operation",
        confidence: bootstrapped(outcomes[0].map(\.error), seed: seed),
        goals: [
            goal("error with landmarks, root mean square", errors[0], 10, "deg"),
            goal("drift in the dark, root mean square", drifts[3], 30, "deg/min"),
            goal("slowest recovery from a jump of 90 degrees", jumps.max() ?? 3, 2, "s"),
            goal("error with 10 % of the cells lost, over the whole ring's", errors[1] / errors[0], 2, "1"),
            goal("error without recurrence", errors[2], 60, "deg", atLeast: true),
        ],
        others: [
            "drift in the dark with 10 % of the cells lost, deg/min": drifts[4],
            "error in the dark with the sensor's own errors, deg": errors[5],
            "dead reckoning in the dark with the sensor's own errors, deg":
                rootMeanSquare(outcomes[5].map(\.deadReckoning)),
        ])
}

private func rootMeanSquare(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(max(1, values.count))).squareRoot()
}

/// The 2.5th and 97.5th percentile of the mean over 2,000 draws with replacement.
private func bootstrapped(_ values: [Double], seed: UInt64) -> [Double] {
    var stream = SeededStream(seed: seed, stream: 0x4249)
    var means: [Double] = []
    for _ in 0..<2_000 {
        var sum = 0.0
        for _ in values { sum += values[stream.below(values.count)] }
        means.append(sum / Double(values.count))
    }
    means.sort()
    return [means[49], means[1_949]]
}
