/// What a network costs, by the definitions of NeuroBench 2.3.0.
///
/// Source: `neurobench.metrics` 2.3.0. Footprint: bytes of all parameters, zeros included. Connection sparsity: zero
/// weights over weights. Activation sparsity: zero outputs over outputs of all neurons. Dense: operations a step when
/// everything counts. Effective: non-zero weights met by a non-zero input; accumulations (AC) where a layer's input of
/// that step holds only 0, 1 and −1, multiply-accumulations (MAC) otherwise. Biases do not count.
public struct SynapticCost: Hashable, Sendable, Codable {
    public var footprintBytes: Int
    public var connectionSparsity: Double
    public var activationSparsity: Double
    /// A step.
    public var dense: Double
    /// A step.
    public var effectiveMACs: Double
    /// A step.
    public var effectiveACs: Double
    /// Steps a second of data; nil where not known.
    public var executionRate: Double?

    /// Effective operations a step.
    public var effective: Double { effectiveMACs + effectiveACs }
}

/// Counts what ``RecurrentDecoder`` does, step by step.
struct SynapticMeter {
    private let parameters: RecurrentParameters
    /// Non-zero weights that leave each input, each neuron to neurons, each neuron to outputs.
    private let fromInput: [Int]
    private let fromNeuron: [Int]
    private let toOutput: [Int]
    private let zeros: Int
    private let biases: Int
    private var steps = 0
    private var multiplied = 0
    private var added = 0
    private var spikes = 0

    /// A meter of a network that has `biases` constants beside `parameters`.
    init(_ parameters: RecurrentParameters, biases: Int) {
        self.parameters = parameters
        self.biases = biases
        let (values, hidden) = (parameters.values, parameters.hidden)
        func nonZero(_ start: Int, _ count: Int, by step: Int = 1) -> Int {
            (0..<count).count { values[start + $0 * step] != 0 }
        }
        fromInput = (0..<parameters.inputs).map { nonZero($0 * hidden, hidden) }
        fromNeuron = (0..<hidden).map { nonZero(parameters.recurrentStart + $0 * hidden, hidden) }
        toOutput = (0..<hidden).map { nonZero(parameters.outputStart + $0, parameters.outputs, by: hidden) }
        zeros = values[..<parameters.biasStart].count { $0 == 0 }
    }

    mutating func add(input: ArraySlice<Double>, before: [Int], fired: [Int]) {
        steps += 1
        var operations = 0
        var isBinary = true
        for (index, value) in input.enumerated() where value != 0 {
            operations += fromInput[index]
            isBinary = isBinary && (value == 1 || value == -1)
        }
        if isBinary { added += operations } else { multiplied += operations }
        added += before.reduce(0) { $0 + fromNeuron[$1] } + fired.reduce(0) { $0 + toOutput[$1] }
        spikes += fired.count
    }

    var cost: SynapticCost {
        let weights = parameters.biasStart, all = Double(max(1, steps))
        return SynapticCost(
            footprintBytes: 4 * (parameters.values.count + biases), connectionSparsity: Double(zeros) / Double(weights),
            activationSparsity: 1 - Double(spikes) / (all * Double(parameters.hidden)), dense: Double(weights),
            effectiveMACs: Double(multiplied) / all, effectiveACs: Double(added) / all, executionRate: nil)
    }
}
