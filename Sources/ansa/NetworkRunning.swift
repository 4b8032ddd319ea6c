import Foundation
import Neuromorphic

extension Option {
    /// What a network is given.
    static let networkInput = Option(
        "input", .path, placeholder: "file",
        help: "Input by steps: .npy (steps × inputs), .json (`steps`, `input` or `input_events`) or .csv (step, input)."
    )
    /// How equations become steps.
    static let scheme = Option(
        "scheme", .text, placeholder: "words", initial: "euler/current-first/zero",
        help: "Integration (euler, exact, decay), order (current-first, voltage-first) and reset (zero, subtract, "
            + "zero-late, subtract-late).")
    /// Milliseconds a step.
    static let networkStep = Option(
        "dt", .positive, placeholder: "ms",
        help: "Milliseconds a step. Default: what the .json input says, else 1.")
}

/// A network with its input, ready to run.
struct NetworkTask {
    let graph: NIRGraph
    let input: NetworkInput
    let scheme: Scheme
    let dt: Double

    /// Reads what the command line names.
    init(_ arguments: ParsedArguments) throws(Failure) {
        graph = try loadNetwork(arguments)
        guard let path = arguments.text("input") else {
            throw Failure(ExitCode.usage, "a network needs '--input': .npy, .json or .csv")
        }
        let words = arguments.text("scheme") ?? ""
        guard let scheme = Scheme(words) else {
            let known =
                Scheme.Integration.allCases.map(\.rawValue) + Scheme.Order.allCases.map(\.rawValue)
                + Scheme.Reset.allCases.map(\.rawValue)
            let unknown = words.split(separator: "/").map(String.init).first { !known.contains($0) } ?? words
            throw Failure(
                ExitCode.badFile,
                "unknown scheme \"\(words)\"; allowed: one word each of integration, order and reset, "
                    + "as in euler/current-first/zero." + suggestion(for: unknown, among: known, quotedWith: ""))
        }
        self.scheme = scheme
        input = try NetworkInput(path, inputs: graph.inputCount)
        dt = arguments.number("dt").map { $0 / 1_000 } ?? input.dt ?? 0.001
    }
}

/// Writes `files` into a new folder at `path`, which is there whole or not at all.
///
/// - Throws: a folder that is there already, or that cannot be written.
func writeFolder(_ path: String, _ files: [(name: String, bytes: [UInt8])]) throws(Failure) {
    let manager = FileManager.default
    guard !manager.fileExists(atPath: path) else {
        throw Failure(ExitCode.inputOutput, "\(path) is there already; name another folder with --output")
    }
    let partial = "\(path).partial-\(ProcessInfo.processInfo.processIdentifier)"
    do {
        try manager.createDirectory(atPath: partial, withIntermediateDirectories: true)
        for file in files { try Data(file.bytes).write(to: URL(fileURLWithPath: partial + "/" + file.name)) }
        try manager.moveItem(atPath: partial, toPath: path)
    } catch {
        try? manager.removeItem(atPath: partial)
        throw Failure(ExitCode.permission, "\(path): cannot be written: \(error.localizedDescription)")
    }
}
