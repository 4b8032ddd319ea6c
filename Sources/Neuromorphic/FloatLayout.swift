import Glibc

/// Places every node's values, state and parameters in one memory each.
struct FloatLayout {
    var nodes: [FloatNode] = []
    var names: [String] = []
    var sources: [FloatSource] = []
    var parameters: [Double] = []
    var indices: [Int32] = []
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
            if let map = try FloatLayout.map(node, shapes.input, shapes.output) {
                placed.indices = indices.count
                placed.isCounted = !node.kind.isPool
                placed.hasBias = map.bias.contains { $0 != 0 }
                indices += map.starts + map.targets
                parameters += map.bias + map.weights
            } else {
                let constants = FloatLayout.constants(node, placed, plan.delays[index], dt: dt, scheme: scheme)
                placed.hasBias = constants.prefix(placed.outputs).contains { $0 != 0 }
                placed.isAlike = node.kind.hasState && FloatLayout.areAlike(constants, placed.outputs)
                parameters += constants
            }
            nodes.append(placed)
            names.append(node.name)
        }
        connect(plan, places)
        placeEnds(graph)
    }

    /// The sparse map of a node that is run as one: windows, matrices of more than two axes, and matrices of which at
    /// least three quarters are zeros.
    private static func map(_ node: NIRNode, _ input: [Int], _ output: [Int]) throws(NIRError) -> SparseMap? {
        if node.kind == .affine || node.kind == .linear, let weight = node.parameters["weight"],
            weight.shape.count == 2, 4 * weight.values.count(where: { $0 != 0 }) > weight.values.count
        {
            return nil
        }
        return try SparseMap(node, input: input, output: output)
    }

    /// Whether each stretch of `count` constants holds one value.
    private static func areAlike(_ constants: [Double], _ count: Int) -> Bool {
        constants.indices.allSatisfy { constants[$0] == constants[$0 / count * count] }
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
