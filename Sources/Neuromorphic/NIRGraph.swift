/// The types of node that NIR 1.0.8 defines; raw values are the names in files.
public enum NIRKind: String, CaseIterable, Hashable, Sendable {
    case input = "Input"
    case output = "Output"
    case affine = "Affine"
    case linear = "Linear"
    case scale = "Scale"
    case conv1d = "Conv1d"
    case conv2d = "Conv2d"
    case sumPool2d = "SumPool2d"
    case avgPool2d = "AvgPool2d"
    case flatten = "Flatten"
    case delay = "Delay"
    case threshold = "Threshold"
    case integrator = "I"
    case integrateAndFire = "IF"
    case leakyIntegrator = "LI"
    case lif = "LIF"
    case cubaLI = "CubaLI"
    case cubaLIF = "CubaLIF"
    case graph = "NIRGraph"

    /// True for nodes that keep a membrane.
    public var hasState: Bool {
        switch self {
        case .integrator, .integrateAndFire, .leakyIntegrator, .lif, .cubaLI, .cubaLIF: true
        default: false
        }
    }

    /// True for nodes that fire.
    public var fires: Bool { self == .integrateAndFire || self == .lif || self == .cubaLIF }
}

/// A node of a flattened graph.
public struct NIRNode: Hashable, Sendable {
    /// Its name; `a/b` is node `b` inside sub-graph `a`.
    ///
    /// Names may hold dots.
    public var name: String
    public var kind: NIRKind
    /// Parameters by their NIR names (`weight`, `tau`, …).
    ///
    /// Seconds for times.
    public var parameters: [String: Tensor]
    /// Parameters that are words: `padding`, where it is `same` or `valid`.
    public var texts: [String: String] = [:]
    /// True for the Input or Output of a sub-graph, which only passes values on.
    public var isRelay = false

    /// A node of the outermost graph.
    public init(name: String, kind: NIRKind, parameters: [String: Tensor]) {
        self.name = name
        self.kind = kind
        self.parameters = parameters
    }
}

/// A connection; edges into one node add.
public struct NIREdge: Hashable, Sendable {
    public var from: String
    public var to: String

    /// The edge `from` → `to`.
    public init(from: String, to: String) {
        self.from = from
        self.to = to
    }
}

/// A checked network in the Neuromorphic Intermediate Representation (neuromorphs/NIR, file layout of 0.1.1 to 1.0.8).
///
/// Sub-graphs are flattened. What the reader tolerated is said in ``notes``; nothing is repaired in silence.
///
///     let graph = try NIRGraph.load("beta-burst.nir")
public struct NIRGraph: Sendable {
    /// In the order of their names within each graph.
    public internal(set) var nodes: [NIRNode]
    public internal(set) var edges: [NIREdge]
    /// The `version` text of the file, or of the format that this type writes.
    public internal(set) var version: String
    /// Tolerances applied on reading, one sentence each.
    public internal(set) var notes: [String]
    /// Input shapes of nodes that leave theirs to the edges.
    var inferred: [String: [Int]] = [:]

    /// A graph from its parts, checked by the same rules as a file's.
    public init(nodes: [NIRNode], edges: [NIREdge], version: String = "1.0.8") throws(NIRError) {
        self.nodes = nodes
        self.edges = edges
        self.version = version
        self.notes = []
        try check()
    }

    /// Reads and checks the file at `path`.
    ///
    /// `renames` maps names in edges to the names of nodes, as a person allowed them (`["core/lif": "core/lif1"]`);
    /// each use is said in ``notes``.
    public static func load(_ path: String, renames: [String: String] = [:]) throws(NIRError) -> NIRGraph {
        let raw = try NIRReader.read(path, renames: renames)
        var graph = try NIRGraph(nodes: raw.nodes, edges: raw.edges, version: raw.version)
        graph.notes = raw.notes + graph.notes
        return graph
    }

    /// The node called `name`.
    public func node(_ name: String) -> NIRNode? { nodes.first { $0.name == name } }

    /// Flat number of values entering through all Input nodes.
    public var inputCount: Int { count(of: .input) }

    /// Flat number of values leaving through all Output nodes.
    public var outputCount: Int { count(of: .output) }

    private func count(of kind: NIRKind) -> Int {
        nodes.filter { $0.kind == kind && !$0.isRelay }.reduce(0) { $0 + shapes(of: $1).output.reduce(1, *) }
    }
}
