import Glibc

/// One real eigenvalue or one complex pair of linear dynamics.
public struct DynamicMode: Sendable {
    /// Of one bin's transition; of a pair the one with the positive imaginary part.
    public let eigenvalue: ComplexNumber
    /// Seconds to 1/e; infinite where it does not decay.
    public let timeConstant: Double
    /// Hz; 0 for a positive real eigenvalue, half the rate of bins for a negative one.
    public let frequency: Double
    /// 95 %, in seconds.
    public internal(set) var timeConstantInterval: PercentileInterval?
    /// 95 %, in Hz.
    public internal(set) var frequencyInterval: PercentileInterval?
    /// How the mode shows in the kept components; the real part of a pair's.
    public let direction: [Double]
    /// How the mode shows in the units; the real part of a pair's.
    public let pattern: [Double]

    init(eigenvalue: ComplexNumber, bin: Double, direction: [Double], pattern: [Double]) {
        self.eigenvalue = eigenvalue
        timeConstant = Self.timeConstant(eigenvalue, bin: bin)
        frequency = Self.frequency(eigenvalue, bin: bin)
        (self.direction, self.pattern) = (direction, pattern)
    }

    /// τ = −bin / ln |λ|.
    static func timeConstant(_ value: ComplexNumber, bin: Double) -> Double {
        value.magnitude >= 1 ? .infinity : value.magnitude <= 0 ? 0 : -bin / log(value.magnitude)
    }

    /// f = |arg λ| / (2π bin).
    static func frequency(_ value: ComplexNumber, bin: Double) -> Double { abs(value.angle) / (2 * .pi * bin) }
}

/// The middle 95 % of resampled values.
///
/// Source: percentile bootstrap, Efron & Tibshirani 1993, §13.
public struct PercentileInterval: Hashable, Sendable {
    public let low: Double
    public let high: Double

    /// Of `values`; nil without any.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        low = sorted[values.count * 25 / 1_000]
        high = sorted[min(values.count - 1, values.count * 975 / 1_000)]
    }

    /// Whether `value` lies in it.
    public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}
