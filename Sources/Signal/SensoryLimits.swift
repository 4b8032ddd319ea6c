/// Bounds on audible and visible feedback (IL-37).
public struct SensoryLimits: Hashable, Sendable, BitwiseCopyable {
    /// Thousandths of dB(A): the loudest sound, and the level that the dose is counted at.
    public var soundLevel: Int64 = 0, doseLevel: Int64 = 0
    /// At ``doseLevel``, in any ``doseWindow``; louder sounds count by their energy.
    public var doseDuration = Microseconds(0), doseWindow = Microseconds(0)
    public var flashes: Int64 = 0, flashWindow = Microseconds(0)
    public var allowsRed = false

    /// Nothing is allowed.
    public init() {}
}

/// A proposal of sound or light.
public struct Feedback: Hashable, Sendable, BitwiseCopyable {
    /// Thousandths of dB(A), for ``duration``; a silent one lasts 0 µs.
    public var soundLevel: Int64 = 0, duration = Microseconds(0)
    /// Flashes that start now.
    public var flashes: Int64 = 0
    public var isRed = false

    /// Neither sound nor light.
    public init() {}
}
