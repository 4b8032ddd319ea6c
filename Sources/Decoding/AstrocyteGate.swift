import Glibc

/// A slow variable that opens learning while errors are unusual, after the calcium of an astrocyte: experimental.
///
/// `c[t] = a·c[t−1] + (1 − a)·d[t]`, with d the square of the error over its calibrated mean square; the gate is
/// `c²/(c² + h²)` scaled so that it is 1 where errors are as calibrated (c = 1), at most ``most``.
/// No benchmark of such a gate exists; whether it earns anything is what its trial prints.
public struct AstrocyteGate: Hashable, Sendable {
    /// Time constant in bins.
    public let timeConstant: Double
    /// c at half of the range.
    public let half: Double
    /// The largest factor.
    public let most: Double
    /// The calcium-like variable.
    public private(set) var calcium = 1.0
    private let decay: Double

    /// A gate at rest.
    ///
    /// - Throws: a value that is not above 0.
    public init(timeConstant: Double = 200, half: Double = 2, most: Double = 5) throws(CalibrationError) {
        for (name, value) in [("time constant", timeConstant), ("half", half), ("most", most)] {
            guard value > 0, value.isFinite else {
                throw .setting(name: "astrocyte \(name)", found: "\(value)", allowed: "above 0")
            }
        }
        self.timeConstant = timeConstant
        self.half = half
        self.most = most
        decay = exp(-1 / timeConstant)
    }

    /// The factor on the learning rate after an error of `square` times the calibrated mean square.
    public mutating func next(_ square: Double) -> Double {
        calcium = decay * calcium + (1 - decay) * square
        return min(most, open(calcium) / open(1))
    }

    private func open(_ c: Double) -> Double { c * c / (c * c + half * half) }
}
