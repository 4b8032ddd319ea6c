extension NIRGraph {
    /// The shapes that a node takes and gives; empty arrays where this build does not infer them (convolutions).
    func shapes(of node: NIRNode) -> (input: [Int], output: [Int], known: Bool) {
        switch node.kind {
        case .input, .output:
            let shape = (node.parameters["shape"]?.values ?? []).map { Int($0) }
            return (shape, shape, node.parameters["shape"] != nil)
        case .affine, .linear:
            let shape = node.parameters["weight"]?.shape ?? []
            guard shape.count == 2 else { return ([], [], false) }
            return ([shape[1]], [shape[0]], true)
        case .conv1d, .conv2d, .sumPool2d, .avgPool2d, .flatten, .graph:
            return ([], [], false)
        default:
            let shape = node.parameters[NIRGraph.leadingParameter(node.kind)]?.shape ?? []
            return (shape, shape, true)
        }
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
        case .conv1d, .conv2d: (["weight"], ["bias"])
        case .sumPool2d, .avgPool2d, .flatten, .graph: ([], [])
        }
    }
}
