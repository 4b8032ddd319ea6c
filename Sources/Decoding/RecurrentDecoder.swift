/// The trained recurrent spiking network: counts in, velocity out, one step a bin.
public struct RecurrentDecoder: Hashable, Sendable {
    /// W_in is per count: the scaling of the inputs is folded in.
    public let parameters: RecurrentParameters
    /// Added to each neuron's current at every step: what the scaling took off the inputs.
    public let inputBias: [Float]
    /// Means and deviations of the target over the training part: an output of 1 is one deviation.
    public let targetMeans: [Double]
    public let targetDeviations: [Double]
    /// Seconds a step.
    public let bin: Double

    /// What a run gave.
    public struct Run: Sendable {
        /// Bins × outputs, in the target's unit.
        public var prediction: Matrix
        /// Spikes a neuron and bin.
        public var activity: Double
        /// What the bins cost.
        public var cost: SynapticCost
    }

    /// `parameters` that were trained on (x − means) · scales, to be fed with x.
    init(
        trained parameters: RecurrentParameters, means: [Double], scales: [Double], targetMeans: [Double],
        targetDeviations: [Double], bin: Double
    ) {
        var folded = parameters
        var bias = [Double](repeating: 0, count: parameters.hidden)
        for input in 0..<parameters.inputs {
            for neuron in 0..<parameters.hidden {
                let place = input * parameters.hidden + neuron
                folded.values[place] = Float(Double(parameters.values[place]) * scales[input])
                bias[neuron] -= Double(folded.values[place]) * means[input]
            }
        }
        self.parameters = folded
        inputBias = bias.map { Float($0) }
        (self.targetMeans, self.targetDeviations, self.bin) = (targetMeans, targetDeviations, bin)
    }

    /// Runs over the bins `range`, from rest `warmUp` bins earlier (or from the start).
    public func run(_ counts: Matrix, _ range: Range<Int>, warmUp: Int) -> Run {
        var state = RecurrentState(parameters)
        var meter = SynapticMeter(parameters, biases: inputBias.count)
        var result = Matrix(rows: range.count, columns: parameters.outputs)
        var spikes = 0
        for row in max(0, range.lowerBound - warmUp)..<range.upperBound {
            let input = counts.row(row)
            let before = state.fired
            state.step(parameters, input, bias: inputBias)
            guard row >= range.lowerBound else { continue }
            meter.add(input: input, before: before, fired: state.fired)
            spikes += state.fired.count
            for column in 0..<parameters.outputs {
                result[row - range.lowerBound, column] =
                    targetMeans[column] + targetDeviations[column] * Double(state.output[column])
            }
        }
        let cells = Double(max(1, range.count * parameters.hidden))
        return Run(prediction: result, activity: Double(spikes) / cells, cost: meter.cost)
    }
}

/// The state between two bins.
private struct RecurrentState {
    private var current: [Float]
    private var membrane: [Float]
    private let alpha: [Float]
    private let beta: [Float]
    private let gamma: [Float]
    /// Neurons that fired in the last step, in order.
    private(set) var fired: [Int] = []
    private(set) var output: [Float]

    init(_ parameters: RecurrentParameters) {
        current = [Float](repeating: 0, count: parameters.hidden)
        membrane = current
        output = [Float](repeating: 0, count: parameters.outputs)
        (alpha, beta, gamma) = (parameters.alpha, parameters.beta, parameters.gamma)
    }

    mutating func step(_ now: RecurrentParameters, _ input: ArraySlice<Double>, bias: [Float]) {
        let hidden = now.hidden
        for neuron in 0..<hidden { current[neuron] = alpha[neuron] * current[neuron] + bias[neuron] }
        for (index, count) in input.enumerated() where count != 0 {
            let weight = Float(count)
            for neuron in 0..<hidden { current[neuron] += weight * now.values[index * hidden + neuron] }
        }
        for from in fired {
            membrane[from] = 0
            let start = now.recurrentStart + from * hidden
            for neuron in 0..<hidden { current[neuron] += now.values[start + neuron] }
        }
        fired.removeAll(keepingCapacity: true)
        for neuron in 0..<hidden {
            membrane[neuron] = beta[neuron] * membrane[neuron] + 3 * (1 - beta[neuron]) * current[neuron]
            if membrane[neuron] > 1 { fired.append(neuron) }
        }
        for index in output.indices {
            var drive = now.values[now.biasStart + index]
            for neuron in fired { drive += now.values[now.outputStart + index * hidden + neuron] }
            output[index] = gamma[index] * output[index] + 3 * (1 - gamma[index]) * drive
        }
    }
}
