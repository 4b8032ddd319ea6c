/// A published tinyRSNN decoder, step by step, in one of three precisions.
///
///     s[t]    = 1 where mem[t−1] > 1
///     syn[t]  = αs·syn[t−1] + W_in·x[t−1] + W_rec·s[t−1]
///     mem[t]  = (αm·mem[t−1] + (1 − αm)·syn[t−1]) · (1 − s[t])
///     rsyn[t] = βs·rsyn[t−1] + W_out·s[t−1]
///     y[t]    = βm·y[t−1] + (1 − βm)·rsyn[t−1]
///
/// All state starts at 0. In half precision each matrix product is summed exactly and rounded once; every other
/// product and sum is rounded, in the order (αs·syn + W_in·x) + W_rec·s and b = αm·mem + (1 − αm)·syn, then b − s·b.
/// An input spike first moves `y` five steps later. A network belongs to one thread at a time; steps allocate nothing.
///
///     let decoder = TinyRSNN(checkpoint, precision: .half)
///     decoder.step(input: spikes, output: velocity)
public final class TinyRSNN: @unchecked Sendable {
    /// How numbers are held.
    public enum Precision: String, CaseIterable, Hashable, Sendable {
        case double = "float64"
        case single = "float32"
        /// As the published scores were taken.
        case half = "float16"
    }

    public let precision: Precision
    public let inputCount: Int
    private var double: TinyCells<Double>?
    private var single: TinyCells<Float>?
    private var half: TinyCells<Float16>?

    /// The decoder of `checkpoint`, at rest.
    public init(_ checkpoint: TinyCheckpoint, precision: Precision) {
        self.precision = precision
        inputCount = checkpoint.inputs
        switch precision {
        case .double: double = TinyCells(checkpoint, checkpoint.decay)
        case .single: single = TinyCells(checkpoint, checkpoint.decay)
        case .half: half = TinyCells(checkpoint, checkpoint.halfDecay)
        }
    }

    /// One step of 4 ms: `inputCount` spike counts in, two velocities out.
    public func step(input: UnsafePointer<Double>, output: UnsafeMutablePointer<Double>) {
        unsafe double?.step(input, output)
        unsafe single?.step(input, output)
        unsafe half?.step(input, output)
    }

    /// Back to rest, counters included.
    public func reset() {
        double?.reset()
        single?.reset()
        half?.reset()
    }

    /// True if hidden neuron `index` fired in the last step.
    public func fired(_ index: Int) -> Bool {
        (double?.spikes ?? single?.spikes ?? half?.spikes).map { $0[index] != 0 } ?? false
    }

    /// Membrane of hidden neuron `index` after the last step.
    public func membrane(_ index: Int) -> Double {
        double?.membrane[index] ?? single.map { Double($0.membrane[index]) } ?? half.map { Double($0.membrane[index]) }
            ?? 0
    }

    /// Synaptic current of hidden neuron `index` after the last step.
    public func current(_ index: Int) -> Double {
        double?.synapse[index] ?? single.map { Double($0.synapse[index]) } ?? half.map { Double($0.synapse[index]) }
            ?? 0
    }

    /// What was spent since the last reset.
    public var operations: Operations { double?.operations ?? single?.operations ?? half?.operations ?? Operations() }
}

/// The state of a tinyRSNN in one precision.
struct TinyCells<Scalar: BinaryFloatingPoint & Sendable>: Sendable {
    private(set) var membrane: [Scalar]
    private(set) var synapse: [Scalar]
    /// 1 where a neuron fired in the last step.
    private(set) var spikes: [Double]
    private(set) var operations = Operations()
    private var readoutSynapse: [Scalar]
    private var readout: [Scalar]
    /// Spikes of the step before, and the input of the step before.
    private var oldSpikes: [Double]
    private var oldInput: [Double]
    private var fanIn: TinyFan
    private var recurrence: TinyFan
    private var fanOut: TinyFan
    private let factors: Factors

    private struct Factors {
        let membrane: [Scalar]
        let synapse: [Scalar]
        let readoutMembrane: [Scalar]
        let readoutSynapse: [Scalar]
    }

    init(_ checkpoint: TinyCheckpoint, _ decay: TinyCheckpoint.Decay) {
        let hidden = TinyCheckpoint.hidden
        membrane = [Scalar](repeating: 0, count: hidden)
        synapse = membrane
        spikes = [Double](repeating: 0, count: hidden)
        oldSpikes = spikes
        oldInput = [Double](repeating: 0, count: checkpoint.inputs)
        readout = [Scalar](repeating: 0, count: TinyCheckpoint.outputs)
        readoutSynapse = readout
        fanIn = TinyFan(checkpoint.inputWeight, rows: hidden)
        recurrence = TinyFan(checkpoint.recurrentWeight, rows: hidden)
        fanOut = TinyFan(checkpoint.outputWeight, rows: TinyCheckpoint.outputs)
        factors = Factors(
            membrane: decay.membrane.map { Scalar($0) }, synapse: decay.synapse.map { Scalar($0) },
            readoutMembrane: decay.readoutMembrane.map { Scalar($0) },
            readoutSynapse: decay.readoutSynapse.map { Scalar($0) })
    }

    mutating func step(_ input: UnsafePointer<Double>, _ output: UnsafeMutablePointer<Double>) {
        operations.synaptic += fanIn.multiply(oldInput) + recurrence.multiply(spikes) + fanOut.multiply(spikes)
        operations.updates += Int64(membrane.count + readout.count)
        swap(&spikes, &oldSpikes)
        for i in membrane.indices {
            let spike: Scalar = membrane[i] > 1 ? 1 : 0
            let (alpha, kept) = (factors.synapse[i], factors.membrane[i])
            let rest: Scalar = 1 - kept
            let held: Scalar = kept * membrane[i]
            let moved: Scalar = rest * synapse[i]
            let base: Scalar = held + moved
            let faded: Scalar = alpha * synapse[i]
            let fed: Scalar = faded + Scalar(fanIn.sums[i])
            synapse[i] = fed + Scalar(recurrence.sums[i])
            let lost: Scalar = spike * base
            membrane[i] = base - lost
            spikes[i] = Double(spike)
            operations.spikes += spike == 0 ? 0 : 1
        }
        for i in readout.indices {
            let (alpha, kept) = (factors.readoutSynapse[i], factors.readoutMembrane[i])
            let rest: Scalar = 1 - kept
            let held: Scalar = kept * readout[i]
            let moved: Scalar = rest * readoutSynapse[i]
            readout[i] = held + moved
            let faded: Scalar = alpha * readoutSynapse[i]
            readoutSynapse[i] = faded + Scalar(fanOut.sums[i])
            unsafe output[i] = Double(readout[i])
        }
        for j in oldInput.indices { oldInput[j] = unsafe input[j] }
    }

    mutating func reset() {
        for i in membrane.indices { (membrane[i], synapse[i], spikes[i], oldSpikes[i]) = (0, 0, 0, 0) }
        for i in readout.indices { (readout[i], readoutSynapse[i]) = (0, 0) }
        for j in oldInput.indices { oldInput[j] = 0 }
        operations = Operations()
    }
}

/// A matrix whose products with spikes are summed in double precision, which is exact for half-precision weights.
private struct TinyFan: Sendable {
    private(set) var sums: [Double]
    private let rows: Int
    /// Column by column.
    private let weights: [Double]
    private let nonZero: [Int64]

    init(_ matrix: [Double], rows: Int) {
        self.rows = rows
        sums = [Double](repeating: 0, count: rows)
        let columns = matrix.count / rows
        weights = (0..<columns).flatMap { column in (0..<rows).map { matrix[$0 * columns + column] } }
        nonZero = (0..<columns).map { column in
            Int64((0..<rows).count { matrix[$0 * columns + column] != 0 })
        }
    }

    /// W·x, left in ``sums``; returns the products of a non-zero weight and a non-zero input.
    mutating func multiply(_ x: [Double]) -> Int64 {
        var operations: Int64 = 0
        for i in 0..<rows { sums[i] = 0 }
        for j in x.indices where x[j] != 0 {
            operations += nonZero[j]
            for i in 0..<rows { sums[i] += weights[j * rows + i] * x[j] }
        }
        return operations
    }
}
