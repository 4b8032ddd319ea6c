import Glibc

/// Places every node's values, state and parameters in one memory each.
struct FloatLayout {
    var nodes: [FloatNode] = []
    var names: [String] = []
    var sources: [FloatSource] = []
    var parameters: [Double] = []
    var gatherCount = 0
    var outCount = 0
    var stateCount = 0

    init(_ graph: NIRGraph, dt: Double, scheme: Scheme) throws(NIRError) {
        let plan = try FloatPlan(graph, dt: dt)
        var places = [Int](repeating: 0, count: graph.nodes.count)
        for (position, index) in plan.order.enumerated() {
            places[index] = position
            let node = graph.nodes[index]
            let shapes = graph.shapes(of: node)
            guard shapes.known else {
                throw .unsupportedType(node: node.name, type: node.kind.rawValue, backend: "float")
            }
            var placed = FloatNode(kind: node.kind)
            placed.isStrictDelay = plan.isStrictDelay(index)
            placed.inputs = shapes.input.reduce(1, *)
            placed.outputs = shapes.output.reduce(1, *)
            placed.gather = gatherCount
            placed.out = outCount
            placed.state = stateCount
            placed.parameters = parameters.count
            placed.depth = (plan.delays[index].max() ?? 0) + 1
            gatherCount += placed.inputs
            outCount += placed.outputs
            if node.kind == .delay { stateCount += placed.depth * placed.outputs }
            if node.kind.hasState { stateCount += 2 * placed.outputs }
            parameters += FloatLayout.constants(node, placed, plan.delays[index], dt: dt, scheme: scheme)
            nodes.append(placed)
            names.append(node.name)
        }
        connect(plan, places)
        placeEnds(graph)
    }

    private mutating func connect(_ plan: FloatPlan, _ places: [Int]) {
        for position in nodes.indices {
            nodes[position].firstSource = sources.count
            for edge in plan.edges where places[edge.to] == position {
                let from = nodes[places[edge.from]]
                sources.append(
                    FloatSource(
                        out: from.out, count: min(from.outputs, nodes[position].inputs),
                        carriesPrevious: edge.carriesPrevious))
            }
            nodes[position].sources = sources.count - nodes[position].firstSource
        }
    }

    private mutating func placeEnds(_ graph: NIRGraph) {
        for kind in [NIRKind.input, .output] {
            var next = 0
            for node in graph.nodes where node.kind == kind && !node.isRelay {
                guard let position = names.firstIndex(of: node.name) else { continue }
                nodes[position].external = next
                next += nodes[position].outputs
            }
        }
    }

    private static func constants(
        _ node: NIRNode, _ placed: FloatNode, _ delays: [Int], dt: Double, scheme: Scheme
    ) -> [Double] {
        switch node.kind {
        case .affine, .linear: return weights(node, placed)
        case .scale: return node.parameters["scale"]?.values ?? []
        case .threshold: return node.parameters["threshold"]?.values ?? []
        case .delay: return delays.map(Double.init)
        default: return node.kind.hasState ? NeuronConstants(node, dt: dt, scheme: scheme).list : []
        }
    }

    private static func weights(_ node: NIRNode, _ placed: FloatNode) -> [Double] {
        let weight = node.parameters["weight"]?.values ?? []
        let bias = node.parameters["bias"]?.values ?? [Double](repeating: 0, count: placed.outputs)
        var fan: [Double] = []
        var columns: [Double] = []
        for j in 0..<placed.inputs {
            let column = (0..<placed.outputs).map { weight[$0 * placed.inputs + j] }
            fan.append(Double(column.count { $0 != 0 }))
            columns += column
        }
        return bias + fan + columns
    }
}

/// A neuron node's parameters per neuron, with its step factors.
struct NeuronConstants {
    /// Share of the way to the target that the membrane goes in a step; dt for nodes without a leak.
    var membrane: [Double] = []
    var r: [Double] = []
    var leak: [Double] = []
    var threshold: [Double] = []
    var reset: [Double] = []
    /// The same share for the synaptic current.
    var synapse: [Double] = []
    var weightIn: [Double] = []

    init(_ node: NIRNode, dt: Double, scheme: Scheme) {
        let count = node.parameters["r"]?.values.count ?? 0
        func values(_ name: String, _ absent: Double) -> [Double] {
            let found = node.parameters[name]?.values ?? [absent]
            return found.count == count ? found : [Double](repeating: found.first ?? absent, count: count)
        }
        func share(_ tau: Double) -> Double {
            scheme.integration == .euler ? dt / tau : 1 - exp(-dt / tau)
        }
        switch node.kind {
        case .cubaLI, .cubaLIF: membrane = values("tau_mem", 1).map(share)
        case .leakyIntegrator, .lif: membrane = values("tau", 1).map(share)
        default: membrane = [Double](repeating: dt, count: count)
        }
        r = values("r", 1)
        leak = values("v_leak", 0)
        threshold = values("v_threshold", 0)
        reset = values("v_reset", 0)
        synapse = values("tau_syn", 1).map(share)
        weightIn = values("w_in", 1)
    }

    var list: [Double] { membrane + r + leak + threshold + reset + synapse + weightIn }
}
