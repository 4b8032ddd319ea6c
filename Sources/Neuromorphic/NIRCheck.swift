extension NIRGraph {
    /// Refuses what cannot be run, names what was tolerated.
    mutating func check() throws(NIRError) {
        guard !nodes.isEmpty else { throw .missing(what: "any node", at: "nodes") }
        var seen: Set<String> = []
        for node in nodes where !seen.insert(node.name).inserted { throw .sameName(node: node.name) }
        leaveOutStrangers()
        for node in nodes { try checkParameters(node) }
        for edge in edges {
            for end in [edge.from, edge.to] where node(end) == nil {
                let nearest = nearestName(to: end, among: nodes.map(\.name))
                throw .danglingEdge(from: edge.from, to: edge.to, missing: end, nearest: nearest)
            }
        }
        try infer()
        addEnds()
        for edge in edges { try checkShapes(edge) }
        if let loop = algebraicLoop() { throw .algebraicLoop(nodes: loop) }
    }

    /// Takes away parameters that a node's type does not have: nothing checks them, and nothing may use them.
    private mutating func leaveOutStrangers() {
        for index in nodes.indices {
            let names = NIRGraph.parameters(of: nodes[index].kind)
            let known = Set(names.required + names.optional)
            for name in nodes[index].parameters.keys.sorted() where !known.contains(name) {
                nodes[index].parameters[name] = nil
                notes.append("node '\(nodes[index].name)': a \(nodes[index].kind.rawValue) has no '\(name)'; left out")
            }
        }
    }

    private func checkParameters(_ node: NIRNode) throws(NIRError) {
        let names = NIRGraph.parameters(of: node.kind)
        for name in names.required where node.parameters[name] == nil && node.texts[name] == nil {
            throw .missingParameter(node: node.name, parameter: name)
        }
        for name in names.required + names.optional {
            guard let tensor = node.parameters[name] else { continue }
            if let axis = tensor.shape.firstIndex(of: 0) {
                throw .outOfRange(
                    node: node.name, parameter: name, index: "'s extent \(axis)", value: 0, allowed: "1 and above")
            }
            if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
                throw .notFinite(node: node.name, parameter: name, index: tensor.indexText(index))
            }
            try checkRange(node, name, tensor)
            if name == "shape" { try checkSize(node, tensor) }
            try checkShape(node, name, tensor)
        }
    }

    private func checkRange(_ node: NIRNode, _ name: String, _ tensor: Tensor) throws(NIRError) {
        let (wrong, allowed): (Int?, String) =
            switch name {
            case "tau", "tau_syn", "tau_mem": (tensor.values.firstIndex { $0 <= 0 }, "> 0 s")
            case "input_shape", "input_type":
                (tensor.values.firstIndex { $0 < 1 || $0 > 1e6 || $0 != $0.rounded() }, "1 to 1000000")
            case "delay": (tensor.values.firstIndex { $0 < 0 || $0 > 3600 }, "0 to 3600 s")
            case "shape": (tensor.values.firstIndex { $0 < 1 || $0 > 1e6 || $0 != $0.rounded() }, "1 to 1000000")
            default: (nil, "")
            }
        guard let wrong else { return }
        throw .outOfRange(
            node: node.name, parameter: name, index: tensor.indexText(wrong), value: tensor.values[wrong],
            allowed: allowed)
    }

    private func checkSize(_ node: NIRNode, _ shape: Tensor) throws(NIRError) {
        let count = shape.values.reduce(1, *)
        guard count > 16_777_216 else { return }
        throw .tooLarge(what: "values of '\(node.name)'", found: Int(min(count, 1e18)), allowed: 16_777_216)
    }

    private func checkShape(_ node: NIRNode, _ name: String, _ tensor: Tensor) throws(NIRError) {
        switch node.kind {
        case .affine, .linear:
            guard let weight = node.parameters["weight"], weight.shape.count >= 2 else {
                let found = node.parameters["weight"]?.shape ?? []
                throw .parameterShape(node: node.name, parameter: "weight", found: found, expected: [-1, -1])
            }
            let output = shapes(of: node).output
            guard name == "bias", tensor.values.count != output.reduce(1, *) else { return }
            throw .parameterShape(node: node.name, parameter: name, found: tensor.shape, expected: output)
        case .conv1d, .conv2d: try checkConvolution(node, name, tensor)
        case .input, .output, .sumPool2d, .avgPool2d, .flatten, .graph: return
        default:
            let expected = majorityShape(node)
            if tensor.shape == expected || (tensor.values.count == 1 && name == "w_in") { return }
            throw .parameterShape(node: node.name, parameter: name, found: tensor.shape, expected: expected)
        }
    }

    private func checkConvolution(_ node: NIRNode, _ name: String, _ tensor: Tensor) throws(NIRError) {
        let axes = node.kind == .conv1d ? 1 : 2
        let weight = node.parameters["weight"]?.shape ?? []
        switch name {
        case "weight":
            guard weight.count != axes + 2 || weight.contains(0) else { break }
            throw .parameterShape(
                node: node.name, parameter: name, found: weight,
                expected: [Int](repeating: -1, count: axes + 2))
        case "bias" where tensor.shape != [weight[0]]:
            throw .parameterShape(node: node.name, parameter: name, found: tensor.shape, expected: [weight[0]])
        case "groups":
            let groups = try node.integers("groups", count: 1, in: 1...65_536)[0]
            guard !weight[0].isMultiple(of: groups) else { break }
            throw .outOfRange(
                node: node.name, parameter: name, index: "", value: Double(groups),
                allowed: "a divisor of the \(weight[0]) output channels")
        case "input_shape" where tensor.values.count != axes:
            throw .parameterShape(node: node.name, parameter: name, found: tensor.shape, expected: [axes])
        default: break
        }
    }

    /// The shape that most of a node's parameters have, so that a message blames the odd one.
    private func majorityShape(_ node: NIRNode) -> [Int] {
        let names = NIRGraph.parameters(of: node.kind)
        let found = (names.required + names.optional).compactMap { node.parameters[$0]?.shape }
        var best: [Int] = found.first ?? []
        var votes = 0
        for shape in found {
            let count = found.filter { $0 == shape }.count
            if count > votes { (best, votes) = (shape, count) }
        }
        return best
    }

    /// Adds the Input and Output that older files leave out, and says so.
    private mutating func addEnds() {
        if !nodes.contains(where: { $0.kind == .input && !$0.isRelay }) {
            let roots = nodes.filter { node in !edges.contains { $0.to == node.name && $0.from != node.name } }
            for root in roots { addEnd(.input, beside: root) }
        }
        if !nodes.contains(where: { $0.kind == .output && !$0.isRelay }) {
            let leaves = nodes.filter { node in !edges.contains { $0.from == node.name && $0.to != node.name } }
            for leaf in leaves { addEnd(.output, beside: leaf) }
        }
    }

    private mutating func addEnd(_ kind: NIRKind, beside node: NIRNode) {
        let shapes = shapes(of: node)
        let shape = kind == .input ? shapes.input : shapes.output
        let name = (kind == .input ? "input:" : "output:") + node.name
        nodes.append(
            NIRNode(name: name, kind: kind, parameters: ["shape": Tensor(shape.map(Double.init))]))
        edges.append(
            kind == .input ? NIREdge(from: name, to: node.name) : NIREdge(from: node.name, to: name))
        notes.append("\(kind.rawValue) was missing: added '\(name)' of shape \(shapeText(shape))")
    }

    private mutating func checkShapes(_ edge: NIREdge) throws(NIRError) {
        guard let source = node(edge.from), let target = node(edge.to) else { return }
        let gives = shapes(of: source)
        let expects = shapes(of: target)
        guard gives.known, expects.known, gives.output != expects.input else { return }
        guard gives.output.filter({ $0 != 1 }) == expects.input.filter({ $0 != 1 }) else {
            throw .edgeShape(from: edge.from, to: edge.to, gives: gives.output, expects: expects.input)
        }
        notes.append(
            "edge '\(edge.from)' -> '\(edge.to)': \(shapeText(gives.output)) taken as "
                + "\(shapeText(expects.input)), same number of elements")
    }

    /// A loop of nodes none of which has state or delay, or nil.
    private func algebraicLoop() -> [String]? {
        var left = nodes.filter { !$0.kind.hasState && $0.kind != .delay }.map(\.name)
        while true {
            let alive = left
            left.removeAll { name in !edges.contains { $0.to == name && alive.contains($0.from) } }
            left.removeAll { name in !edges.contains { $0.from == name && alive.contains($0.to) } }
            if left.count == alive.count { return left.isEmpty ? nil : left }
        }
    }
}

/// The name among `names` with the smallest edit distance to `name`; the first of equals.
func nearestName(to name: String, among names: [String]) -> String {
    names.min { distance($0, name) < distance($1, name) } ?? ""
}

/// Levenshtein's edit distance.
private func distance(_ a: String, _ b: String) -> Int {
    let b = Array(b.utf8)
    var row = Array(0...b.count)
    for (i, x) in a.utf8.enumerated() {
        var corner = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, corner + (x == y ? 0 : 1))
            corner = above
        }
    }
    return row[b.count]
}
