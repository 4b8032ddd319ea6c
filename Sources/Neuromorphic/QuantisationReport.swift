/// What was lost when a graph became integers, population by population.
public struct QuantisationReport: Hashable, Sendable {
    /// One population's losses.
    public struct Population: Hashable, Sendable {
        public var name: String
        public var neurons: Int
        /// Chip units per unit of the graph's membrane.
        public var scale: Double
        /// Exponent shared by the weights.
        public var weightExponent: Int
        /// Largest error of a weight, relative to the largest weight.
        public var weightError: Double
        /// Largest relative error of a decay (1 − e⁻ᵏ or k).
        public var decayError: Double
        /// Largest relative error of a threshold.
        public var thresholdError: Double
        /// Largest error of a bias, relative to the largest bias.
        public var biasError: Double
    }

    public internal(set) var populations: [Population] = []
    /// Approximations in words.
    public internal(set) var notes: [String] = []

    /// The largest of all relative errors.
    public var largestError: Double {
        populations.reduce(0) { max($0, $1.weightError, $1.decayError, $1.thresholdError, $1.biasError) }
    }
}
