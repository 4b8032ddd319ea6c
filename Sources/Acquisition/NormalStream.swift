import Glibc

/// A seeded stream of independent standard normal numbers.
///
/// ### Implementation Notes
///
/// One word, one number: the inverse of the normal distribution at a uniform of 53 bits, by Wichura's rational
/// approximation (Algorithm AS 241, PPND16, Applied Statistics 37:477, 1988; relative accuracy about 1e-16). 85 % of
/// the numbers need no logarithm.
public struct NormalStream: Sendable, BitwiseCopyable {
    private var words: SplitMix64

    /// Stream `stream` of `seed`.
    public init(seed: UInt64, stream: UInt64) { words = SplitMix64(seed: seed, stream: stream) }

    /// The next number.
    public mutating func next() -> Double {
        let uniform = (Double(words.next() >> 11) + 0.5) * 0x1p-53
        return normalQuantile(uniform)
    }
}

/// The x at which the standard normal distribution reaches `p`, 0 < p < 1.
@inline(__always)
func normalQuantile(_ p: Double) -> Double {
    let q = p - 0.5
    guard abs(q) <= 0.425 else { return tailQuantile(p) }
    let r = 0.180625 - q * q
    let numerator = polynomial(
        3.3871328727963666080, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3, at: r)
    let denominator = polynomial(
        1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3, at: r)
    return q * numerator / denominator
}

/// The same, for the outer 15 %.
private func tailQuantile(_ p: Double) -> Double {
    let distance = (-log(min(p, 1 - p))).squareRoot()
    let x = distance <= 5 ? outer(distance - 1.6) : outermost(distance - 5)
    return p < 0.5 ? -x : x
}

private func outer(_ r: Double) -> Double {
    let numerator = polynomial(
        1.42343711074968357734, 4.63033784615654529590, 5.76949722146069140550, 3.64784832476320460504,
        1.27045825245236838258, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4, at: r)
    let denominator = polynomial(
        1, 2.05319162663775882187, 1.67638483018380384940, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2,
        5.47593808499534494600e-4, 1.05075007164441684324e-9, at: r)
    return numerator / denominator
}

private func outermost(_ r: Double) -> Double {
    let numerator = polynomial(
        6.65790464350110377720, 5.46378491116411436990, 1.78482653991729133580, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3,
        2.71155556874348757815e-5, 2.01033439929228813265e-7, at: r)
    let denominator = polynomial(
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5,
        1.42151175831644588870e-7, 2.04426310338993978564e-15, at: r)
    return numerator / denominator
}

/// Eight coefficients, constant first, in Estrin's order: pairs, then pairs of pairs.
@inline(__always)
private func polynomial(
    _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double, _ c5: Double, _ c6: Double, _ c7: Double,
    at x: Double
) -> Double {
    let x2 = x * x
    let low = c0.addingProduct(c1, x).addingProduct(x2, c2.addingProduct(c3, x))
    let high = c4.addingProduct(c5, x).addingProduct(x2, c6.addingProduct(c7, x))
    return low.addingProduct(x2 * x2, high)
}
