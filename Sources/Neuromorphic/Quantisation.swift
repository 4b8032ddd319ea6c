/// A graph mapped to the fixed-point chip.
package struct FixedPlan {
    /// An output of the network: a neuron, and its chip units per graph unit (0 for a spike).
    package struct Output {
        package var population: Int
        package var neuron: Int
        package var unit: Double
    }

    package var populations: [LoihiPopulation] = []
    package var connections: [LoihiConnection] = []
    package var outputs: [Output] = []
    /// Chip units per graph unit of each neuron's membrane, by population.
    package var units: [[Double]] = []
    package var report = QuantisationReport()
}

/// Maps NIR graphs to Loihi's integers.
///
/// With S chip units per unit of the membrane, k = dt/τ (or 1 − e⁻ᵏ) and R, w_in of the node:
///
///     dv = round(4096 k_mem)        du = round(4096 k_syn) − 1, or 4095 where the node has no synapse
///     weight << (6 + exponent) = S · k_mem · R · (k_syn · w_in) · w
///     bias = S · k_mem · (v_leak + R · (w_in) · b)        vth << 6 = S · v_threshold
///
/// S is the largest that keeps thresholds an eighth, and readouts the whole, of the 24-bit range, biases 13 bits and
/// weights 8 bits; below it, the scale that rounds the weights best. Mixed weights stay even.
package enum Quantisation {
    package static func plan(_ graph: NIRGraph, dt: Double, scheme: Scheme) throws(NIRError) -> FixedPlan {
        guard scheme.reset == .zero else {
            throw .chip(node: "network", reason: "reset 'subtract' does not exist there; allowed: zero")
        }
        let neurons = graph.nodes.filter { $0.kind.hasState }
        guard !neurons.isEmpty else { throw .chip(node: "network", reason: "it has no neurons") }
        let tracer = ChipTracer(graph: graph, dt: dt, neurons: neurons.map(\.name))
        var plan = FixedPlan()
        var units: [[Double]] = []
        for (index, node) in neurons.enumerated() {
            let drive = try tracer.drive(of: node)
            let fitted = try ChipFit(node, drive, dt: dt, scheme: scheme)
            plan.populations.append(fitted.population)
            plan.report.populations.append(fitted.report)
            plan.report.notes += fitted.notes
            units.append(fitted.units)
            for (path, weights) in zip(drive.paths, fitted.weights) {
                plan.connections.append(
                    LoihiConnection(source: path.source, inputRange: path.inputs, target: index, weights: weights))
            }
        }
        plan.units = units
        plan.outputs = try tracer.outputs(units: units)
        return plan
    }
}

/// What drives one population: weight matrices by source, and a constant.
struct ChipDrive {
    struct Path {
        /// Index among the graph's neuron nodes, or nil for an Input.
        var source: Int?
        var inputs: Range<Int>
        /// `[target][source]`, dimensionless graph weights.
        var matrix: [[Double]]
        var delay: Int
    }

    var paths: [Path] = []
    var bias: [Double]
}

/// Follows edges upstream from a neuron to what fires, composing the matrices on the way.
struct ChipTracer {
    let graph: NIRGraph
    let dt: Double
    let neurons: [String]

    func drive(of node: NIRNode) throws(NIRError) -> ChipDrive {
        let count = node.parameters["r"]?.values.count ?? 0
        guard count <= 8192 else { throw .tooLarge(what: "neurons of '\(node.name)'", found: count, allowed: 8192) }
        var drive = ChipDrive(bias: [Double](repeating: 0, count: count))
        let identity = (0..<count).map { row in (0..<count).map { $0 == row ? 1.0 : 0.0 } }
        for edge in graph.edges where edge.to == node.name {
            try follow(edge.from, identity, delay: 0, depth: 0, into: &drive)
        }
        return drive
    }

    private func follow(
        _ name: String, _ matrix: [[Double]], delay: Int, depth: Int, into drive: inout ChipDrive
    ) throws(NIRError) {
        guard depth < 256, let node = graph.node(name) else { throw .chip(node: name, reason: "too long a chain") }
        var next = matrix
        var steps = delay
        switch node.kind {
        case .input where !node.isRelay:
            drive.paths.append(.init(source: nil, inputs: inputs(of: node), matrix: matrix, delay: delay))
            return
        case _ where node.kind.hasState:
            guard node.kind.fires else { throw .chip(node: name, reason: "only spikes pass from neuron to neuron") }
            drive.paths.append(
                .init(source: neurons.firstIndex(of: name), inputs: 0..<0, matrix: matrix, delay: delay))
            return
        case .affine, .linear:
            let weight = node.parameters["weight"] ?? Tensor(shape: [0, 0], values: [])
            if let bias = node.parameters["bias"], node.kind == .affine {
                for row in matrix.indices {
                    drive.bias[row] += zip(matrix[row], bias.values).reduce(0) { $0 + $1.0 * $1.1 }
                }
            }
            next = multiplied(matrix, weight)
        case .scale:
            let scale = node.parameters["scale"]?.values ?? []
            next = matrix.map { row in zip(row, scale).map { $0 * $1 } }
        case .delay:
            let delays = Set((node.parameters["delay"]?.values ?? []).map { Int(($0 / dt).rounded()) })
            guard delays.count == 1, let only = delays.first, only + delay <= 63 else {
                throw .chip(node: name, reason: "delays must be equal and at most 63 steps")
            }
            steps += only
        case .input, .output: break
        default: throw .unsupportedType(node: name, type: node.kind.rawValue, backend: "loihi-fixed")
        }
        for edge in graph.edges where edge.to == name {
            try follow(edge.from, next, delay: steps, depth: depth + 1, into: &drive)
        }
    }

    private func multiplied(_ matrix: [[Double]], _ weight: Tensor) -> [[Double]] {
        let columns = weight.shape[1]
        return matrix.map { row in
            (0..<columns).map { column in
                row.indices.reduce(0) { $0 + row[$1] * weight.values[$1 * columns + column] }
            }
        }
    }

    private func inputs(of node: NIRNode) -> Range<Int> {
        var first = 0
        for other in graph.nodes where other.kind == .input && !other.isRelay {
            let count = graph.shapes(of: other).output.reduce(1, *)
            if other.name == node.name { return first..<(first + count) }
            first += count
        }
        return 0..<0
    }

    /// The neurons behind the Output nodes, which must be fed by one neuron node each.
    func outputs(units: [[Double]]) throws(NIRError) -> [FixedPlan.Output] {
        var list: [FixedPlan.Output] = []
        for node in graph.nodes where node.kind == .output && !node.isRelay {
            var name = node.name
            for _ in 0..<256 {
                let feeding = graph.edges.filter { $0.to == name }
                guard feeding.count == 1 else {
                    throw .chip(node: node.name, reason: "an Output needs one neuron node before it")
                }
                name = feeding[0].from
                guard let kind = graph.node(name)?.kind, kind == .output || kind == .input else { break }
            }
            guard let population = neurons.firstIndex(of: name) else {
                throw .chip(node: node.name, reason: "'\(name)' is no neuron; an Output needs one before it")
            }
            let fires = graph.node(name)?.kind.fires ?? false
            for (neuron, unit) in units[population].enumerated() {
                list.append(.init(population: population, neuron: neuron, unit: fires ? 0 : unit))
            }
        }
        return list
    }
}
