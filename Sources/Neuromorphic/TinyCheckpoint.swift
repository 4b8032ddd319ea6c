import Glibc

/// A trained decoder of the BioCAS 2024 challenge: 64 recurrent neurons between 96 or 192 channels and two velocities.
///
/// Read from little-endian float32 arrays back to back: weights of input (64 × n), recurrence (64 × 64) and readout
/// (2 × 64); parameters of membrane and synapse of the neurons, then of the readout; the same four decay factors as
/// the half-precision model stores them. Source: github.com/fmi-basel/neural-decoding-RSNN, arXiv 2409.01762.
public struct TinyCheckpoint: Hashable, Sendable {
    /// Seconds per step that the decoder was trained for.
    public static let step = 0.004
    /// Neurons of the recurrent layer.
    public static let hidden = 64
    /// Velocities that are decoded.
    public static let outputs = 2
    /// Largest number of channels that a file may have.
    static let inputLimit = 4_096

    /// Channels.
    public let inputs: Int
    /// `[neuron][channel]`, in C order.
    public let inputWeight: [Double]
    /// `[neuron][neuron]`, in C order.
    public let recurrentWeight: [Double]
    /// `[output][neuron]`, in C order.
    public let outputWeight: [Double]
    /// Decay factors of a step, in double precision.
    public let decay: Decay
    /// Decay factors as the half-precision model computes them.
    public let halfDecay: Decay

    /// Factors e^(−dt/τ) of one step.
    public struct Decay: Hashable, Sendable {
        public var membrane: [Double]
        public var synapse: [Double]
        public var readoutMembrane: [Double]
        public var readoutSynapse: [Double]
    }

    /// Takes a file's bytes apart; `file` names it in messages.
    ///
    /// - Throws: a size that no number of channels gives, or a value that is no finite number.
    public init(bytes: [UInt8], file: String) throws(NIRError) {
        let hidden = TinyCheckpoint.hidden
        let rest = hidden * hidden + 2 * hidden + 4 * hidden + 8
        let values = bytes.count / 4
        let channels = (values - rest) / hidden
        guard bytes.count % 4 == 0, values > rest, (values - rest) % hidden == 0, channels <= TinyCheckpoint.inputLimit
        else { throw .checkpoint(file: file, found: bytes.count, expected: 4 * rest, each: 4 * hidden) }
        var place = 0
        func next(_ count: Int, _ name: String) throws(NIRError) -> [Double] {
            var list: [Double] = []
            for index in 0..<count {
                let first = 4 * (place + index)
                let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[first + $1]) << (8 * UInt32($1)) }
                let value = Double(Float(bitPattern: bits))
                guard value.isFinite else { throw .notFinite(node: file, parameter: name, index: "[\(index)]") }
                list.append(value)
            }
            place += count
            return list
        }
        inputs = channels
        inputWeight = try next(hidden * channels, "input_weight")
        recurrentWeight = try next(hidden * hidden, "recurrent_weight")
        outputWeight = try next(2 * hidden, "output_weight")
        let membrane = try next(hidden, "mem_param")
        let synapse = try next(hidden, "syn_param")
        let readoutMembrane = try next(2, "mem_param_readout")
        let readoutSynapse = try next(2, "syn_param_readout")
        decay = Decay(
            membrane: membrane.map { TinyCheckpoint.factor($0, 0.020) },
            synapse: synapse.map { TinyCheckpoint.factor($0, 0.010) },
            readoutMembrane: readoutMembrane.map { TinyCheckpoint.factor($0, 0.050) },
            readoutSynapse: readoutSynapse.map { TinyCheckpoint.factor($0, 0.010) })
        halfDecay = Decay(
            membrane: try next(hidden, "half_decay_mem"), synapse: try next(hidden, "half_decay_syn"),
            readoutMembrane: try next(2, "half_decay_mem_readout"),
            readoutSynapse: try next(2, "half_decay_syn_readout"))
    }

    /// e^(−dt/τ) with τ = softplus(`parameter`) × `scale` seconds.
    private static func factor(_ parameter: Double, _ scale: Double) -> Double {
        let softplus = parameter > 20 ? parameter : log1p(exp(parameter))
        return exp(-step / (softplus * scale))
    }
}

extension TinyCheckpoint {
    /// The same equations as a graph, which run as they were trained under `exact/voltage-first/zero-late`.
    ///
    /// A spike is read one step late and everything uses the step before: delays of 1, 1 and 2 steps say so. What NIR
    /// cannot say is the reset, which comes a step late and loses that step's input; any other scheme decodes
    /// something else.
    public func graph() throws(NIRError) -> NIRGraph {
        let hidden = TinyCheckpoint.hidden
        let cells = TinyCheckpoint.cells(decay.membrane, decay.synapse)
        let readout = TinyCheckpoint.cells(decay.readoutMembrane, decay.readoutSynapse)
        func linear(_ name: String, _ rows: Int, _ columns: Int, _ values: [Double]) -> NIRNode {
            NIRNode(name: name, kind: .linear, parameters: ["weight": Tensor(shape: [rows, columns], values: values)])
        }
        func delay(_ name: String, _ count: Int, steps: Double) -> NIRNode {
            let wait = [Double](repeating: steps * TinyCheckpoint.step, count: count)
            return NIRNode(name: name, kind: .delay, parameters: ["delay": Tensor(wait)])
        }
        let nodes = [
            NIRNode(name: "spikes", kind: .input, parameters: ["shape": Tensor([Double(inputs)])]),
            linear("fan_in", hidden, inputs, inputWeight), delay("late_in", hidden, steps: 1),
            NIRNode(
                name: "cells", kind: .cubaLIF,
                parameters: cells.merging([
                    "v_threshold": Tensor([Double](repeating: 1, count: hidden)),
                    "v_reset": Tensor([Double](repeating: 0, count: hidden)),
                ]) { $1 }),
            linear("recurrence", hidden, hidden, recurrentWeight), delay("late_recurrence", hidden, steps: 1),
            linear("fan_out", 2, hidden, outputWeight), delay("late_out", 2, steps: 2),
            NIRNode(name: "readout", kind: .cubaLI, parameters: readout),
            NIRNode(name: "velocity", kind: .output, parameters: ["shape": Tensor([2])]),
        ]
        let paths = [
            ["spikes", "fan_in", "late_in", "cells", "recurrence", "late_recurrence", "cells"],
            ["cells", "fan_out", "late_out", "readout", "velocity"],
        ]
        return try NIRGraph(
            nodes: nodes,
            edges: paths.flatMap { path in zip(path, path.dropFirst()).map { NIREdge(from: $0, to: $1) } })
    }

    /// Time constants that give the factors under `exact`; w_in so that an input adds its weight whole.
    private static func cells(_ membrane: [Double], _ synapse: [Double]) -> [String: Tensor] {
        let count = membrane.count
        return [
            "tau_mem": Tensor(membrane.map { -step / log($0) }), "tau_syn": Tensor(synapse.map { -step / log($0) }),
            "w_in": Tensor(synapse.map { 1 / (1 - $0) }), "r": Tensor([Double](repeating: 1, count: count)),
            "v_leak": Tensor([Double](repeating: 0, count: count)),
        ]
    }
}
