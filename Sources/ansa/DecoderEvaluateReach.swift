import Configuration
import Decoding
import Foundation
import Neuromorphic
import Sessions

/// Velocity of the hand from spike counts: the spiking network beside Wiener and Kalman filters.
///
/// Without `decoder` networks are trained for several seeds, and the median is the value; with it, that one is scored.
func evaluateReach(_ arguments: ParsedArguments, decoder: CalibratedDecoder?) throws -> EvaluationReport {
    guard let folder = arguments.text("data") else {
        throw Failure(ExitCode.usage, "reach needs a recording: --data <folder with spikes.npy and hand_velocity.npy>")
    }
    let reach = try ReachRecording(folder: folder)
    let bench = try ReachBench(reach)
    if let decoder {
        try decoder.check(reach)
        let run = try bench.run(decoder.graph, scheme: decoder.scheme)
        var report = bench.report([run], seed: decoder.file.seed)
        report.profile = decoder.folder
        let isSame = decoder.file.dataHash == (try reachDataHash(folder))
        report.notes.append(
            isSame
                ? "the network was fitted to the first 80 % of these data"
                : "the network was fitted to other data (its data hash differs)")
        return report
    }
    let first = UInt64(arguments.integer("seed") ?? 1), count = Int(arguments.integer("seeds") ?? 5)
    let interruption = Interruption()
    defer { interruption.restore() }
    var runs: [NetworkRun] = []
    var started = Date()
    var longest = 0.0
    for index in 0..<count {
        var settings = RecurrentSettings()
        settings.seed = first + UInt64(index)
        started = Date()
        let trained = try RecurrentDecoder.trained(
            counts: reach.counts, target: reach.velocity, split: reach.split, bin: reach.bin, settings: settings
        ) { now in
            let share = (Double(index) + Double(now.epoch) / Double(now.epochs)) / Double(count)
            showProgress(share, "seed \(settings.seed), epoch \(now.epoch), validation R² \(fixed(now.best, 3))")
            return !interruption.isAsked
        }
        longest = max(longest, Date().timeIntervalSince(started))
        runs.append(try bench.run(trained.decoder.graph(), scheme: RecurrentDecoder.scheme))
    }
    var report = bench.report(runs, seed: first)
    report.details["longest training of a seed, s"] = longest
    return report
}

/// The test part, the baselines on it, and what a network's outputs are worth there.
private struct ReachBench {
    let reach: ReachRecording
    let target: Matrix
    let wiener: Matrix
    let baselines: [BaselineScore]

    init(_ reach: ReachRecording) throws {
        self.reach = reach
        let split = reach.split
        let target = reach.velocity.rows(split.test)
        let filter = try WienerFilter(counts: reach.counts, target: reach.velocity, split: split)
        wiener = filter.predict(reach.counts, split.test)
        self.target = target
        guard let position = reach.position else {
            baselines = []
            return
        }
        let state = reach.velocity.beside(position)
        func kalman(_ lag: Int, _ name: String) throws -> BaselineScore {
            let filter = try KalmanFilter(counts: reach.counts, state: state, range: split.fit, lag: lag)
            let found = try filter.predict(reach.counts, split.test).centred(on: filter.stateMeans.map { -$0 })
            return BaselineScore(
                name: name, value: DecodingScore.varianceWeighted(target, by: found.firstColumns(2)))
        }
        let lag = try KalmanFilter.bestLag(counts: reach.counts, state: state, split: split)
        baselines = [
            try kalman(0, "Kalman filter"),
            try kalman(lag, "Kalman filter, lag \(lag) bins (validation)"),
        ]
    }

    func run(_ graph: NIRGraph, scheme: Scheme) throws -> NetworkRun {
        let chip = try ChipNetwork(graph: graph, backend: .float, dt: reach.bin, scheme: scheme)
        return try NetworkRun(graph, on: chip, input: reach.counts, range: reach.split.test, warmUp: 60)
    }

    func report(_ runs: [NetworkRun], seed: UInt64) -> EvaluationReport {
        let scores = runs.map { DecodingScore.varianceWeighted(target, by: $0.output) }
        let middle = scores.sorted()[scores.count / 2]
        let bootstrap = BlockBootstrap(block: max(1, Int((10 / reach.bin).rounded())))
        let linear = DecodingScore.varianceWeighted(target, by: wiener)
        let interval = bootstrap.interval(target, [wiener] + runs.map(\.output)) { each in
            each.dropFirst().reduce(0, +) / Double(runs.count) - each[0]
        }
        let cost = runs[0].cost
        let operations = runs.map { $0.cost.effective }.reduce(0, +) / Double(runs.count)
        var details: [String: Double] = [
            "least over seeds": scores.min() ?? 0, "most over seeds": scores.max() ?? 0,
            "largest activity": runs.compactMap(\.activity).max() ?? 0,
            "footprint, bytes": Double(cost.footprintBytes), "connection sparsity": cost.connectionSparsity,
            "activation sparsity": cost.activationSparsity, "dense operations": cost.dense,
            "effective MACs": cost.effectiveMACs, "effective ACs": cost.effectiveACs,
            "execution rate, Hz": cost.executionRate ?? 0,
        ]
        for (index, score) in scores.enumerated() { details["R², seed \(seed + UInt64(index))"] = score }
        let activities = runs.compactMap(\.activity)
        return EvaluationReport(
            profile: "reach", metric: "R² of hand velocity, variance-weighted (median over seeds)", value: middle,
            baseline: BaselineScore(name: "Wiener filter", value: linear), otherBaselines: baselines, seed: seed,
            split: "bins " + reach.split.description, activity: activities.reduce(0, +) / Double(activities.count),
            operations: operations, energy: EnergyEstimate(operations: operations),
            ci95: [interval.lowerBound, interval.upperBound],
            ci95Of: "mean over seeds − Wiener filter, blocks of 10 s, paired", details: details,
            notes: [verdict(interval)])
    }

    private func verdict(_ interval: ClosedRange<Double>) -> String {
        if interval.lowerBound > 0 { return "better than the Wiener filter: the interval excludes 0" }
        if interval.upperBound < 0 { return "worse than the Wiener filter: the interval excludes 0" }
        return "not shown to be better or worse than the Wiener filter: the interval holds 0"
    }
}

/// The hash of the arrays that a reach decoder is fitted to.
func reachDataHash(_ folder: String) throws -> String {
    let hash = RunningHash()
    for name in ["spikes.npy", "hand_velocity.npy"] {
        let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name), options: .mappedIfSafe)
        unsafe data.withUnsafeBytes { unsafe hash.add($0) }
    }
    return hash.digest().description
}
