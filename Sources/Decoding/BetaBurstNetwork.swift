public import Neuromorphic

/// The shipped network: ON and OFF events in, beta envelope in event units out.
///
///     events (2) → Linear (88 × 2) → CubaLIF (88) → Linear (1 × 88) → LI (1)
///
/// **Population.** Two halves of 44 neurons. A synaptic current of 40 ms adds ON and subtracts OFF events in the first
/// half, the reverse in the second: it follows the signal above 4 Hz, so that constant offsets of the encoder fade. The
/// membrane has no memory (1 ms); neuron k of a half fires in every step in which its half's current exceeds level k,
/// so that each step's spikes are a thermometer of the rectified signal. Levels are one event apart up to 16 events,
/// then 2, 4, 8 and 16, up to 192. Equal thresholds; the levels are in the leak, which the chip holds as a bias.
///
/// **Readout.** Each spike weighs the distance between levels; a leak of 100 ms makes the exponential mean.
///
/// **Calibration.** Levels stand 0.2 event lower than the middle between steps, against the encoder's trailing:
/// fitted on amplitude-modulated noise of 16–20 Hz, band-passed as by the profile. Mean over reference, threshold 1 µV:
/// 0.87 at 1 µV, 0.99 at 2, 1.00 from 3 to 15, 0.98 at 30. Threshold 4 µV: 0.79 at 3 µV, 0.95 at 5, 1.00 from 15.
/// Sines: 0.96 at 13 Hz, 1.01 at 18, 0.99 at 30.
public enum BetaBurstNetwork {
    /// Seconds per step that the weights are made for.
    public static let step = 0.001
    /// Distances between the levels of one half, in events.
    static let distances = [(1.0, 16), (2.0, 8), (4.0, 8), (8.0, 8), (16.0, 4)].flatMap { distance, count in
        [Double](repeating: distance, count: count)
    }

    /// The network as a graph.
    public static func graph() throws(NIRError) -> NIRGraph {
        let half = distances.count
        var levels: [Double] = []
        var edge = 0.0
        for distance in distances {
            levels.append(edge + distance / 2 - 0.2)
            edge += distance
        }
        let lowest = levels[0]
        let leak = (levels + levels).map { lowest - $0 }
        let signs = (0..<(2 * half)).flatMap { $0 < half ? [1.0, -1.0] : [-1.0, 1.0] }
        func all(_ value: Double) -> Tensor { Tensor([Double](repeating: value, count: 2 * half)) }
        let nodes = [
            NIRNode(name: "events", kind: .input, parameters: ["shape": Tensor([2])]),
            NIRNode(
                name: "fan", kind: .linear, parameters: ["weight": Tensor(shape: [2 * half, 2], values: signs)]),
            NIRNode(
                name: "population", kind: .cubaLIF,
                parameters: [
                    "tau_syn": all(0.04), "tau_mem": all(step), "r": all(1), "v_leak": Tensor(leak),
                    "v_threshold": all(lowest), "v_reset": all(0), "w_in": all(40),
                ]),
            NIRNode(
                name: "distances", kind: .linear,
                parameters: ["weight": Tensor(shape: [1, 2 * half], values: distances + distances)]),
            NIRNode(
                name: "readout", kind: .leakyIntegrator,
                parameters: ["tau": Tensor([0.1]), "r": Tensor([1]), "v_leak": Tensor([0])]),
            NIRNode(name: "envelope", kind: .output, parameters: ["shape": Tensor([1])]),
        ]
        let names = nodes.map(\.name)
        let edges = zip(names, names.dropFirst()).map { NIREdge(from: $0, to: $1) }
        return try NIRGraph(nodes: nodes, edges: edges)
    }
}

/// Writes the shipped network to `path`; every run gives the same bytes.
public func writeBetaBurstNetwork(to path: String) throws(NIRError) {
    try BetaBurstNetwork.graph().write(to: path)
}
