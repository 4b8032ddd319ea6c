import CLinux
import Glibc
import Stimulation

/// Sees that the host slept: BOOTTIME runs on in a suspend, MONOTONIC does not.
struct SuspensionWatch {
    private var apart: Int64

    init() {
        let monotonic = monotonicNanoseconds()
        apart = Int64(bitPattern: ansa_boottime_nanoseconds()) - Int64(bitPattern: monotonic)
    }

    /// True once after each suspend of more than 10 ms.
    ///
    /// MONOTONIC is read last, so that a delay between the two readings never looks like a suspend.
    mutating func hasJumped() -> Bool {
        let boot = Int64(bitPattern: ansa_boottime_nanoseconds())
        let least = boot - Int64(bitPattern: monotonicNanoseconds())
        guard least - apart > 10_000_000 else { return false }
        apart = least
        return true
    }
}
