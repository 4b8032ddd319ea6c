internal import CLinux
internal import Glibc

/// Allocations, page faults, switches and processor time of the loop's thread between warm-up and end.
///
/// The allocation counter is a library that a test preloads; without it allocations are not counted, and that is what
/// the statistics then say.
@safe struct SteadyCounters {
    /// Ticks before counting starts.
    static let warmUpTicks: Int64 = 200
    private let counter: (@convention(c) () -> UInt64)?
    private var allocations: UInt64 = 0
    private var usage = ThreadUsage()
    private var isCounting = false

    init() {
        guard let symbol = unsafe dlsym(nil, "ansa_thread_allocations") else { counter = nil; return }
        counter = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
    }

    mutating func count(tick: Int64) {
        guard tick == Self.warmUpTicks else { return }
        isCounting = true
        usage = ThreadUsage.now()
        allocations = counter?() ?? 0
    }

    func stop(into statistics: LoopStatistics) {
        guard isCounting else { return }
        if let counter { statistics.steadyAllocations = Int64(counter() - allocations) }
        let end = ThreadUsage.now()
        statistics.steadyMinorFaults = Int64(end.minorFaults - usage.minorFaults)
        statistics.steadyInvoluntarySwitches = Int64(end.involuntary - usage.involuntary)
        statistics.steadyThreadNanoseconds = Int64(end.thread - usage.thread)
        statistics.steadyWallNanoseconds = Int64(end.wall - usage.wall)
    }
}

/// What the kernel has counted of the calling thread so far.
private struct ThreadUsage {
    var minorFaults: UInt64 = 0
    var involuntary: UInt64 = 0
    /// Processor time and CLOCK_MONOTONIC in nanoseconds.
    var thread: UInt64 = 0
    var wall: UInt64 = 0

    static func now() -> ThreadUsage {
        var usage = ThreadUsage()
        var major: UInt64 = 0
        unsafe ansa_thread_usage(&usage.minorFaults, &major, &usage.involuntary)
        usage.thread = ansa_thread_cpu_nanoseconds()
        usage.wall = ansa_monotonic_nanoseconds()
        return usage
    }
}
