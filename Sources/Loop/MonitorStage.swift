public import Signal

/// What a monitor shows: a copy of a few numbers, made by the loop's thread when it has time.
public struct LoopSnapshot: BitwiseCopyable, Sendable {
    /// Nanoseconds since the first sample.
    public var time: Int64 = 0
    public var ticks: Int64 = 0
    /// Nanoseconds from a block's end to its decision; 0 before the first.
    public var latencyMedian: Int64 = 0
    public var latencyP99: Int64 = 0
    public var misses: Int64 = 0
    /// In the decoder's unit; of the first loop.
    public var decoded: Float = 0
    public var confidence: Float = 0
    /// The largest of all leads.
    public var amplitude = Nanoamperes(0)
    public var pulses: Int64 = 0
    public var mode = Mode.off

    /// Nothing happened yet.
    public init() {}
}

/// Hands snapshots to whoever watches; the first work to be shed.
@safe actor MonitorStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let ring: RigidRing<LoopSnapshot>
    private let statistics: LoopStatistics
    private let state: StimulationState

    init(
        on executor: RealtimeExecutor, ring: RigidRing<LoopSnapshot>, statistics: LoopStatistics,
        state: StimulationState
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.ring = ring
        self.statistics = statistics
        self.state = state
    }

    /// Pushes a snapshot; a full ring means that nobody looks, and the snapshot is dropped.
    func process(_ tick: Tick) {
        var snapshot = LoopSnapshot()
        snapshot.time = tick.blockEnd
        snapshot.ticks = statistics.ticks
        snapshot.latencyMedian = statistics.latency.value(at: 0.5) ?? 0
        snapshot.latencyP99 = statistics.latency.value(at: 0.99) ?? 0
        snapshot.misses = statistics.misses
        snapshot.decoded = state.lanes[0].decoded
        snapshot.confidence = state.lanes[0].confidence
        for lane in state.lanes.indices { snapshot.amplitude = max(snapshot.amplitude, state.lanes[lane].amplitude) }
        snapshot.pulses = state.last.deliveredPulses
        snapshot.mode = state.mode
        _ = ring.push(snapshot)
    }
}

/// The stages of one loop of the profile, which run one after the other on the same block.
struct LaneStages: Sendable {
    let conditioning: ConditioningStage
    let decoding: DecodingStage
    let stimulation: StimulationStage
}

/// The stages of a session: loops side by side, between one source and one guard.
struct Stages: Sendable {
    let acquisition: AcquisitionStage
    let lanes: [LaneStages]
    let safety: SafetyStage
    let monitor: MonitorStage
}
