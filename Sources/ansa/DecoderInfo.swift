import Neuromorphic

extension Command {
    static let decoderInfo = Command(
        name: "info", overview: "Shows a network's graph, shapes and parameters.", arguments: [.network],
        options: [.rename, .format], examples: ["ansa decoder info Profiles/adaptive-dbs/beta-burst.nir"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let report = NetworkReport(try loadNetwork(arguments), file: arguments.word("network"))
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
    let nodes: [Node]
    let edges: [[String]]
    let notes: [String]

    struct Node: Encodable {
        let name: String
        let type: String
    }

    /// Lists what the graph holds.
    init(_ graph: NIRGraph, file: String) {
        self.file = file
        version = graph.version
        (inputs, outputs) = (graph.inputCount, graph.outputCount)
        nodes = graph.nodes.map { Node(name: $0.name, type: $0.kind.rawValue) }
        edges = graph.edges.map { [$0.from, $0.to] }
        notes = graph.notes
    }

    var text: String {
        var lines = ["\(file)  NIR \(version), \(inputs) inputs, \(outputs) outputs"]
        lines += nodes.map { "  \($0.name)  \($0.type)" }
        lines += edges.map { "  \($0[0]) -> \($0[1])" }
        return (lines + notes.map { "  note: \($0)" }).joined(separator: "\n")
    }
}
