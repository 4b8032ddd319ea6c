/// How the sign of the weights of one connection is stored.
public enum LoihiSignMode: String, Hashable, Sendable {
    case mixed
    case excitatory = "exc"
    case inhibitory = "inh"

    /// The mode that fits `weights`: none negative, none positive, or both.
    public init(fitting weights: [Int]) {
        self = (weights.min() ?? 0) >= 0 ? .excitatory : (weights.max() ?? 0) <= 0 ? .inhibitory : .mixed
    }
}

/// The weights of one connection as the chip holds them: clipped and with the lowest bits dropped.
///
/// Mixed weights lose one bit more, by an arithmetic shift (−165 becomes −166); inhibitory ones lose theirs on the
/// magnitude. Source: lava-nc 0.10.0, fixed_pt models.
public struct LoihiWeights: Hashable, Sendable {
    public let targets: Int
    public let sources: Int
    /// `targets × sources` weights in C order, after clipping and truncation.
    public let effective: [Int32]
    /// The sum of a step is shifted left by this, or arithmetically right if it is negative.
    public let exponent: Int
    /// Delays in steps, 0…63, in the same order; nil where all are 0.
    public let delays: [Int32]?
    public let signMode: LoihiSignMode

    /// Weights as a chip with `bits` bits per weight (1…8) stores `given[target][source]`.
    public init(
        given: [[Int]], signMode: LoihiSignMode? = nil, bits: Int = 8, exponent: Int = 0, delays: [[Int]]? = nil
    ) {
        precondition((1...8).contains(bits))
        let mode = signMode ?? LoihiSignMode(fitting: given.flatMap { $0 })
        targets = given.count
        sources = given.first?.count ?? 0
        effective = given.flatMap { row in row.map { Int32(LoihiWeights.truncated($0, mode, bits)) } }
        precondition(effective.count == targets * sources)
        self.exponent = exponent
        self.signMode = mode
        self.delays = delays.map { rows in rows.flatMap { row in row.map { Int32(max(0, min(63, $0))) } } }
    }

    static func truncated(_ weight: Int, _ mode: LoihiSignMode, _ bits: Int) -> Int {
        switch mode {
        case .mixed:
            let shift = 9 - bits
            return (max(-256, min(255, weight)) >> shift) << shift
        case .excitatory:
            let shift = 8 - bits
            return (max(0, min(255, weight)) >> shift) << shift
        case .inhibitory:
            let shift = 8 - bits
            return -((-max(-255, min(0, weight)) >> shift) << shift)
        }
    }
}

/// One population of a fixed-point network: equal neurons, each with its own constants.
public struct LoihiPopulation: Hashable, Sendable {
    public let count: Int
    /// Decay of the current, u12 (4095 clears it each step).
    public let currentDecay: [Int32]
    /// Decay of the membrane, u12.
    public let voltageDecay: [Int32]
    /// Threshold mantissa, u17; compared with v after a shift by 6.
    public let threshold: [Int32]
    /// Bias mantissa, s13, before the exponent.
    public let biasMantissa: [Int32]
    /// Bias exponent; negative shifts right.
    public let biasExponent: Int
    /// False for a readout: the membrane is read and never compared.
    public let fires: Bool

    /// Neurons that share decays and threshold, as lava-nc's LIF does.
    public init(currentDecay: Int, voltageDecay: Int, threshold: Int, biasMantissa: [Int], biasExponent: Int = 0) {
        let count = biasMantissa.count
        self.init(
            currentDecay: [Int32](repeating: Int32(currentDecay), count: count),
            voltageDecay: [Int32](repeating: Int32(voltageDecay), count: count),
            threshold: [Int32](repeating: Int32(threshold), count: count),
            biasMantissa: biasMantissa.map { Int32($0) }, biasExponent: biasExponent, fires: true)
    }

    init(
        currentDecay: [Int32], voltageDecay: [Int32], threshold: [Int32], biasMantissa: [Int32], biasExponent: Int,
        fires: Bool
    ) {
        count = biasMantissa.count
        self.currentDecay = currentDecay
        self.voltageDecay = voltageDecay
        self.threshold = threshold
        self.biasMantissa = biasMantissa
        self.biasExponent = biasExponent
        self.fires = fires
    }
}

/// A connection of a fixed-point network: a spike of step t reaches its target at step t + 1 + delay.
public struct LoihiConnection: Hashable, Sendable {
    /// Index of the population that sends, or nil for the network's inputs `inputRange`.
    public let source: Int?
    /// Of the network's inputs, those that this connection takes.
    public let inputRange: Range<Int>
    /// Index of the population that receives.
    public let target: Int
    public let weights: LoihiWeights

    /// From population `source`, or from the inputs `inputRange` (all that the weights have columns for by default).
    public init(source: Int?, inputRange: Range<Int>? = nil, target: Int, weights: LoihiWeights) {
        self.source = source
        self.inputRange = inputRange ?? 0..<(source == nil ? weights.sources : 0)
        self.target = target
        self.weights = weights
    }
}
