/// One second-order section of a filter.
///
///     H(z) = (b0 + b1 z⁻¹ + b2 z⁻²) / (1 + a1 z⁻¹ + a2 z⁻²)
///
/// In double precision; ``BiquadBank`` rounds it to single precision once, when it is made.
public struct Biquad: Hashable, Sendable, BitwiseCopyable {
    public var b0: Double
    public var b1: Double
    public var b2: Double
    public var a1: Double
    public var a2: Double

    /// A section with these coefficients; a0 is 1.
    public init(b0: Double, b1: Double, b2: Double, a1: Double, a2: Double) {
        self.b0 = b0
        self.b1 = b1
        self.b2 = b2
        self.a1 = a1
        self.a2 = a2
    }

    /// Whether both poles lie inside the unit circle and all coefficients are finite.
    ///
    /// Source: the stability triangle, |a2| < 1 and |a1| < 1 + a2.
    public var isStable: Bool {
        b0.isFinite && b1.isFinite && b2.isFinite && abs(a2) < 1 && abs(a1) < 1 + a2
    }
}
