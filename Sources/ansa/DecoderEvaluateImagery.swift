import Decoding
import Foundation
import Sessions
import Signal

/// Two kinds of movement from EEG: common spatial patterns and a linear discriminant, run by run.
///
/// With `--data` the runs of the PhysioNet EEG motor set that lie in that folder; else 32 synthetic channels in which
/// one rhythm weakens with each kind. Runs that were executed and runs that were imagined are judged apart.
func evaluateImagery(_ arguments: ParsedArguments) throws -> EvaluationReport {
    let seed = UInt64(arguments.integer("seed") ?? 1)
    let tasks = try arguments.text("data").map(recordedTasks) ?? [syntheticTask(seed: seed)]
    var details: [String: Double] = [:]
    var notes: [String] = []
    var judged: (name: String, outcome: ImageryTrials.Outcome, isChance: Bool)?
    for task in tasks {
        let trials = try ImageryTrials(task.runs)
        guard task.runs.count >= 2 else {
            let outcome = try trials.shuffledFolds(permutations: 200, seed: seed)
            details["\(task.name), 5-fold within its one run"] = outcome.accuracy
            details["\(task.name), permutation p"] = outcome.permutation
            notes.append("\(task.name): one run only, so that no run can be left out; \(verdict(outcome))")
            continue
        }
        let outcome = try trials.leaveOneRunOut(seed: seed) { showProgress($0, "\(task.name), shuffled labels") }
        showProgress(1, "")
        details["\(task.name), leave-one-run-out"] = outcome.accuracy
        details["\(task.name), permutation p"] = outcome.permutation
        details["\(task.name), 5-fold (only a check of the pipeline)"] = try trials.shuffledFolds(seed: seed).accuracy
        notes.append("\(task.name): \(outcome.correct) of \(outcome.count); \(verdict(outcome))")
        if judged == nil || outcome.accuracy > judged?.outcome.accuracy ?? 0 {
            judged = (task.name, outcome, (outcome.permutation ?? 1) > 0.05)
        }
    }
    guard let judged else {
        throw Failure(ExitCode.badFile, "no task has two runs; leaving one run out needs that")
    }
    let count = tasks.first { $0.name == judged.name }?.runs.reduce(0) { $0 + $1.trials.count } ?? 0
    return EvaluationReport(
        profile: "motor-imagery", metric: "accuracy, \(judged.name)", value: judged.outcome.accuracy,
        baseline: BaselineScore(name: "chance", value: 0.5), seed: seed,
        split: "leave one run out, \(count) trials, 1 to 2 s after the cue, causal 7 to 30 Hz",
        ci95: [judged.outcome.interval.lowerBound, judged.outcome.interval.upperBound],
        ci95Of: "accuracy (Wilson)", details: details, notes: notes)
}

private func verdict(_ outcome: ImageryTrials.Outcome) -> String {
    guard let p = outcome.permutation else { return "chance was not tried" }
    return "\(p <= 0.05 ? "above chance" : "not above chance"), permutation p \(fixed(p, 3))"
}

/// Trials of one kind of task.
private struct ImageryTask {
    var name: String
    var runs: [ImageryTrials.Run]
}

/// The tasks of the set's runs by number: which movements T1 and T2 stand for, done or imagined.
private let tasksByRun: [Int: String] = [
    3: "left/right fist, done", 7: "left/right fist, done", 11: "left/right fist, done",
    4: "left/right fist, imagined", 8: "left/right fist, imagined", 12: "left/right fist, imagined",
    5: "fists/feet, done", 9: "fists/feet, done", 13: "fists/feet, done",
    6: "fists/feet, imagined", 10: "fists/feet, imagined", 14: "fists/feet, imagined",
]

private func recordedTasks(_ folder: String) throws -> [ImageryTask] {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } catch {
        throw Failure(ExitCode.badFile, "\(folder): cannot be listed")
    }
    var tasks: [ImageryTask] = []
    for name in names where name.hasSuffix(".edf") {
        guard let number = name.dropLast(4).split(separator: "R").last.flatMap({ Int($0) }),
            let task = tasksByRun[number]
        else { continue }
        let run = try recordedRun(folder + "/" + name)
        if let index = tasks.firstIndex(where: { $0.name == task }) {
            tasks[index].runs.append(run)
        } else {
            tasks.append(ImageryTask(name: task, runs: [run]))
        }
    }
    guard !tasks.isEmpty else {
        throw Failure(
            ExitCode.badFile, "\(folder): no run with a task; expected S001R03.edf to S001R14.edf with cues T1 and T2")
    }
    return tasks
}

/// One run: filtered causally from its beginning, then cut at its cues.
private func recordedRun(_ path: String) throws -> ImageryTrials.Run {
    let reader: EDFReader
    do throws(RecordingError) { reader = try EDFReader(path) } catch { throw Failure(ExitCode.badFile, "\(error)") }
    let (channels, frames) = (reader.montage.channels.count, Int(reader.frames))
    let rate = Double(reader.rate.numerator) / Double(reader.rate.denominator)
    var samples = [Float](repeating: 0, count: channels * frames)
    do throws(RecordingError) {
        try unsafe samples.withUnsafeMutableBufferPointer { buffer throws(RecordingError) in
            try unsafe reader.read(first: 0, count: frames, into: buffer)
        }
    } catch { throw Failure(ExitCode.badFile, "\(error)") }
    let signal = try causalBandpass(samples.map(Double.init), channels: channels, rate: rate, from: 7, to: 30)
    let length = Int(rate.rounded())
    var run = ImageryTrials.Run(trials: [], labels: [])
    for cue in reader.annotations where cue.text == "T1" || cue.text == "T2" {
        let first = Int(((cue.onset + 1) * rate).rounded())
        guard first >= 0, first + length <= frames else { continue }
        run.trials.append(
            Matrix(
                rows: length, columns: channels,
                values: Array(signal[(first * channels)..<((first + length) * channels)])))
        run.labels.append(cue.text == "T2")
    }
    guard run.labels.count(where: { $0 }) >= 2, run.labels.count(where: { !$0 }) >= 2 else {
        throw Failure(ExitCode.badFile, "\(path): fewer than two trials of T1 or of T2; nothing can be learnt from it")
    }
    return run
}

/// Three runs of fifteen trials: two rhythms mixed into 32 channels of noise, each weaker in one kind of trial.
private func syntheticTask(seed: UInt64) -> ImageryTask {
    let (channels, rate) = (32, 160)
    var stream = SeededStream(seed: seed, stream: 0x1_4A6E)
    let mixing = (0..<2).map { _ in (0..<channels).map { _ in stream.normal() } }
    let runs = (0..<3).map { _ in
        var run = ImageryTrials.Run(trials: [], labels: [])
        for trial in 0..<15 {
            let isSecond = trial % 2 == 1
            var values = Matrix(rows: rate, columns: channels)
            let phases = (0..<2).map { _ in 2 * Double.pi * stream.uniform() }
            for row in 0..<rate {
                let rhythms = (0..<2).map { source in
                    let depth = (source == 1) == isSecond ? 0.5 : 1.0
                    return depth
                        * sin(2 * Double.pi * Double(row) / Double(rate) * (source == 0 ? 11 : 21) + phases[source])
                }
                for channel in 0..<channels {
                    values[row, channel] =
                        rhythms[0] * mixing[0][channel] + rhythms[1] * mixing[1][channel] + 2 * stream.normal()
                }
            }
            run.trials.append(values)
            run.labels.append(isSecond)
        }
        return run
    }
    return ImageryTask(name: "two kinds, synthetic", runs: runs)
}
