internal import CLinux
internal import Synchronization

/// The loop's time: nanoseconds since the first sample.
///
/// A stage never reads it; the scheduler does.
public protocol TickClock: Sendable {
    /// Now, in nanoseconds since the start of the session.
    func now() -> Int64
    /// Returns at `release`, at once when it has passed, or earlier: true when something was announced meanwhile.
    func wait(until release: Int64) -> Bool
    /// Nanoseconds that the host has slept since the start of the session (suspend).
    func slept() -> Int64
}

extension TickClock {
    /// A clock of its own making never sleeps.
    public func slept() -> Int64 { 0 }
}

/// CLOCK_MONOTONIC, counted from the session's epoch.
public struct MonotonicClock: TickClock {
    /// CLOCK_MONOTONIC at sample 0, in nanoseconds.
    public let epoch: UInt64
    private let word: FutexWord
    private let sleptBefore: Int64

    /// A clock whose zero is `epoch`.
    public init(epoch: UInt64) {
        self.epoch = epoch
        word = FutexWord()
        sleptBefore = Self.sleptSinceBoot() ?? 0
    }

    /// BOOTTIME − MONOTONIC grows only while the host is suspended.
    public func slept() -> Int64 { Self.sleptSinceBoot().map { $0 - sleptBefore } ?? 0 }

    /// Nil where the thread lost the processor between the readings.
    private static func sleptSinceBoot() -> Int64? {
        let before = ansa_monotonic_nanoseconds()
        let boot = ansa_boottime_nanoseconds()
        let after = ansa_monotonic_nanoseconds()
        return after - before < 1_000_000 ? Int64(bitPattern: boot &- before) : nil
    }

    public func now() -> Int64 { Int64(bitPattern: ansa_monotonic_nanoseconds() &- epoch) }

    public func wait(until release: Int64) -> Bool {
        while true {
            if word.take() { return true }
            if now() >= release { return false }
            word.wait(until: epoch &+ UInt64(bitPattern: release))
        }
    }

    /// Ends the wait of the loop's thread, or else its next one.
    ///
    /// From any thread; makes a system call.
    public func announce() { word.raise() }
}

/// Virtual time: it is whatever was last waited for.
public final class VirtualClock: TickClock {
    private let time = Atomic<Int64>(0)

    /// A clock at zero.
    public init() {}

    public func now() -> Int64 { time.load(ordering: .relaxed) }

    public func wait(until release: Int64) -> Bool {
        if release > now() { time.store(release, ordering: .relaxed) }
        return false
    }
}

/// A word that a futex call sleeps on while it is 0.
@safe final class FutexWord: @unchecked Sendable {
    private let word: UnsafeMutablePointer<Atomic<UInt32>>

    init() {
        unsafe word = .allocate(capacity: 1)
        unsafe word.initialize(to: Atomic(0))
    }

    deinit {
        unsafe word.deinitialize(count: 1)
        unsafe word.deallocate()
    }

    private var address: UnsafeMutablePointer<UInt32> {
        unsafe UnsafeMutableRawPointer(word).assumingMemoryBound(to: UInt32.self)
    }

    /// Sleeps until CLOCK_MONOTONIC reaches `nanoseconds`, the word is raised, or a signal comes.
    func wait(until nanoseconds: UInt64) {
        _ = unsafe ansa_futex_wait_until(address, 0, max(1, nanoseconds))
    }

    /// Wakes the sleeper; without one, the word stays raised.
    func raise() {
        guard unsafe word.pointee.exchange(1, ordering: .acquiringAndReleasing) == 0 else { return }
        _ = unsafe ansa_futex_wake(address)
    }

    /// Whether it was raised; it no longer is.
    func take() -> Bool { unsafe word.pointee.exchange(0, ordering: .acquiringAndReleasing) == 1 }
}
