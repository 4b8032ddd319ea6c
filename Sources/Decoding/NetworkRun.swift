public import Neuromorphic

/// A network run over the rows of a matrix, and what it cost.
public struct NetworkRun: Sendable {
    /// Scored steps × outputs.
    public let output: Matrix
    /// Spikes a firing neuron and step; nil where no neuron fires.
    public let activity: Double?
    /// What the scored steps spent.
    public let operations: Operations
    /// By NeuroBench's definitions.
    public let cost: SynapticCost

    /// Runs `chip` from rest over the rows `range` of `input`, and over `warmUp` rows before that are not scored.
    ///
    /// - Throws: another number of inputs than `input` has columns.
    public init(
        _ graph: NIRGraph, on chip: ChipNetwork, input: Matrix, range: Range<Int>, warmUp: Int
    ) throws(CalibrationError) {
        guard chip.inputCount == input.columns else {
            throw .shape(
                what: "the input", found: [input.rows, input.columns],
                expected: "rows × \(chip.inputCount), which the network takes")
        }
        let weights = NetworkWeights(graph)
        chip.reset()
        var row = [Float](repeating: 0, count: input.columns)
        var given = [Float](repeating: 0, count: chip.outputCount)
        var found = Matrix(rows: range.count, columns: chip.outputCount)
        var start = Operations()
        var multiplied = 0
        for index in max(0, range.lowerBound - warmUp)..<range.upperBound {
            if index == range.lowerBound { start = chip.operations }
            for column in 0..<input.columns { row[column] = Float(input[index, column]) }
            unsafe row.withUnsafeBufferPointer { values in
                unsafe given.withUnsafeMutableBufferPointer { output in
                    guard let from = values.baseAddress, let to = output.baseAddress else { return }
                    unsafe chip.step(input: from, output: to)
                }
            }
            guard index >= range.lowerBound else { continue }
            for column in given.indices { found[index - range.lowerBound, column] = Double(given[column]) }
            multiplied += weights.multiplications(row)
        }
        var spent = chip.operations
        spent.synaptic -= start.synaptic
        spent.updates -= start.updates
        spent.spikes -= start.spikes
        let steps = Double(max(1, range.count))
        let cells = steps * Double(chip.firingCount)
        output = found
        operations = spent
        activity = chip.firingCount > 0 ? Double(spent.spikes) / cells : nil
        cost = SynapticCost(
            footprintBytes: 4 * weights.parameters, connectionSparsity: weights.sparsity,
            activationSparsity: 1 - (activity ?? 1), dense: Double(weights.count),
            effectiveMACs: Double(multiplied) / steps,
            effectiveACs: Double(Int(spent.synaptic) - multiplied) / steps, executionRate: 1 / chip.dt)
    }
}

/// The weights of a network whose connections are linear layers.
private struct NetworkWeights {
    /// All stored values, shapes aside.
    let parameters: Int
    let count: Int
    let zeros: Int
    /// Non-zero weights that leave each input of the network.
    private let fromInput: [Int]

    init(_ graph: NIRGraph) {
        var (all, weights, zero) = (0, 0, 0)
        for node in graph.nodes where node.kind != .input && node.kind != .output {
            all += node.parameters.reduce(0) { $0 + $1.value.values.count }
            guard node.kind == .affine || node.kind == .linear, let weight = node.parameters["weight"] else { continue }
            weights += weight.values.count
            zero += weight.values.count { $0 == 0 }
        }
        (parameters, count, zeros) = (all, weights, zero)
        var fan = [Int](repeating: 0, count: graph.inputCount)
        let entrances = graph.nodes.filter { $0.kind == .input }
        let targets = graph.edges.filter { edge in entrances.contains { $0.name == edge.from } }.map(\.to)
        for case let node? in targets.map({ graph.node($0) }) {
            guard node.kind == .affine || node.kind == .linear, let weight = node.parameters["weight"],
                weight.shape.count == 2, weight.shape[1] == fan.count
            else { continue }
            for (index, value) in weight.values.enumerated() where value != 0 { fan[index % fan.count] += 1 }
        }
        fromInput = fan
    }

    var sparsity: Double { count == 0 ? 0 : Double(zeros) / Double(count) }

    /// Operations of one step that multiply: those of a layer whose input holds more than 0, 1 and −1.
    func multiplications(_ input: [Float]) -> Int {
        guard input.contains(where: { $0 != 0 && $0 != 1 && $0 != -1 }) else { return 0 }
        return zip(input, fromInput).reduce(0) { $0 + ($1.0 == 0 ? 0 : $1.1) }
    }
}
