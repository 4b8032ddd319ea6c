internal import Glibc
public import Signal

/// How the loop's time runs.
public enum Pace: String, Sendable, CaseIterable {
    /// The wall keeps the time.
    case real
    /// Virtual time: nothing waits.
    case max
}

/// The times of a loop, all in nanoseconds.
public struct LoopPlan: Sendable {
    public var format: BlockFormat
    /// Block length.
    public var block: Int64
    /// Period of the safety rate group: the block's largest whole division of at most 5 ms.
    public var safety: Int64
    /// After a block's end, when its decision must stand.
    public var decisionDeadline: Int64
    /// Period of the monitor, which is shed first.
    public var monitor: Int64
    /// Ticks to run; nil: until the source ends or an operator stops it.
    public var ticks: Int64?
    /// Window over which deadline misses are counted for the interlocks.
    public var missWindow: Int64
    /// Ticks before the end at which output starts to ramp off.
    public var rampTicks: Int64
    /// Arm, and start the loop that the profile asks for.
    public var arms: Bool
    public var pace: Pace
    /// Decide without the block where it is overdue by a safety period; only where a guard expects proposals.
    public var holds = false
    /// Seconds since 1970 at which the subject's consent ends; nil: the limits say nothing of it.
    public var consentEnds: Int64?
    /// Seconds since 1970, asked once a second; its answer is recorded, never recomputed.
    public var wallClock: @Sendable () -> Int64 = { Int64(time(nil)) }
    /// Read the thread's CPU clock around every stage, not only around the tick (adds about 0.6 µs a reading).
    public var measuresStages = false

    /// A plan for blocks of `format`.
    public init(format: BlockFormat, decisionDeadline: Int64, monitor: Int64, pace: Pace) {
        self.format = format
        block = format.blockNanoseconds
        safety = Self.safetyPeriod(block: block)
        self.decisionDeadline = decisionDeadline
        self.monitor = monitor
        ticks = nil
        missWindow = 1_000_000_000
        rampTicks = 0
        arms = false
        self.pace = pace
    }

    /// The block divided into the fewest equal parts of at most 5 ms.
    public static func safetyPeriod(block: Int64) -> Int64 {
        let parts = (block + 4_999_999) / 5_000_000
        return block / max(1, parts)
    }
}
