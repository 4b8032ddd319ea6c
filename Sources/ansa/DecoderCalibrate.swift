import Configuration
import Decoding
import Foundation
import Neuromorphic
import Sessions

extension Command {
    /// `ansa decoder calibrate`.
    static let decoderCalibrate = Command(
        name: "calibrate",
        overview: "Fits a spiking decoder to recorded counts and movement, and writes it as NIR.",
        arguments: [
            Argument("source", help: "A folder with spikes.npy and hand_velocity.npy, or 'reach' with --data.")
        ],
        options: [
            .decoderData,
            Option("seed", .integer(0...Int64.max), placeholder: "n", initial: "1", help: "Same seed, same bits."),
            Option(
                "epochs", .integer(1...10_000), placeholder: "n", initial: "80",
                help: "Times through the training part. The published figures are of 80."),
            Option(
                "output", .path, placeholder: "folder", initial: "Decoders/reach",
                help: "The new folder for decoder.nir and decoder.yaml."),
            .format,
        ],
        examples: ["ansa decoder calibrate Recordings/m1-reach --output Decoders/m1"]
    ) { arguments in
        do {
            let report = try calibrate(arguments)
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        } catch let failure as Failure {
            return failure.report()
        } catch let error as CalibrationError {
            return Failure(error).report()
        } catch {
            Terminal.complain("\(error)")
            return ExitCode.inputOutput
        }
    }
}

/// What was fitted.
struct CalibrationReport: Encodable {
    let output: String
    let seed: UInt64
    let epochs: Int
    let bestEpoch: Int
    let validationR2: Double
    let validationActivity: Double
    let split: String
    let dataHash: String
    let networkHash: String
    let seconds: Double

    var text: String {
        """
        \(output)/decoder.nir, decoder.yaml
          validation R² \(fixed(validationR2, 3)) at epoch \(bestEpoch) of \(epochs), \
        activity \(fixed(validationActivity, 3)), seed \(seed), \(fixed(seconds, 1)) s
          split: bins \(split)
          score it: ansa decoder evaluate \(output) --data <folder>
        """
    }
}

private func calibrate(_ arguments: ParsedArguments) throws -> CalibrationReport {
    let folder = try recordingFolder(arguments)
    let output = trimmed(arguments.text("output") ?? "Decoders/reach")
    guard !FileManager.default.fileExists(atPath: output) else {
        throw Failure(ExitCode.inputOutput, "\(output) is there already; name another folder with --output")
    }
    let reach = try ReachRecording(folder: folder)
    let hash = try reachDataHash(folder)
    var settings = RecurrentSettings()
    settings.seed = UInt64(arguments.integer("seed") ?? 1)
    settings.epochs = Int(arguments.integer("epochs") ?? 80)
    let interruption = Interruption()
    defer { interruption.restore() }
    let start = Date()
    let trained = try RecurrentDecoder.trained(
        counts: reach.counts, target: reach.velocity, split: reach.split, bin: reach.bin, settings: settings
    ) { now in
        let share = Double(now.epoch) / Double(now.epochs)
        showProgress(share, "epoch \(now.epoch) of \(now.epochs), validation R² \(fixed(now.best, 3))")
        return !interruption.isAsked
    }
    let networkHash = try write(trained, to: output, reach: reach, settings: settings, dataHash: hash)
    return CalibrationReport(
        output: output, seed: settings.seed, epochs: settings.epochs, bestEpoch: trained.bestEpoch,
        validationR2: trained.validation, validationActivity: trained.history[trained.bestEpoch - 1].activity,
        split: reach.split.description, dataHash: hash, networkHash: networkHash,
        seconds: Date().timeIntervalSince(start))
}

/// Where the arrays are, or why what was named has none.
private func recordingFolder(_ arguments: ParsedArguments) throws(Failure) -> String {
    let word = trimmed(arguments.word("source"))
    if let data = arguments.text("data") { return trimmed(data) }
    let files = FileManager.default
    if files.fileExists(atPath: word + "/spikes.npy") { return word }
    if (try? JournalReader(word)) != nil {
        throw Failure(
            ExitCode.badFile,
            "\(word): a session of Ansa holds no movement to learn from; expected a folder with spikes.npy and "
                + "hand_velocity.npy")
    }
    if word == "reach" || word.hasSuffix("/reach") {
        throw Failure(ExitCode.usage, "reach needs a recording: --data <folder with spikes.npy and hand_velocity.npy>")
    }
    guard files.fileExists(atPath: word) else { throw Failure(ExitCode.badFile, "\(word): there is no such folder") }
    throw Failure(
        ExitCode.badFile, "\(word): no spikes.npy in this folder; expected: spikes.npy and hand_velocity.npy")
}

private func trimmed(_ path: String) -> String {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    return path
}

/// Writes both files into a folder of their own, which then gets its name at once; the network's hash.
private func write(
    _ trained: TrainedDecoder, to output: String, reach: ReachRecording, settings: RecurrentSettings, dataHash: String
) throws -> String {
    let files = FileManager.default
    let parent = (output as NSString).deletingLastPathComponent
    if !parent.isEmpty { try files.createDirectory(atPath: parent, withIntermediateDirectories: true) }
    let partial = "\(output).partial-\(getpid())"
    try files.createDirectory(atPath: partial, withIntermediateDirectories: false)
    defer { try? files.removeItem(atPath: partial) }
    try trained.decoder.graph().write(to: partial + "/decoder.nir")
    let networkHash = Hash256(of: try InputFile(partial + "/decoder.nir").bytes).description
    let file = DecoderFile(
        kind: "recurrent-spiking", network: "decoder.nir", networkHash: networkHash, dataHash: dataHash,
        seed: settings.seed, epochs: Int64(settings.epochs), bestEpoch: Int64(trained.bestEpoch),
        binNanoseconds: Int64((reach.bin * 1e9).rounded()), scheme: RecurrentDecoder.scheme.description,
        inputs: Int64(reach.counts.columns), validationMillionths: Int64((trained.validation * 1e6).rounded()))
    try file.text.write(toFile: partial + "/" + CalibratedDecoder.fileName, atomically: true, encoding: .utf8)
    try files.moveItem(atPath: partial, toPath: output)
    return networkHash
}
