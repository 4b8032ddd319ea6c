import Foundation

/// How well the burst decoder finds the bursts of the circuit that made the signal.
public struct BurstDetectionReport: Sendable {
    /// Bursts of the circuit of all scored patients.
    public var bursts: Int
    /// Share of bursts with a detection that starts within 150 ms of the onset, per patient.
    public var recalls: [Double]
    /// The same with the detections of another patient: what chance gives.
    public var chance: [Double]
    /// Detections a minute that start outside every burst.
    public var falsePerMinute: Double
    /// Median ms from onset to the decision that detects, filters included; nil without a hit.
    public var onsetToDetection: Double?
    /// Median ms from onset to the first pulse, armed, over the bursts that began while nothing was delivered.
    public var onsetToPulse: Double?
    /// Bursts behind ``onsetToPulse``, and those of them that met no pulse before they ended.
    public var armedBursts: Int
    public var unansweredBursts: Int
    /// Decoded envelope in µV above which a detection starts.
    public var threshold: Double
    /// Spikes a neuron and step.
    public var activity: Double
    /// Synaptic operations a decision.
    public var operations: Double
}

/// Seconds at the start that are not scored: filters settle.
private let settling = 5
/// A hit starts at most this many ms after the onset.
let detectionWindow = 150

/// Runs the virtual patient of `seeds` seeds without stimulation and with it, and scores what the decoder found.
///
/// Truth: the subthalamic rate of the twin, enveloped without phase shift, for 100 ms or longer above the 75th
/// percentile that it has without stimulation in five patients who are not scored. Detection: the decoded envelope
/// crosses its own 75th percentile in the same five.
///
/// - Parameters:
///   - program: The `ansa` executable, which is run twice a seed.
///   - profiles: The folder Profiles.
///   - first: The first seed; below 1,001.
///   - seeds: Virtual patients.
///   - seconds: How long each is simulated.
///   - progress: Called with what is being run and the share done.
/// - Returns: the scores.
/// - Throws: the first run that failed.
public func burstDetection(
    program: String, profiles: String, first: UInt64, seeds: Int, seconds: Int,
    progress: @escaping @Sendable (String, Double) -> Void
) throws -> BurstDetectionReport {
    let runs = try AdaptiveRuns(program: program, profiles: profiles, seconds: seconds)
    defer { runs.clean() }
    let all = Double(5 + 2 * seeds)
    let others = try (0..<5).map { index in
        progress("thresholds", Double(index) / all)
        return try runs.run("adaptive-dbs", seed: 1_001 + UInt64(index), arms: false)
    }
    let truth = quantile(try others.flatMap { try circuitEnvelope($0) }, 0.75)
    let decoded = others.flatMap { $0.decisions.filter { $0.end > settling * 1_000 }.map { Double($0.value) } }
    var tally = DetectionTally(threshold: quantile(decoded, 0.75))
    for index in 0..<seeds {
        let seed = first + UInt64(index)
        progress("seed \(seed)", Double(5 + 2 * index) / all)
        let off = try runs.run("adaptive-dbs", seed: seed, arms: false)
        tally.add(
            bursts: try circuitBursts(off, above: truth), decisions: off.decisions, from: settling * 1_000,
            cost: off.cost)
        progress("seed \(seed), armed", Double(6 + 2 * index) / all)
        let armed = try runs.run("adaptive-dbs", seed: seed, arms: true)
        tally.addArmed(bursts: try circuitBursts(armed, above: truth), pulses: pulseTimes(armed.echoes.map(\.echo)))
    }
    return tally.report(minutes: Double(seeds * (seconds - settling)) / 60)
}

/// The burst envelope of the circuit, from 5 s on.
private func circuitEnvelope(_ session: AdaptiveSession) throws -> [Double] {
    try burstEnvelope(session.circuit.dropFirst(settling * 1_000))
}

/// Bursts of the circuit from 5 s on, in ms since the start of the session.
private func circuitBursts(_ session: AdaptiveSession, above level: Double) throws -> [Range<Int>] {
    let shift = settling * 1_000
    return burstRanges(try circuitEnvelope(session), above: level).map {
        ($0.lowerBound + shift)..<($0.upperBound + shift)
    }
}

/// Ms since the start of the session at which `decisions` cross `level` upwards, from 5 s on.
func detectionStarts(_ decisions: [AdaptiveDecision], above level: Double) -> [Int] {
    zip(decisions, decisions.dropFirst()).compactMap { before, now in
        Double(before.value) <= level && Double(now.value) > level ? now.end : nil
    }
}

/// For each burst the delay of the first of `starts` within 150 ms of its onset, or nil.
func detectionDelays(_ bursts: [Range<Int>], _ starts: [Int]) -> [Int?] {
    bursts.map { burst in
        starts.first { $0 >= burst.lowerBound && $0 <= burst.lowerBound + detectionWindow }.map {
            $0 - burst.lowerBound
        }
    }
}
