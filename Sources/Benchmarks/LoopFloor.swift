internal import CLinux
internal import Glibc
internal import Loop

/// What the machine itself loses, on a thread of the loop's kind, without a loop.
public struct MachineFloor: Codable, Hashable, Sendable {
    /// Lateness of an absolute sleep of 1 ms, wall time.
    public var wakeMicroseconds: DurationSpread
    /// How long a thread spun on the clock.
    public var spinSeconds: Double
    /// Share of that time that it did not have: gaps of more than 10 µs between two readings.
    public var lostPercent: Double
    public var longestGapMicroseconds: Double
    public var gapsOverMillisecond: Int
    /// One reading of the thread's processor clock, median.
    public var clockReadingNanoseconds: Double

    enum CodingKeys: String, CodingKey {
        case wakeMicroseconds = "wake_us"
        case spinSeconds = "spin_s"
        case lostPercent = "lost_percent"
        case longestGapMicroseconds = "longest_gap_us"
        case gapsOverMillisecond = "gaps_over_ms"
        case clockReadingNanoseconds = "clock_reading_ns"
    }
}

/// Percentiles of a duration in microseconds.
public struct DurationSpread: Codable, Hashable, Sendable {
    public var p50: Double
    public var p99: Double
    public var p999: Double
    public var max: Double
    /// How many durations these rest on.
    public var count: Int64

    /// Of a histogram of nanoseconds; nil when it is empty.
    init?(_ histogram: LatencyHistogram) {
        guard let p50 = histogram.value(at: 0.5), let p99 = histogram.value(at: 0.99),
            let p999 = histogram.value(at: 0.999)
        else { return nil }
        self.p50 = Double(p50) / 1_000
        self.p99 = Double(p99) / 1_000
        self.p999 = Double(p999) / 1_000
        max = Double(histogram.maximum) / 1_000
        count = histogram.count
    }
}

/// Measures the floor on a pinned real-time thread, as far as the machine grants one.
func machineFloor() async -> MachineFloor? {
    let executor = RealtimeExecutor()
    let (thread, _) = RealtimeThread.start(executor, realtime: true)
    let probe = FloorProbe(on: executor)
    let floor = await Task.detached { await probe.measure() }.value
    executor.stop()
    thread.join()
    return floor
}

@safe private actor FloorProbe {
    nonisolated let unownedExecutor: UnownedSerialExecutor

    init(on executor: RealtimeExecutor) { unsafe unownedExecutor = executor.asUnownedSerialExecutor() }

    func measure() -> MachineFloor? {
        let readings = LatencyHistogram()
        for _ in 0..<2_000 {
            let start = ansa_thread_cpu_nanoseconds()
            readings.add(Int64(ansa_thread_cpu_nanoseconds() - start))
        }
        let wakes = lateness(of: 2_000)
        guard let spread = DurationSpread(wakes), let reading = readings.value(at: 0.5) else { return nil }
        return spin(
            MachineFloor(
                wakeMicroseconds: spread, spinSeconds: 0, lostPercent: 0, longestGapMicroseconds: 0,
                gapsOverMillisecond: 0, clockReadingNanoseconds: Double(reading)))
    }

    private func lateness(of wakes: Int) -> LatencyHistogram {
        let histogram = LatencyHistogram()
        var release = ansa_monotonic_nanoseconds()
        for _ in 0..<wakes {
            release += 1_000_000
            var at = timespec(tv_sec: Int(release / 1_000_000_000), tv_nsec: Int(release % 1_000_000_000))
            while unsafe clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nil) == EINTR {}
            let now = ansa_monotonic_nanoseconds()
            histogram.add(Int64(now - release))
            if now > release + 1_000_000 { release = now }
        }
        return histogram
    }

    /// Half a second, so that the kernel's limit on real-time threads, 950 ms in each second, is not what is measured.
    private func spin(_ wakes: MachineFloor) -> MachineFloor {
        var floor = wakes
        let start = ansa_monotonic_nanoseconds()
        var last = start
        var (lost, longest): (UInt64, UInt64) = (0, 0)
        while last < start + 500_000_000 {
            let now = ansa_monotonic_nanoseconds()
            let gap = now - last
            if gap > 10_000 { lost += gap }
            if gap > 1_000_000 { floor.gapsOverMillisecond += 1 }
            longest = max(longest, gap)
            last = now
        }
        floor.spinSeconds = Double(last - start) / 1e9
        floor.lostPercent = 100 * Double(lost) / Double(last - start)
        floor.longestGapMicroseconds = Double(longest) / 1_000
        return floor
    }
}
