import Foundation
import Signal

/// One row of the table: a way to stimulate, over all seeds.
public struct AdaptiveRow: Codable, Sendable {
    public var name: String
    /// 1 − power of the circuit (10–35 Hz) over its power without stimulation: mean and standard deviation.
    public var suppression: Double
    public var suppressionSpread: Double
    /// Suppression over continuous stimulation's: mean, spread, least.
    public var x: Double
    public var xSpread: Double
    public var xLeast: Double
    /// Charge over continuous stimulation's: mean, spread, most.
    public var y: Double
    public var ySpread: Double
    public var yMost: Double
    /// Share of time in bursts above the threshold of the same patient without stimulation.
    public var timeAbove: Double
    /// Mean length of those bursts in ms.
    public var burstMilliseconds: Double
    /// Per seed, for paired comparisons.
    public var timeAboveBySeed: [Double]
}

/// What `ansa bench adaptive` found.
public struct AdaptiveReport: Codable, Sendable {
    public var seeds: Int
    public var seconds: Int
    /// Percentiles 20, 30 and 40 of the decoded envelope without stimulation, µV, on seeds that are not scored.
    public var calibration: [Double]
    public var rows: [AdaptiveRow]
    /// Each line of the acceptance, and whether it holds.
    public var acceptance: [String: Bool]
}

/// What one seed gave under one condition.
private struct AdaptiveScore: Sendable {
    var power: Double
    var charge: Double
    var envelope: [Double]
}

/// Seconds at the start that are not scored: filters settle, output starts after one second.
private let settling = 5

/// Runs the virtual patient of `seeds` seeds under every condition through the whole loop at pace max.
///
/// - Parameters:
///   - program: The `ansa` executable, which is run once a seed and condition.
///   - profiles: The folder Profiles.
///   - seeds: Virtual patients.
///   - seconds: How long each is simulated under each condition.
///   - progress: Called with what is being run and the share done.
/// - Returns: the table and the acceptance.
/// - Throws: the first run that failed.
public func adaptiveCohort(
    program: String, profiles: String, seeds: Int, seconds: Int, progress: @escaping @Sendable (String, Double) -> Void
) async throws -> AdaptiveReport {
    let runs = try AdaptiveRuns(program: program, profiles: profiles, seconds: seconds)
    defer { runs.clean() }
    let scored = (1...UInt64(seeds)).map { $0 }
    let others = (1_001...1_005).map { UInt64($0) }
    let calibration = try await inTurns(others) { seed in
        progress("calibration", 0)
        return try runs.run("adaptive-dbs", seed: seed, arms: false).decoded.dropFirst(100 * settling).map(Double.init)
    }.flatMap { $0 }
    let levels = [0.2, 0.3, 0.4].map { quantile(calibration, $0) }
    let ramps = "ramp_up: 20 mA/s, ramp_down: 20 mA/s"
    try runs.variant(
        of: "adaptive-dbs", name: "dual",
        controller: "{kind: dual-threshold, lower: \(volts(levels[0])), upper: \(volts(levels[2])), \(ramps)}")
    try runs.variant(
        of: "adaptive-dbs", name: "on-off",
        controller: "{kind: on-off, threshold: \(volts(levels[1])), dwell: 200 ms, \(ramps)}")
    var table = Conditions(runs: runs, seeds: scored, progress: progress)
    try await table.fill(ramps: ramps)
    let rows = try table.rows()
    return AdaptiveReport(
        seeds: seeds, seconds: seconds, calibration: levels, rows: rows, acceptance: acceptance(rows))
}

/// `7.400 uV` for a profile.
private func volts(_ value: Double) -> String {
    String(format: "%.3f uV", locale: Locale(identifier: "en_US_POSIX"), value)
}

/// Runs `work` on every element, two at a time, and keeps the order.
private func inTurns<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ work: @escaping @Sendable (Element) throws -> Result
) async throws -> [Result] {
    var results: [Int: Result] = [:]
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
        var next = 0
        func add() {
            guard next < elements.count else { return }
            let (index, element) = (next, elements[next])
            group.addTask { (index, try work(element)) }
            next += 1
        }
        add()
        add()
        while let (index, result) = try await group.next() {
            results[index] = result
            add()
        }
    }
    return elements.indices.compactMap { results[$0] }
}

/// The conditions of the table and what every seed gave under each.
private struct Conditions {
    let runs: AdaptiveRuns
    let seeds: [UInt64]
    let progress: @Sendable (String, Double) -> Void
    private var scores: [String: [AdaptiveScore]] = [:]
    private static let names = ["off", "continuous", "on-off", "dual", "replay", "low"]

    init(runs: AdaptiveRuns, seeds: [UInt64], progress: @escaping @Sendable (String, Double) -> Void) {
        self.runs = runs
        self.seeds = seeds
        self.progress = progress
    }

    mutating func fill(ramps: String) async throws {
        scores["off"] = try await live("adaptive-dbs", arms: false, share: 0.1).map(score)
        scores["continuous"] = try await live("continuous-dbs", arms: true, share: 0.25).map(score)
        let switched = try await live("on-off", arms: true, share: 0.4)
        scores["on-off"] = try switched.map(score)
        scores["dual"] = try await live("dual", arms: true, share: 0.6).map(score)
        scores["replay"] = try await replayed(switched)
        let milliamperes = 2 * charge(of: "on-off") / max(1, charge(of: "continuous"))
        let amplitude = String(format: "%.3f mA", locale: Locale(identifier: "en_US_POSIX"), milliamperes)
        try runs.variant(
            of: "continuous-dbs", name: "low", controller: "{kind: open-loop, amplitude: \(amplitude), \(ramps)}")
        scores["low"] = try await live("low", arms: true, share: 0.9).map(score)
    }

    private func charge(of name: String) -> Double { meanAndSpread((scores[name] ?? []).map(\.charge)).mean }

    private func live(_ profile: String, arms: Bool, share: Double) async throws -> [AdaptiveSession] {
        let (runs, progress) = (runs, progress)
        return try await inTurns(seeds) { seed in
            progress("\(profile)\(arms ? "" : " (off)"), seed \(seed)", share)
            return try runs.run(profile, seed: seed, arms: arms)
        }
    }

    /// Every patient under the pulses that were meant for the next one.
    private func replayed(_ sessions: [AdaptiveSession]) async throws -> [AdaptiveScore] {
        let montage = Montage([Channel(label: "LFP")])
        let (seeds, seconds) = (seeds, runs.seconds)
        return try await inTurns(Array(seeds.indices)) { index in
            let donor = sessions[(index + 1) % sessions.count]
            let circuit = try circuit(
                seed: seeds[index], montage: montage, ticks: Int64(seconds) * 100, frames: 10, pulses: donor)
            return try scored(circuit, charge: donor.chargeFemtocoulombs)
        }
    }

    private func score(_ session: AdaptiveSession) throws -> AdaptiveScore {
        try scored(session.circuit, charge: session.chargeFemtocoulombs)
    }

    func rows() throws -> [AdaptiveRow] {
        guard let off = scores["off"], let continuous = scores["continuous"] else { return [] }
        return Self.names.compactMap { name in scores[name].map { row(name, $0, off: off, continuous: continuous) } }
    }

    private func row(
        _ name: String, _ found: [AdaptiveScore], off: [AdaptiveScore], continuous: [AdaptiveScore]
    ) -> AdaptiveRow {
        let suppressions = seeds.indices.map { 1 - found[$0].power / off[$0].power }
        let best = seeds.indices.map { 1 - continuous[$0].power / off[$0].power }
        let shares = seeds.indices.map { suppressions[$0] / best[$0] }
        let charges = seeds.indices.map { found[$0].charge / max(1, continuous[$0].charge) }
        let times = seeds.indices.map { bursts(found[$0].envelope, above: quantile(off[$0].envelope, 0.75)) }
        let lengths = times.map(\.meanMilliseconds).filter { $0 > 0 }
        let (suppression, x, y) = (meanAndSpread(suppressions), meanAndSpread(shares), meanAndSpread(charges))
        return AdaptiveRow(
            name: name, suppression: suppression.mean, suppressionSpread: suppression.spread, x: x.mean,
            xSpread: x.spread, xLeast: shares.min() ?? 0, y: y.mean, ySpread: y.spread, yMost: charges.max() ?? 0,
            timeAbove: meanAndSpread(times.map(\.share)).mean, burstMilliseconds: meanAndSpread(lengths).mean,
            timeAboveBySeed: times.map(\.share))
    }
}

private func scored(_ circuit: [Double], charge: Int64) throws -> AdaptiveScore {
    let kept = circuit.dropFirst(settling * 1_000)
    return AdaptiveScore(power: betaPower(kept), charge: Double(charge), envelope: try burstEnvelope(kept))
}

/// The lines of the acceptance: both controllers against continuous stimulation and against the replayed pulses.
private func acceptance(_ rows: [AdaptiveRow]) -> [String: Bool] {
    func row(_ name: String) -> AdaptiveRow? { rows.first { $0.name == name } }
    guard let continuous = row("continuous"), let replay = row("replay") else { return [:] }
    var lines = ["continuous suppresses .78 ± .03": abs(continuous.suppression - 0.78) <= 0.03]
    for name in ["on-off", "dual"] {
        guard let found = row(name) else { continue }
        lines["\(name): every seed X ≥ .5"] = found.xLeast >= 0.5
        lines["\(name): every seed Y ≤ .6"] = found.yMost <= 0.6
        lines["\(name): mean X ≥ .68"] = found.x >= 0.68
        lines["\(name): mean Y ≤ .48"] = found.y <= 0.48
        let pairs = zip(found.timeAboveBySeed, replay.timeAboveBySeed)
        let ratios = pairs.map { $0 / max($1, 1e-9) }
        lines["\(name): time above ≤ .6 × replay's (median)"] = quantile(ratios, 0.5) <= 0.6
        lines["\(name): shorter than replay's in ≥ 90 % of seeds"] =
            Double(ratios.count { $0 < 1 }) >= 0.9 * Double(max(1, ratios.count))
    }
    return lines
}
