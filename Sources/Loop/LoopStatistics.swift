/// Why a decision came after its deadline.
public enum MissCause: Int, Sendable, CaseIterable {
    /// The tick itself took longer than the deadline, in thread CPU time.
    case compute = 0
    /// The tick was released late: the block came late, or the thread woke late.
    case release = 1
    /// It started in time, computed little, and yet ended late: the processor was taken away.
    case blocked = 2
}

/// What the loop counts about itself.
///
/// Written by the loop's thread; read by others after the loop has ended.
@safe public final class LoopStatistics: @unchecked Sendable {
    public let latency = LatencyHistogram()
    public let compute = LatencyHistogram()
    /// Thread CPU time of each stage, filled where the plan measures stages.
    public let stages = (0..<Slot.allCases.count).map { _ in LatencyHistogram() }
    public internal(set) var ticks: Int64 = 0
    public internal(set) var misses: Int64 = 0
    public internal(set) var missesByCause = InlineArray<3, Int64>(repeating: 0)
    public internal(set) var shedMonitors: Int64 = 0
    public internal(set) var gaps: Int64 = 0
    /// Safety ticks whose token said that a stage had not answered.
    public internal(set) var unhealthyTokens: Int64 = 0
    public internal(set) var steadyMinorFaults: Int64 = 0
    /// How often the processor was taken from the loop's thread after warm-up.
    public internal(set) var steadyInvoluntarySwitches: Int64 = 0
    /// Processor time of the loop's thread after warm-up, and the wall time in which it was used, in nanoseconds.
    public internal(set) var steadyThreadNanoseconds: Int64 = 0
    /// See ``steadyThreadNanoseconds``.
    public internal(set) var steadyWallNanoseconds: Int64 = 0
    /// Allocations of the loop's thread after warm-up; nil where no counter is loaded.
    public internal(set) var steadyAllocations: Int64?

    /// Nothing has been counted.
    public init() {}
}

/// The times of recent deadline misses, at most 64 of them.
struct MissWindow {
    private var times = InlineArray<64, Int64>(repeating: .min)
    private var next = 0

    mutating func add(at time: Int64) {
        times[next] = time
        next = (next + 1) % 64
    }

    /// Misses in the `window` that ends at `now`.
    func count(window: Int64, at now: Int64) -> Int64 {
        var total: Int64 = 0
        for index in 0..<64 where times[index] > Int64.min && times[index] > now - window { total += 1 }
        return total
    }
}
