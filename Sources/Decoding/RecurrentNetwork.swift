public import Neuromorphic

extension RecurrentDecoder {
    /// The scheme under which the network file does what was trained.
    public static let scheme = Scheme(integration: .euler, order: .currentFirst, reset: .zero)

    /// The decoder as a network: counts in, target's unit out, one step a bin.
    ///
    ///     counts → Affine → CubaLIF ⇄ Linear
    ///                          ↓
    ///                       Affine → LI → velocity
    ///
    /// Exact under ``scheme`` at a step of one bin: τ = bin/(1 − α) and so on, w_in = 1/(1 − α), r = 3. The deviation
    /// of the target is in the readout's r, its mean in the readout's leak, which the state forgets within some bins.
    public func graph() throws(NIRError) -> NIRGraph {
        let hidden = parameters.hidden, outputs = parameters.outputs
        func all(_ value: Double) -> Tensor { Tensor([Double](repeating: value, count: hidden)) }
        func times(_ decays: [Float]) -> Tensor { Tensor(decays.map { bin / (1 - Double($0)) }) }
        let values = parameters.values.map { Double($0) }
        let nodes = [
            NIRNode(name: "counts", kind: .input, parameters: ["shape": Tensor([Double(parameters.inputs)])]),
            NIRNode(
                name: "tuning", kind: .affine,
                parameters: [
                    "weight": Tensor(
                        shape: [hidden, parameters.inputs],
                        values: transposed(values[..<parameters.recurrentStart], rows: parameters.inputs)),
                    "bias": Tensor(inputBias.map { Double($0) }),
                ]),
            NIRNode(
                name: "population", kind: .cubaLIF,
                parameters: [
                    "tau_syn": times(parameters.alpha), "tau_mem": times(parameters.beta), "r": all(3),
                    "v_leak": all(0), "v_threshold": all(1), "v_reset": all(0),
                    "w_in": Tensor(parameters.alpha.map { 1 / (1 - Double($0)) }),
                ]),
            NIRNode(
                name: "recurrence", kind: .linear,
                parameters: [
                    "weight": Tensor(
                        shape: [hidden, hidden],
                        values: transposed(values[parameters.recurrentStart..<parameters.outputStart], rows: hidden))
                ]),
            NIRNode(
                name: "readout", kind: .affine,
                parameters: [
                    "weight": Tensor(
                        shape: [outputs, hidden],
                        values: Array(values[parameters.outputStart..<parameters.biasStart])),
                    "bias": Tensor(Array(values[parameters.biasStart..<parameters.alphaStart])),
                ]),
            NIRNode(
                name: "smoothing", kind: .leakyIntegrator,
                parameters: [
                    "tau": times(parameters.gamma), "r": Tensor(targetDeviations.map { 3 * $0 }),
                    "v_leak": Tensor(targetMeans),
                ]),
            NIRNode(name: "velocity", kind: .output, parameters: ["shape": Tensor([Double(outputs)])]),
        ]
        let edges = [
            ("counts", "tuning"), ("tuning", "population"), ("population", "recurrence"),
            ("recurrence", "population"), ("population", "readout"), ("readout", "smoothing"),
            ("smoothing", "velocity"),
        ]
        return try NIRGraph(nodes: nodes, edges: edges.map { NIREdge(from: $0.0, to: $0.1) })
    }
}

/// From × to becomes to × from.
private func transposed(_ values: ArraySlice<Double>, rows: Int) -> [Double] {
    let columns = values.count / max(1, rows)
    return (0..<columns).flatMap { column in (0..<rows).map { values[values.startIndex + $0 * columns + column] } }
}
