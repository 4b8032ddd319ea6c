import Glibc

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
    /// Share of its input that the membrane takes in a step; `membrane` but under `decay`.
    var membraneGain: [Double] = []
    /// Share of its input that the current takes in a step; `synapse` but under `decay`.
    var synapseGain: [Double] = []

    init(_ node: NIRNode, dt: Double, scheme: Scheme) {
        let count = node.parameters["r"]?.values.count ?? 0
        func values(_ name: String, _ absent: Double) -> [Double] {
            let found = node.parameters[name]?.values ?? [absent]
            return found.count == count ? found : [Double](repeating: found.first ?? absent, count: count)
        }
        func shares(_ name: String, _ integration: Scheme.Integration) -> [Double] {
            values(name, 1).map { integration == .euler ? dt / $0 : 1 - exp(-dt / $0) }
        }
        let gain = scheme.integration == .exact ? Scheme.Integration.exact : .euler
        switch node.kind {
        case .cubaLI, .cubaLIF:
            membrane = shares("tau_mem", scheme.integration)
            membraneGain = shares("tau_mem", gain)
        case .leakyIntegrator, .lif:
            membrane = shares("tau", scheme.integration)
            membraneGain = shares("tau", gain)
        default:
            membrane = [Double](repeating: dt, count: count)
            membraneGain = membrane
        }
        r = values("r", 1)
        leak = values("v_leak", 0)
        threshold = values("v_threshold", 0)
        reset = values("v_reset", 0)
        synapse = shares("tau_syn", scheme.integration)
        synapseGain = shares("tau_syn", gain)
        weightIn = values("w_in", 1)
    }

    var list: [Double] {
        membrane + r + leak + threshold + reset + synapse + weightIn + membraneGain + synapseGain
    }

    /// Refuses time constants shorter than a step, which only the exact integration follows.
    ///
    /// A millionth is forgiven: time constants are mostly float32.
    static func checkStep(_ graph: NIRGraph, dt: Double) throws(NIRError) {
        for node in graph.nodes where node.kind.hasState {
            for name in ["tau", "tau_mem", "tau_syn"] {
                guard let tau = node.parameters[name],
                    let index = tau.values.firstIndex(where: { $0 < dt * (1 - 1e-6) })
                else { continue }
                throw .outOfRange(
                    node: node.name, parameter: name, index: tau.indexText(index), value: tau.values[index],
                    allowed: "the step of \(short(dt)) s and above")
            }
        }
    }
}
