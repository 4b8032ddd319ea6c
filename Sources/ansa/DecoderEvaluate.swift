import Configuration
import Decoding
import Foundation
import Loop

extension Command {
    /// `ansa decoder evaluate`.
    static let decoderEvaluate = Command(
        name: "evaluate",
        overview: "Scores a profile's decoder, or a calibrated one, beside its baselines.",
        arguments: [
            Argument(
                "profile",
                help:
                    "What is scored: adaptive-dbs, grip-force, reach, heading-ring, motor-imagery, or the folder of a "
                    + "calibrated decoder."
            )
        ],
        options: [
            .decoderData,
            Option("seed", .integer(0...Int64.max), placeholder: "n", initial: "1", help: "The first seed."),
            Option(
                "seeds", .integer(1...100), placeholder: "n", initial: "5",
                help: "With data: networks that are trained. Virtual: patients or trials."),
            Option(
                "seconds", .integer(30...3_600), placeholder: "s", initial: "60",
                help: "How long each virtual patient or trial is."),
            .format,
        ],
        examples: [
            "ansa decoder evaluate heading-ring --seeds 2", "ansa decoder evaluate reach --format json",
            "ansa decoder evaluate reach --data Recordings/m1-reach --format json",
        ]
    ) { arguments in
        do {
            if lastPart(arguments.word("profile")) == "heading-ring" { return evaluateHeading(arguments) }
            let report = try evaluation(arguments)
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        } catch let failure as Failure {
            return failure.report()
        } catch let error as CalibrationError {
            return Failure(error).report()
        } catch {
            Terminal.complain("\(error)")
            return ExitCode.failed
        }
    }
}

extension Option {
    /// The recording that a decoder is fitted to or scored on.
    static let decoderData = Option(
        "data", .path, placeholder: "path",
        help:
            "A recording: for reach a folder with spikes.npy and hand_velocity.npy, for motor-imagery one with EDF "
            + "runs, for grip-force a recording with channels LFP…, ECOG… and MOV…."
    )
}

extension Failure {
    /// Data that cannot be used: exit 65; a person's Ctrl-C: exit 1.
    init(_ error: CalibrationError) {
        self.init(error == .interrupted ? ExitCode.failed : ExitCode.badFile, error.description)
    }
}

private let scored = ["adaptive-dbs", "grip-force", "reach", "heading-ring", "motor-imagery"]

/// The last part of a path.
private func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

/// Finds out what is asked for, and scores it.
private func evaluation(_ arguments: ParsedArguments) throws -> EvaluationReport {
    var word = arguments.word("profile")
    while word.count > 1, word.hasSuffix("/") { word.removeLast() }
    if let decoder = try calibratedDecoder(word) { return try evaluateReach(arguments, decoder: decoder) }
    switch lastPart(word) {
    case "adaptive-dbs": return try evaluateBursts(arguments)
    case "grip-force": return try evaluateGripForce(arguments)
    case "motor-imagery": return try evaluateImagery(arguments)
    case "reach":
        return arguments.text("data") == nil
            ? try evaluateVirtualReach(arguments) : try evaluateReach(arguments, decoder: nil)
    default:
        throw Failure(
            ExitCode.badFile,
            "\"\(word)\" cannot be scored; expected \(scored.joined(separator: ", ")), or the folder of a calibrated "
                + "decoder." + suggestion(for: lastPart(word), among: scored, quotedWith: ""))
    }
}

/// Ctrl-C asks for an end between two pieces of work.
struct Interruption {
    private let signals = OperatorSignals()
    private let handler: SignalHandler

    /// From now on.
    init() { handler = SignalHandler(signals) }

    /// True once the person asked.
    var isAsked: Bool { signals.interrupts.load() }

    /// Signals end the program again.
    func restore() { handler.restore() }
}

/// `[######..............] 31 %  what` on a terminal, nothing elsewhere.
func showProgress(_ share: Double, _ what: String) {
    guard Terminal.isInteractive else { return }
    let done = Int((share * 20).rounded(.down))
    let bar = String(repeating: "#", count: min(20, done)) + String(repeating: ".", count: max(0, 20 - done))
    Terminal.rewrite("[\(bar)] \(Int(share * 100)) %  \(what)")
    if share >= 1 { Terminal.rewrite("") }
}
