import Configuration
import Decoding
import Foundation
import Glibc
import Neuromorphic
import Sessions
import Signal

/// Grip force from field potentials of a patient: a recurrent spiking network beside the linear filter, in the order of
/// time.
func evaluateGripForce(_ arguments: ParsedArguments) throws -> EvaluationReport {
    let recording = try GripRecording(arguments)
    let (first, seeds) = (UInt64(arguments.integer("seed") ?? 1), Int(arguments.integer("seeds") ?? 5))
    let split = TimeSplit(recording.features.rows)
    let target = recording.force.rows(split.test)
    let filter = try WienerFilter(counts: recording.features, target: recording.force, split: split, taps: 4)
    let linear = filter.predict(recording.features, split.test)
    let interruption = Interruption()
    defer { interruption.restore() }
    var runs: [NetworkRun] = []
    for index in 0..<seeds {
        let settings = shortRecordingSettings(seed: first + UInt64(index))
        let trained = try RecurrentDecoder.trained(
            counts: recording.features, target: recording.force, split: split, bin: GripRecording.bin,
            settings: settings
        ) { now in
            let share = (Double(index) + Double(now.epoch) / Double(now.epochs)) / Double(seeds)
            showProgress(share, "seed \(settings.seed), epoch \(now.epoch)")
            return !interruption.isAsked
        }
        let graph = try trained.decoder.graph()
        let chip = try ChipNetwork(
            graph: graph, backend: .float, dt: GripRecording.bin, scheme: RecurrentDecoder.scheme)
        runs.append(
            try NetworkRun(graph, on: chip, input: recording.features, range: split.test, warmUp: settings.warmUp))
    }
    showProgress(1, "")
    return gripReport(runs, target: target, linear: linear, seed: first, split: split, recording)
}

/// The protocol of reaching, shortened to what 19 s of recording hold.
private func shortRecordingSettings(seed: UInt64) -> RecurrentSettings {
    var settings = RecurrentSettings()
    settings.hidden = 64
    settings.window = 40
    settings.scored = 30
    settings.stride = 5
    settings.warmUp = 20
    settings.seed = seed
    return settings
}

private func gripReport(
    _ runs: [NetworkRun], target: Matrix, linear: Matrix, seed: UInt64, split: TimeSplit, _ recording: GripRecording
) -> EvaluationReport {
    let scores = runs.map { DecodingScore.varianceWeighted(target, by: $0.output) }
    let second = max(1, Int((1 / GripRecording.bin).rounded()))
    let interval = BlockBootstrap(block: second).interval(target, [linear] + runs.map(\.output)) { each in
        each.dropFirst().reduce(0, +) / Double(runs.count) - each[0]
    }
    let operations = runs.map { $0.cost.effective }.reduce(0, +) / Double(runs.count)
    let activities = runs.compactMap(\.activity)
    var details = ["least over seeds": scores.min() ?? 0, "most over seeds": scores.max() ?? 0]
    details["test, s"] = Double(split.test.count) * GripRecording.bin
    return EvaluationReport(
        profile: "grip-force", metric: "R² of grip force (median over seeds)", value: scores.sorted()[scores.count / 2],
        baseline: BaselineScore(
            name: "linear filter, 4 bins", value: DecodingScore.varianceWeighted(target, by: linear)),
        seed: seed, split: "bins of 50 ms, " + split.description,
        activity: activities.isEmpty ? nil : activities.reduce(0, +) / Double(activities.count), operations: operations,
        energy: EnergyEstimate(operations: operations), ci95: [interval.lowerBound, interval.upperBound],
        ci95Of: "mean over seeds − linear filter, blocks of 1 s, paired", details: details,
        notes: [
            "\(recording.channels) channels × \(GripRecording.bands.count) bands of log power, causal; one patient: "
                + "four seconds of test say little"
        ])
}

/// Log band power of every field potential, and the force, in bins of 50 ms.
private struct GripRecording {
    static let bin = 0.05
    /// Hz: theta, alpha, low beta, high beta, gamma.
    static let bands = [(4.0, 8.0), (8.0, 13.0), (13.0, 20.0), (20.0, 35.0), (60.0, 90.0)]
    let features: Matrix
    let force: Matrix
    let channels: Int

    /// The recording of `--data`, or the one that the profile names.
    init(_ arguments: ParsedArguments) throws {
        let reader = try GripRecording.reader(arguments)
        let labels = reader.montage.channels.map(\.label)
        guard let forceColumn = labels.firstIndex(where: { $0.hasPrefix("MOV") }) else {
            throw Failure(
                ExitCode.badFile,
                "no channel of force, whose label begins with MOV; there are: "
                    + labels.joined(separator: ", "))
        }
        let fields = labels.indices.filter { labels[$0].hasPrefix("LFP") || labels[$0].hasPrefix("ECOG") }
        guard !fields.isEmpty else { throw Failure(ExitCode.badFile, "no channel LFP… or ECOG…") }
        let (width, frames) = (labels.count, Int(reader.frames))
        var samples = [Float](repeating: 0, count: width * frames)
        do throws(RecordingError) {
            try unsafe samples.withUnsafeMutableBufferPointer { buffer throws(RecordingError) in
                try unsafe reader.read(first: 0, count: frames, into: buffer)
            }
        } catch { throw Failure(ExitCode.badFile, "\(error)") }
        guard samples.allSatisfy(\.isFinite) else {
            throw Failure(ExitCode.badFile, "the recording holds values that are no numbers")
        }
        let rate = Double(reader.rate.numerator) / Double(reader.rate.denominator)
        let (perBin, bins) = (Int((Self.bin * rate).rounded()), frames / max(1, Int((Self.bin * rate).rounded())))
        guard bins >= 200 else { throw CalibrationError.tooFew(what: "bins of 50 ms", found: bins, least: 200) }
        channels = fields.count
        let chosen = (0..<frames).flatMap { row in fields.map { Double(samples[row * width + $0]) } }
        features = try GripRecording.powers(chosen, channels: channels, rate: rate, perBin: perBin, bins: bins)
        force = Matrix(
            rows: bins, columns: 1,
            values: (0..<bins).map { bin in
                let rows = (bin * perBin)..<((bin + 1) * perBin)
                return rows.reduce(0.0) { $0 + Double(samples[$1 * width + forceColumn]) } / Double(perBin)
            })
    }

    private static func reader(_ arguments: ParsedArguments) throws -> any RecordingReader {
        let path: String
        if let given = arguments.text("data") {
            path = given
        } else {
            let inputs = try RunInputs(profile: arguments.word("profile"))
            path = inputs.profile.recording ?? ""
            guard FileManager.default.fileExists(atPath: path) else {
                throw Failure(
                    ExitCode.deviceAbsent,
                    "the recording \"\(path)\" is not there; `make run` fetches it, or name another with --data")
            }
        }
        do throws(RecordingError) { return try openRecording(path) } catch {
            throw Failure(ExitCode.badFile, "\(error)")
        }
    }

    /// The logarithm of each band's power: squares, an exponential mean of 200 ms, at the end of each bin.
    private static func powers(
        _ samples: [Double], channels: Int, rate: Double, perBin: Int, bins: Int
    ) throws -> Matrix {
        var powers = Matrix(rows: bins, columns: channels * bands.count)
        let keep = exp(-1 / (0.2 * rate))
        for (index, band) in bands.enumerated() {
            let filtered = try causalBandpass(
                samples, channels: channels, rate: rate, from: band.0, to: band.1)
            for channel in 0..<channels {
                var mean = 0.0
                for row in 0..<bins * perBin {
                    let value = filtered[row * channels + channel]
                    mean = keep * mean + (1 - keep) * value * value
                    if (row + 1) % perBin == 0 {
                        powers[row / perBin, index * channels + channel] = log(mean + 1e-12)
                    }
                }
            }
        }
        return powers
    }
}
