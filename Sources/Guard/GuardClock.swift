import Signal
import Stimulation

/// The guard's time, µs since the start of the session: CLOCK_MONOTONIC, or the newest record's `now`.
struct GuardClock {
    private var epoch: UInt64
    private(set) var isVirtual: Bool
    private var stated = Microseconds(0)
    private var runsSince: UInt64?

    init(epoch: UInt64, isVirtual: Bool) {
        self.epoch = epoch
        self.isVirtual = isVirtual
    }

    var now: Microseconds {
        if let runsSince {
            return Microseconds(stated.value + sessionMicroseconds(at: monotonicNanoseconds(), epoch: runsSince))
        }
        return isVirtual ? stated : Microseconds(sessionMicroseconds(at: monotonicNanoseconds(), epoch: epoch))
    }

    /// Virtual time moves to a record's `now`, never back.
    mutating func follow(_ now: Microseconds) {
        if isVirtual { stated = max(stated, now) }
    }

    /// Virtual time goes on by itself, at CLOCK_MONOTONIC's rate, from where it stands.
    mutating func runOn() {
        guard isVirtual else { return }
        isVirtual = false
        runsSince = monotonicNanoseconds()
    }
}
