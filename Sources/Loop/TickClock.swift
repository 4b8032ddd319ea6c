internal import CLinux
internal import Synchronization

/// The loop's time: nanoseconds since the first sample.
///
/// A stage never reads it; the scheduler does.
public protocol TickClock: Sendable {
    /// Now, in nanoseconds since the start of the session.
    func now() -> Int64
    /// Returns at `release`, or at once when it has passed.
    func wait(until release: Int64)
}

/// CLOCK_MONOTONIC, counted from the session's epoch.
public struct MonotonicClock: TickClock {
    /// CLOCK_MONOTONIC at sample 0, in nanoseconds.
    public let epoch: UInt64
    private let word: FutexWord

    /// A clock whose zero is `epoch`.
    public init(epoch: UInt64) {
        self.epoch = epoch
        word = FutexWord()
    }

    public func now() -> Int64 { Int64(bitPattern: ansa_monotonic_nanoseconds() &- epoch) }

    public func wait(until release: Int64) {
        while now() < release { word.wait(until: epoch &+ UInt64(bitPattern: release)) }
    }
}

/// Virtual time: it is whatever was last waited for.
public final class VirtualClock: TickClock {
    private let time = Atomic<Int64>(0)

    /// A clock at zero.
    public init() {}

    public func now() -> Int64 { time.load(ordering: .relaxed) }

    public func wait(until release: Int64) {
        if release > now() { time.store(release, ordering: .relaxed) }
    }
}

/// Memory that a futex call sleeps on.
@safe final class FutexWord: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<UInt32>

    init() {
        unsafe pointer = .allocate(capacity: 1)
        unsafe pointer.initialize(to: 0)
    }

    deinit { unsafe pointer.deallocate() }

    /// Sleeps until CLOCK_MONOTONIC reaches `nanoseconds` or a signal comes.
    func wait(until nanoseconds: UInt64) {
        _ = unsafe ansa_futex_wait_until(pointer, 0, max(1, nanoseconds))
    }
}
