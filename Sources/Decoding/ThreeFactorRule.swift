import Glibc

/// A local learning rule for a readout: what a synapse saw lately, times the error, times a gate.
///
/// Each synapse keeps a fast and a slow eligibility trace of its presynaptic activity,
/// `e[t] = e^(−1/τ)·e[t−1] + (1 − e^(−1/τ))·x[t]`; the third factor is the error of the output that it feeds:
/// `Δw = η·gate·error·(e_fast + e_slow)/2 / (ε + |x|²)`, normalised by the power of the activity so that η does
/// not depend on rates. Memory does not grow with time.
/// Source: Frémaux & Gerstner 2016, Front. Neural Circuits 9:85 (three factors); two time scales as in
/// arXiv:2509.14447.
public struct ThreeFactorRule: Hashable, Sendable {
    /// η.
    public let rate: Double
    private let fastDecay: Double
    private let slowDecay: Double
    private var fast: [Double]
    private var slow: [Double]

    /// A rule for `inputs` synapses an output; time constants in bins.
    ///
    /// - Throws: a rate or a time constant that is not above 0.
    public init(
        inputs: Int, rate: Double, fast: Double = 1, slow: Double = 10
    ) throws(CalibrationError) {
        for (name, value) in [("rate", rate), ("fast", fast), ("slow", slow)] {
            guard value > 0, value.isFinite else {
                throw .setting(name: "three-factor \(name)", found: "\(value)", allowed: "above 0")
            }
        }
        self.rate = rate
        fastDecay = exp(-1 / fast)
        slowDecay = exp(-1 / slow)
        self.fast = [Double](repeating: 0, count: inputs)
        self.slow = self.fast
    }

    /// How far each weight is to move for a unit of error, after activity `x`; `gate` scales the rate.
    public mutating func gain(_ x: [Double], gate: Double) -> [Double] {
        precondition(x.count == fast.count)
        var power = 0.0
        for index in x.indices {
            fast[index] = fastDecay * fast[index] + (1 - fastDecay) * x[index]
            slow[index] = slowDecay * slow[index] + (1 - slowDecay) * x[index]
            power += x[index] * x[index]
        }
        let scale = rate * gate / (1e-6 + power)
        return fast.indices.map { scale * (fast[$0] + slow[$0]) / 2 }
    }
}
