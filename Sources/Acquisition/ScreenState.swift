/// What the computer showed to a person who steers: where the cursor was and where it was meant to go.
///
/// The computer knows all of it, so that a decoder may learn from it without anything of the body's movement.
public struct ScreenState: BitwiseCopyable, Hashable, Sendable {
    /// First sample of the block that it belongs to; the positions are those at the block's end.
    public var firstSample: Int64 = 0
    /// In m from the centre.
    public var cursor = SIMD2<Double>(0, 0)
    /// In m from the centre.
    public var target = SIMD2<Double>(0, 0)
    /// Of the target, in m.
    public var radius = 0.0
    /// Of the cursor, in m/s.
    public var speed = 0.0

    /// A screen without anything on it.
    public init() {}
}
