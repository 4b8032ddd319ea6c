extension NIRGraph {
    /// The shapes that a node takes and gives; not known before ``infer()`` where edges decide them.
    package func shapes(of node: NIRNode) -> (input: [Int], output: [Int], known: Bool) {
        switch node.kind {
        case .input, .output:
            let shape = (node.parameters["shape"]?.values ?? []).map { Int($0) }
            return (shape, shape, node.parameters["shape"] != nil)
        case .affine, .linear:
            let shape = node.parameters["weight"]?.shape ?? []
            guard shape.count >= 2 else { return ([], [], false) }
            let leading = Array(shape.dropLast(2))
            return (leading + [shape[shape.count - 1]], leading + [shape[shape.count - 2]], true)
        case .conv1d, .conv2d, .sumPool2d, .avgPool2d, .flatten:
            guard let input = node.declaredInput ?? inferred[node.name],
                let output = try? NIRGraph.output(of: node, for: input)
            else { return ([], [], false) }
            return (input, output, true)
        case .graph:
            return ([], [], false)
        default:
            let shape = node.parameters[NIRGraph.leadingParameter(node.kind)]?.shape ?? []
            return (shape, shape, true)
        }
    }

    /// Carries shapes along the edges to the nodes that do not state theirs, and checks what they take.
    mutating func infer() throws(NIRError) {
        var isChanging = true
        while isChanging {
            isChanging = false
            for edge in edges {
                guard let target = node(edge.to), target.kind.takesShapeFromEdges, target.declaredInput == nil,
                    inferred[edge.to] == nil, let source = node(edge.from)
                else { continue }
                let shapes = shapes(of: source)
                guard shapes.known else { continue }
                guard NIRGraph.fits(shapes.output, into: target) else {
                    throw .edgeShape(
                        from: edge.from, to: edge.to, gives: shapes.output, expects: NIRGraph.pattern(of: target))
                }
                _ = try NIRGraph.output(of: target, for: shapes.output)
                inferred[edge.to] = shapes.output
                isChanging = true
            }
        }
        for node in nodes where node.kind.takesShapeFromEdges {
            if let input = node.declaredInput { _ = try NIRGraph.output(of: node, for: input) }
            guard shapes(of: node).known else { throw .missing(what: "an input shape", at: "node '\(node.name)'") }
        }
    }

    /// The shape that a node gives for `input`.
    static func output(of node: NIRNode, for input: [Int]) throws(NIRError) -> [Int] {
        guard fits(input, into: node) else {
            throw .parameterShape(node: node.name, parameter: "input", found: input, expected: pattern(of: node))
        }
        try checkCount(input, of: node)
        if node.kind == .flatten { return try flattened(node, input) }
        let size = node.kind == .conv1d ? [1, input[1]] : [input[1], input[2]]
        let window = try window(of: node)
        let grid = window.results(over: size)
        guard grid.allSatisfy({ $0 > 0 }) else {
            let name = node.kind.isPool ? "kernel_size" : "weight"
            throw .parameterShape(node: node.name, parameter: name, found: window.kernel, expected: size)
        }
        let channels = node.parameters["weight"]?.shape.first ?? input[0]
        let output = node.kind == .conv1d ? [channels, grid[1]] : [channels] + grid
        try checkCount(output, of: node)
        return output
    }

    private static func checkCount(_ shape: [Int], of node: NIRNode) throws(NIRError) {
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= 1 << 24 else {
                throw .tooLarge(what: "values of '\(node.name)'", found: overflow ? .max : product, allowed: 1 << 24)
            }
            count = product
        }
    }

    /// The window of a convolution or pooling.
    static func window(of node: NIRNode) throws(NIRError) -> SpatialWindow {
        let axes = node.kind == .conv1d ? 1 : 2
        guard node.kind.isPool else {
            let shape = node.parameters["weight"]?.shape ?? []
            return try SpatialWindow(node, kernel: Array(shape.dropFirst(2)), axes: axes)
        }
        return try SpatialWindow(node, kernel: try node.integers("kernel_size", count: 2, in: 1...4096), axes: 2)
    }

    /// C order; −1 is the last axis.
    ///
    /// Source: torch.flatten, without a batch axis.
    private static func flattened(_ node: NIRNode, _ input: [Int]) throws(NIRError) -> [Int] {
        let axes = max(1, input.count)
        func axis(_ name: String) throws(NIRError) -> Int {
            let value = try node.integers(name, count: 1, in: -axes...(axes - 1))[0]
            return value < 0 ? value + axes : value
        }
        let (first, last) = (try axis("start_dim"), try axis("end_dim"))
        guard first <= last else {
            throw .outOfRange(
                node: node.name, parameter: "end_dim", index: "", value: Double(last), allowed: "start_dim or more")
        }
        return Array(input[..<first]) + [input[first...last].reduce(1, *)] + Array(input[(last + 1)...])
    }

    /// What a node's input must look like; −1 stands for any extent.
    static func pattern(of node: NIRNode) -> [Int] {
        switch node.kind {
        case .conv1d: [node.channelsIn, -1]
        case .conv2d: [node.channelsIn, -1, -1]
        case .sumPool2d, .avgPool2d: [-1, -1, -1]
        default: [-1]
        }
    }

    static func fits(_ shape: [Int], into node: NIRNode) -> Bool {
        if node.kind == .flatten { return !shape.isEmpty }
        let pattern = pattern(of: node)
        return shape.count == pattern.count && zip(shape, pattern).allSatisfy { $1 < 0 || $0 == $1 }
    }

    /// The parameter that gives an element-wise node its shape.
    static func leadingParameter(_ kind: NIRKind) -> String {
        switch kind {
        case .scale: "scale"
        case .delay: "delay"
        case .threshold: "threshold"
        default: "r"
        }
    }

    /// The parameters a node must have, and those with a default.
    static func parameters(of kind: NIRKind) -> (required: [String], optional: [String]) {
        switch kind {
        case .input, .output: (["shape"], [])
        case .affine: (["weight", "bias"], [])
        case .linear: (["weight"], [])
        case .scale: (["scale"], [])
        case .delay: (["delay"], [])
        case .threshold: (["threshold"], [])
        case .integrator: (["r"], [])
        case .integrateAndFire: (["r", "v_threshold"], ["v_reset"])
        case .leakyIntegrator: (["r", "tau", "v_leak"], [])
        case .lif: (["r", "tau", "v_leak", "v_threshold"], ["v_reset"])
        case .cubaLI: (["r", "tau_syn", "tau_mem", "v_leak"], ["w_in"])
        case .cubaLIF: (["r", "tau_syn", "tau_mem", "v_leak", "v_threshold"], ["v_reset", "w_in"])
        case .conv1d, .conv2d: (["weight", "bias", "stride", "padding", "dilation", "groups"], ["input_shape"])
        case .sumPool2d, .avgPool2d: (["kernel_size", "stride", "padding"], [])
        case .flatten: (["start_dim", "end_dim"], ["input_type"])
        case .graph: ([], [])
        }
    }
}

extension NIRKind {
    /// True for nodes whose input shape may come from the node before them.
    var takesShapeFromEdges: Bool { isConvolution || isPool || self == .flatten }
}

extension NIRNode {
    /// The input shape that a convolution or a Flatten states itself, or nil.
    var declaredInput: [Int]? {
        switch kind {
        case .conv1d, .conv2d:
            guard let size = parameters["input_shape"]?.values, !size.isEmpty else { return nil }
            return [channelsIn] + size.map { Int($0) }
        case .flatten:
            guard let shape = parameters["input_type"]?.values, !shape.isEmpty else { return nil }
            return shape.map { Int($0) }
        default: return nil
        }
    }

    /// Channels that a convolution takes: those of a group times the groups.
    var channelsIn: Int {
        let weight = parameters["weight"]?.shape ?? []
        let groups = parameters["groups"]?.values.first ?? 1
        return weight.count > 1 && groups >= 1 && groups <= 65_536 ? weight[1] * Int(groups) : 0
    }
}
