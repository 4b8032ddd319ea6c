import Glibc

/// CLOCK_MONOTONIC in nanoseconds: the one host clock of every process.
public func monotonicNanoseconds() -> UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

/// Microseconds from `epoch` (CLOCK_MONOTONIC ns of session time 0) to `nanoseconds`; negative before the epoch.
public func sessionMicroseconds(at nanoseconds: UInt64, epoch: UInt64) -> Int64 {
    if nanoseconds >= epoch { return Int64(clamping: (nanoseconds - epoch) / 1000) }
    return -Int64(clamping: (epoch - nanoseconds) / 1000)
}
