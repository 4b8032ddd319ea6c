internal import Acquisition
internal import Loop
internal import Signal

/// What `ansa bench loop` found.
public struct LoopReport: Codable, Sendable {
    public var loops: [LoopMeasurement]
    /// Nil where no loop ran.
    public var dispatch: DispatchMeasurement?
}

/// One loop at pace real.
///
/// Thread-CPU times leave out what other processes took; wall times do not.
public struct LoopMeasurement: Codable, Sendable {
    public var name: String
    public var channels: Int
    public var rateHz: Double
    public var tickMicroseconds: Double
    public var ticks: Int64
    /// Output was armed, through a guard process.
    public var isArmed: Bool
    /// Thread CPU time of each stage, by its name, one clock reading included.
    public var stages: [StageMeasurement]
    /// Thread CPU time from acquisition to the end of stimulation, with the clock readings between the stages.
    public var tickCPU: DurationSpread?
    /// Processor time of the loop's thread over wall time, all of it: wake-ups, safety ticks, monitor, clock readings.
    public var corePercent: Double
    /// Wall time from a block's end to its decision: the source's own work and wake-up, the loop's wake-up, the tick.
    public var latency: DurationSpread?
    /// Measured on the same kind of thread right before.
    public var floor: MachineFloor?
    public var deadlineMisses: Int64
    /// Misses by cause: the tick's own work, a late block or wake-up, a processor that was taken away.
    public var missesByCause: [String: Int64]
    public var involuntarySwitches: Int64
    public var minorFaults: Int64
    /// Nil where no counter was loaded.
    public var steadyAllocations: Int64?
    /// SCHED_FIFO, locked memory and a core of its own were granted.
    public var isRealtime: Bool
    public var lostBlocks: Int64
    public var lostRecords: Int64

    enum CodingKeys: String, CodingKey {
        case name, channels, ticks, stages, floor
        case rateHz = "rate_hz"
        case tickMicroseconds = "tick_us"
        case isArmed = "armed"
        case tickCPU = "tick_cpu_us"
        case corePercent = "core_percent"
        case latency = "latency_us"
        case deadlineMisses = "deadline_misses"
        case missesByCause = "misses_by_cause"
        case involuntarySwitches = "involuntary_switches"
        case minorFaults = "minor_faults"
        case steadyAllocations = "steady_allocations"
        case isRealtime = "realtime"
        case lostBlocks = "lost_blocks"
        case lostRecords = "lost_records"
    }
}

/// Thread CPU time of one stage.
public struct StageMeasurement: Codable, Sendable {
    public var name: String
    public var cpu: DurationSpread

    enum CodingKeys: String, CodingKey {
        case name
        case cpu = "cpu_us"
    }
}

/// The scheduler and its hops, with stages that have nothing to do; nanoseconds of wall time.
public struct DispatchMeasurement: Codable, Sendable {
    /// Four releases, scans and awaits; goal: at most 500 at the median, 1,000 at p99.9.
    public var hopsP50: Int64
    public var hopsP999: Int64
    /// Two readings of the clock with nothing between.
    public var floorP50: Int64
    public var floorP999: Int64
    /// A whole tick of the loop's scheduler with empty stages: safety tick included, and accounting, which reads the
    /// thread's clock twice.
    public var tickP50: Int64
    public var tickP999: Int64
    public var count: Int64

    enum CodingKeys: String, CodingKey {
        case count
        case hopsP50 = "hops_p50_ns"
        case hopsP999 = "hops_p999_ns"
        case floorP50 = "floor_p50_ns"
        case floorP999 = "floor_p999_ns"
        case tickP50 = "tick_p50_ns"
        case tickP999 = "tick_p999_ns"
    }

    init(_ cost: DispatchCost) {
        let value = { (histogram: LatencyHistogram, quantile: Double) in histogram.value(at: quantile) ?? 0 }
        (hopsP50, hopsP999) = (value(cost.hops, 0.5), value(cost.hops, 0.999))
        (floorP50, floorP999) = (value(cost.floor, 0.5), value(cost.floor, 0.999))
        (tickP50, tickP999) = (value(cost.ticks, 0.5), value(cost.ticks, 0.999))
        count = cost.hops.count
    }
}

extension LoopMeasurement {
    init(_ name: String, _ parts: LoopParts, _ outcome: LoopOutcome, dropped: Int64, floor: MachineFloor?) {
        let statistics = outcome.statistics
        let format = parts.plan.format
        self.name = name
        (channels, rateHz) = (format.channels, format.rate)
        tickMicroseconds = Double(parts.plan.block) / 1_000
        ticks = statistics.ticks
        isArmed = parts.plan.arms
        stages = Slot.allCases.compactMap { slot in
            DurationSpread(statistics.stages[slot.rawValue]).map { StageMeasurement(name: "\(slot)", cpu: $0) }
        }
        tickCPU = DurationSpread(statistics.compute)
        corePercent =
            100 * Double(statistics.steadyThreadNanoseconds) / Double(max(1, statistics.steadyWallNanoseconds))
        latency = DurationSpread(statistics.latency)
        self.floor = floor
        deadlineMisses = statistics.misses
        missesByCause = [:]
        for cause in MissCause.allCases { missesByCause["\(cause)"] = statistics.missesByCause[cause.rawValue] }
        involuntarySwitches = statistics.steadyInvoluntarySwitches
        minorFaults = statistics.steadyMinorFaults
        steadyAllocations = statistics.steadyAllocations
        isRealtime = outcome.grant.isRealtime
        lostBlocks = outcome.overruns
        lostRecords = dropped
    }
}
