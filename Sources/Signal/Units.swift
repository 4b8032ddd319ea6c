/// An electric current in nanoamperes.
///
/// An integer: Interlocks compares currents exactly, and 1 nA is finer than any stimulator's step.
public struct Nanoamperes: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: Int64
    /// A current of `value` nA.
    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// A duration or a time of the stimulation path in microseconds.
public struct Microseconds: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: Int64
    /// A time of `value` µs.
    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// A clock reading or a duration in nanoseconds.
public struct Nanoseconds: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: Int64
    /// A time of `value` ns.
    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// An electric charge in femtocoulombs: 1 nA × 1 µs = 1 fC, so that a product of the two types above is exact.
public struct Femtocoulombs: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: Int64
    /// A charge of `value` fC.
    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// An area in square micrometres.
///
/// 1 cm² = 10⁸ µm².
public struct SquareMicrometres: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: Int64
    /// An area of `value` µm².
    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}

/// A ratio in millionths.
///
/// 0.4 % = 4,000 ppm.
public struct PartsPerMillion: Hashable, Comparable, Sendable, BitwiseCopyable {
    public var value: Int64
    /// A ratio of `value` ppm.
    @inlinable public init(_ value: Int64) { self.value = value }
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.value < b.value }
}
