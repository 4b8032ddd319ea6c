internal import CLinux
internal import Glibc

/// Allocations and page faults of the loop's thread between warm-up and end.
///
/// The allocation counter is a library that a test preloads; without it allocations are not counted, and that is what
/// the statistics then say.
@safe struct SteadyCounters {
    /// Ticks before counting starts.
    static let warmUpTicks: Int64 = 200
    private let counter: (@convention(c) () -> UInt64)?
    private var allocations: UInt64 = 0
    private var faults: UInt64 = 0
    private var isCounting = false

    init() {
        guard let symbol = unsafe dlsym(nil, "ansa_thread_allocations") else { counter = nil; return }
        counter = unsafe unsafeBitCast(symbol, to: (@convention(c) () -> UInt64).self)
    }

    mutating func count(tick: Int64) {
        guard tick == Self.warmUpTicks else { return }
        isCounting = true
        faults = Self.minorFaults()
        allocations = counter?() ?? 0
    }

    func stop(into statistics: LoopStatistics) {
        guard isCounting else { return }
        if let counter { statistics.steadyAllocations = Int64(counter() - allocations) }
        statistics.steadyMinorFaults = Int64(Self.minorFaults() - faults)
    }

    private static func minorFaults() -> UInt64 {
        var minor: UInt64 = 0
        var major: UInt64 = 0
        var involuntary: UInt64 = 0
        unsafe ansa_thread_usage(&minor, &major, &involuntary)
        return minor
    }
}
