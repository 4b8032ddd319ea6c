import Acquisition

/// A random process of standard deviation 1 that forgets itself over a time: exact at any step.
///
///     z ← a·z + √(1 − a²)·ξ,   a = e^(−step/τ)
///
/// Source: Gillespie 1996, Phys Rev E 54:2084.
struct OrnsteinUhlenbeck: Sendable, BitwiseCopyable {
    private(set) var value: Double
    private let keep: Double
    private let kick: Double

    /// A process in its stationary state; `step` and `time` in one unit.
    init(step: Double, time: Double, from normals: inout NormalStream) {
        keep = exponential(-step / time)
        kick = (1 - keep * keep).squareRoot()
        value = normals.next()
    }

    /// One step.
    mutating func advance(_ normals: inout NormalStream) {
        value = keep * value + kick * normals.next()
    }
}
