public import Neuromorphic

extension WienerFilter {
    /// The filter as a network of a ``CountsDecoder``: counts in, the target out, one step a bin of `bin` seconds.
    ///
    ///     counts → Affine → velocity      counts → Delay (k bins) → Linear → velocity, for every past bin
    public func graph(bin: Double) throws(NIRError) -> NIRGraph {
        let outputs = intercept.count
        var nodes = [NIRNode(name: "counts", kind: .input, parameters: ["shape": Tensor([Double(units)])])]
        var edges: [NIREdge] = []
        for lag in 0..<taps {
            var values: [Double] = []
            for output in 0..<outputs {
                for unit in 0..<units { values.append(weights[lag * units + unit, output]) }
            }
            let weight = Tensor(shape: [outputs, units], values: values)
            guard lag > 0 else {
                nodes.append(
                    NIRNode(name: "now", kind: .affine, parameters: ["weight": weight, "bias": Tensor(intercept)]))
                edges += [NIREdge(from: "counts", to: "now"), NIREdge(from: "now", to: "velocity")]
                continue
            }
            let delay = [Double](repeating: Double(lag) * bin, count: units)
            nodes.append(NIRNode(name: "delay\(lag)", kind: .delay, parameters: ["delay": Tensor(delay)]))
            nodes.append(NIRNode(name: "past\(lag)", kind: .linear, parameters: ["weight": weight]))
            edges += [
                NIREdge(from: "counts", to: "delay\(lag)"), NIREdge(from: "delay\(lag)", to: "past\(lag)"),
                NIREdge(from: "past\(lag)", to: "velocity"),
            ]
        }
        nodes.append(NIRNode(name: "velocity", kind: .output, parameters: ["shape": Tensor([Double(outputs)])]))
        return try NIRGraph(nodes: nodes, edges: edges)
    }
}

extension KalmanFilter {
    /// The filter in its steady state as a network of a ``CountsDecoder``: counts in, the first two of the state out.
    ///
    ///     x = (1 − K H) A x₋ + K (z − z̄)      K = P Hᵀ Q⁻¹ at the fixed point of the covariance P
    ///     counts → Affine (K) → LI (τ = a step: x is its input) ⇄ Linear; LI → Affine → velocity
    ///
    /// - Throws: a covariance that does not settle, or a lag other than 0, whose delay is not written.
    public func graph(bin: Double) throws(CalibrationError) -> NIRGraph {
        guard lag == 0 else { throw .setting(name: "a lag", found: "\(lag)", allowed: "0") }
        let size = stateMeans.count
        let covariance = try steadyCovariance()
        let k = covariance * gain
        let recurrence = (Matrix.identity(size) - covariance * information) * transition
        let offset = k * Matrix(rows: countMeans.count, columns: 1, values: countMeans.map { -$0 })
        var first = Matrix(rows: 2, columns: size)
        (first[0, 0], first[1, 1]) = (1, 1)
        func tensor(_ matrix: Matrix) -> Tensor { Tensor(shape: [matrix.rows, matrix.columns], values: matrix.values) }
        func all(_ value: Double) -> Tensor { Tensor([Double](repeating: value, count: size)) }
        let nodes = [
            NIRNode(name: "counts", kind: .input, parameters: ["shape": Tensor([Double(countMeans.count)])]),
            NIRNode(
                name: "gain", kind: .affine, parameters: ["weight": tensor(k), "bias": Tensor(offset.values)]),
            NIRNode(
                name: "state", kind: .leakyIntegrator,
                parameters: ["tau": all(bin), "r": all(1), "v_leak": all(0)]),
            NIRNode(name: "transition", kind: .linear, parameters: ["weight": tensor(recurrence)]),
            NIRNode(
                name: "readout", kind: .affine,
                parameters: ["weight": tensor(first), "bias": Tensor(Array(stateMeans.prefix(2)))]),
            NIRNode(name: "velocity", kind: .output, parameters: ["shape": Tensor([2])]),
        ]
        let edges = [
            NIREdge(from: "counts", to: "gain"), NIREdge(from: "gain", to: "state"),
            NIREdge(from: "state", to: "transition"), NIREdge(from: "transition", to: "state"),
            NIREdge(from: "state", to: "readout"), NIREdge(from: "readout", to: "velocity"),
        ]
        do throws(NIRError) { return try NIRGraph(nodes: nodes, edges: edges) } catch {
            throw .setting(name: "the network of a Kalman filter", found: "\(error)", allowed: "what NIR can say")
        }
    }

    /// P after ten thousand bins or once it changes by less than 1e-12.
    private func steadyCovariance() throws(CalibrationError) -> Matrix {
        var covariance = transitionNoise
        for _ in 0..<10_000 {
            let before = covariance
            let ahead = transition * covariance * transition.transposed + transitionNoise
            covariance = try Cholesky(Cholesky(ahead).inverse + information).inverse
            let change = zip(before.values, covariance.values).map { abs($0 - $1) }.max() ?? 0
            if change < 1e-12 { break }
        }
        return covariance
    }
}
