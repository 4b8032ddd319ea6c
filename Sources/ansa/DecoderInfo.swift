import Foundation
import Neuromorphic

extension Command {
    static let decoderInfo = Command(
        name: "info", overview: "Shows a network's graph, shapes and parameters, and how chips would hold it.",
        arguments: [.network],
        options: [
            .networkStep, Option("svg", .path, placeholder: "file", help: "Draws the graph."), .rename, .format,
        ], examples: ["ansa decoder info Profiles/adaptive-dbs/beta-burst.nir"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let report = NetworkReport(
                try loadNetwork(arguments), file: arguments.word("network"),
                dt: (arguments.number("dt") ?? 1) / 1_000)
            if let path = arguments.text("svg") {
                do {
                    try Data(GraphFigure(report).text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
                } catch { throw Failure(ExitCode.permission, "\(path): cannot be written") }
            }
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        }
    }
}

extension Option {
    /// Names in edges that stand for other names.
    static let rename = Option(
        "rename", .text, placeholder: "a=b,…",
        help: "Reads the name a in edges as the node b, where a file's edges name a node that is not there.")
}

extension Failure {
    /// A network that was refused.
    init(_ error: NIRError, file: String) {
        let text = error.description
        self.init(ExitCode.badFile, text.hasPrefix(file) ? text : "\(file): \(text)")
    }
}

/// The network that the command line names, with the renames that it allows.
func loadNetwork(_ arguments: ParsedArguments) throws(Failure) -> NIRGraph {
    let file = arguments.word("network")
    var renames: [String: String] = [:]
    for pair in (arguments.text("rename") ?? "").split(separator: ",") {
        let ends = pair.split(separator: "=", maxSplits: 1).map(String.init)
        guard ends.count == 2 else { throw Failure(ExitCode.usage, "--rename takes pairs 'a=b', not '\(pair)'.") }
        renames[ends[0]] = ends[1]
    }
    do throws(NIRError) { return try NIRGraph.load(file, renames: renames) } catch {
        throw Failure(error, file: file)
    }
}

/// A network as `ansa decoder info` shows it.
struct NetworkReport: Encodable {
    let file: String
    let version: String
    let inputs: Int
    let outputs: Int
    let parameters: Int
    let nodes: [Node]
    let edges: [[String]]
    let mappings: [Mapping]
    let notes: [String]

    struct Node: Encodable {
        let name: String
        let type: String
        let shape: [Int]
        let parameters: Int
    }

    /// How a chip would hold it, or why not.
    struct Mapping: Encodable {
        let chip: String
        let fits: Bool
        let cores: Int?
        let coresOfChip: Int
        /// On the fullest core, as a share of its synapse memory.
        let synapseMemory: Double?
        let refusal: String?
        let source: String
        let uncertainty: String
    }

    /// Lists what the graph holds; `dt` in seconds a step, for the chips.
    init(_ graph: NIRGraph, file: String, dt: Double = 0.001) {
        self.file = file
        version = graph.version
        (inputs, outputs) = (graph.inputCount, graph.outputCount)
        nodes = graph.nodes.map { node in
            Node(
                name: node.name, type: node.kind.rawValue, shape: graph.shapes(of: node).output,
                parameters: node.parameters.values.reduce(0) { $0 + $1.values.count })
        }
        parameters = nodes.reduce(0) { $0 + $1.parameters }
        edges = graph.edges.map { [$0.from, $0.to] }
        notes = graph.notes
        mappings = ChipLimits.published.map { chip in
            do throws(NIRError) {
                let mapping = try ChipMapping(graph, on: chip, dt: dt)
                return Mapping(
                    chip: chip.name, fits: true, cores: mapping.cores, coresOfChip: chip.cores,
                    synapseMemory: Double(mapping.synapseBytes) / Double(chip.synapseBytes), refusal: nil,
                    source: chip.source, uncertainty: chip.uncertainty)
            } catch {
                return Mapping(
                    chip: chip.name, fits: false, cores: nil, coresOfChip: chip.cores, synapseMemory: nil,
                    refusal: "\(error)", source: chip.source, uncertainty: chip.uncertainty)
            }
        }
    }

    var text: String {
        var lines = ["\(file)  NIR \(version), \(inputs) inputs, \(outputs) outputs, \(parameters) parameters"]
        let width = (nodes.map(\.name.count).max() ?? 0) + 2
        for node in nodes {
            let name = node.name.padding(toLength: width, withPad: " ", startingAt: 0)
            let shape = node.shape.map(String.init).joined(separator: "×")
            lines.append("  \(name)\(node.type) [\(shape)], \(node.parameters) parameters")
        }
        lines += edges.map { "  \($0[0]) -> \($0[1])" }
        for mapping in mappings {
            if let cores = mapping.cores, let share = mapping.synapseMemory {
                lines.append(
                    "  \(mapping.chip): \(cores) of \(mapping.coresOfChip) cores, the fullest with "
                        + "\(fixed(share * 100, 1)) % of its synapse memory")
            } else {
                lines.append("  \(mapping.chip): \(mapping.refusal ?? "does not fit")")
            }
            lines.append("    figures: \(mapping.source); \(mapping.uncertainty)")
        }
        return (lines + notes.map { "  note: \($0)" }).joined(separator: "\n")
    }
}
