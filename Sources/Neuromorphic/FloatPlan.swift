/// The order in which a graph's nodes are computed in one step, and which edges carry the step before.
///
/// An edge that leaves a node with state and stays inside its own loop carries the value of the previous step. A
/// delay of at least one step gives its output before it takes its input, so that edges into it order nothing.
struct FloatPlan {
    struct Edge {
        var from: Int
        var to: Int
        var carriesPrevious: Bool
    }

    var order: [Int] = []
    var edges: [Edge] = []
    /// Per node: steps of each element; empty where the node is no Delay.
    var delays: [[Int]]

    init(_ graph: NIRGraph, dt: Double) throws(NIRError) {
        let nodes = graph.nodes
        delays = nodes.map { node in
            node.kind == .delay ? (node.parameters["delay"]?.values ?? []).map { Int(($0 / dt).rounded()) } : []
        }
        for (node, steps) in zip(nodes, delays) where (steps.max() ?? 0) > 1_000_000 {
            throw .tooLarge(what: "steps of '\(node.name)'", found: steps.max() ?? 0, allowed: 1_000_000)
        }
        var index: [String: Int] = [:]
        for (position, node) in nodes.enumerated() { index[node.name] = position }
        var next = [[Int]](repeating: [], count: nodes.count)
        let pairs = graph.edges.map { (index[$0.from] ?? 0, index[$0.to] ?? 0) }
        for (from, to) in pairs { next[from].append(to) }
        for (from, to) in pairs {
            let previous = nodes[from].kind.hasState && FloatPlan.reaches(from: to, to: from, next)
            edges.append(Edge(from: from, to: to, carriesPrevious: previous))
        }
        try sort(nodes)
    }

    /// True for a Delay all of whose elements wait at least one step.
    func isStrictDelay(_ node: Int) -> Bool { !delays[node].isEmpty && (delays[node].min() ?? 0) >= 1 }

    private static func reaches(from start: Int, to goal: Int, _ next: [[Int]]) -> Bool {
        var seen = [Bool](repeating: false, count: next.count)
        var waiting = [start]
        while let node = waiting.popLast() {
            if node == goal { return true }
            if seen[node] { continue }
            seen[node] = true
            waiting += next[node]
        }
        return false
    }

    private mutating func sort(_ nodes: [NIRNode]) throws(NIRError) {
        var left = Array(nodes.indices)
        while !left.isEmpty {
            let ready = left.first { node in
                isStrictDelay(node)
                    || !edges.contains { $0.to == node && !$0.carriesPrevious && left.contains($0.from) }
            }
            guard let ready else { throw .algebraicLoop(nodes: left.map { nodes[$0].name }) }
            order.append(ready)
            left.removeAll { $0 == ready }
        }
    }
}

/// One node of a float network, with its places in the network's memory.
struct FloatNode {
    var kind: NIRKind
    var isStrictDelay = false
    var inputs = 0
    var outputs = 0
    /// First of `inputs` gathered values.
    var gather = 0
    /// First of `outputs` values, in this step's and in the previous step's memory alike.
    var out = 0
    /// First of two stretches of `outputs` values: membrane, then current.
    ///
    /// For a Delay: its ring.
    var state = 0
    /// First parameter; what follows depends on the kind.
    var parameters = 0
    /// Of the network's list of sources, those of this node.
    var firstSource = 0
    var sources = 0
    /// For a ``SparseMap``: the first of its `inputs + 1` starts, followed by its targets; −1 for other nodes.
    var indices = -1
    /// True where what passes counts as synaptic operations: weights do, pooling does not.
    var isCounted = true
    /// False where a matrix adds nothing to its products.
    var hasBias = true
    /// True where all neurons share their constants.
    var isAlike = false
    /// Slots of a Delay's ring.
    var depth = 0
    /// First value of an Input or Output in the network's own input or output.
    var external = -1
}

/// One edge, as places in memory.
struct FloatSource {
    var out: Int
    var count: Int
    var carriesPrevious: Bool
}
