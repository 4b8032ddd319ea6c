internal import Acquisition
internal import Conditioning
internal import Decoding
internal import Interlocks
internal import Signal

/// What a live run and a replay wire differently.
struct Wiring: Sendable {
    var executor: RealtimeExecutor
    var feed: any BlockFeed
    var log: StageLog
    var port: SafetyPort
    var source: (any Source)?
    var arms: Bool
    var realtimeOrVirtual: Bool
    var hasArmingEvidence = true
}

/// A loop's stages and what they count into.
struct Wired: Sendable {
    var stages: Stages
    var statistics: LoopStatistics
    var state: StimulationState
    var refusals: RefusalCounts
    var totals: DecodingTotals
}

/// Output may start this long after the session's start: ten time constants of the slowest filter in the loop.
private let settlingTime: Int64 = 1_000_000_000

/// Builds the stages of `setup`, warms them up, and joins them as `wiring` says.
///
/// - Throws: what a profile asks for and cannot have.
func wire(
    _ setup: LoopSetup, _ wiring: Wiring, snapshots: RigidRing<LoopSnapshot>
) async throws(AssemblyError) -> Wired {
    let configuration = try setup.conditioning()
    let conditioner: Conditioner
    do throws(ConditioningError) { conditioner = try Conditioner(configuration: configuration) } catch {
        throw AssemblyError(text: "\(error)")
    }
    let decoder = try makeDecoder(setup)
    let parts = try setup.stimulationParts(arms: wiring.arms)
    conditioner.warmUp()
    decoder.warmUp()
    let hasGuard = if case .none = wiring.port { false } else { parts != nil }
    let state = StimulationState(
        hasGuard: hasGuard, safetyPeriod: LoopPlan.safetyPeriod(block: setup.format.blockNanoseconds))
    let (statistics, refusals, totals, marks) = (LoopStatistics(), RefusalCounts(), DecodingTotals(), MarkSchedule())
    let (executor, log) = (wiring.executor, wiring.log)
    let stages = Stages(
        acquisition: AcquisitionStage(on: executor, feed: wiring.feed, log: log),
        conditioning: ConditioningStage(on: executor, conditioner: conditioner, marks: marks, log: log),
        decoding: DecodingStage(
            on: executor, decoder: decoder, log: log, totals: totals, source: wiring.source),
        stimulation: StimulationStage(
            on: executor, parts: parts, state: state, marks: marks, log: log, refusals: refusals),
        safety: SafetyStage(
            on: executor, port: wiring.port, state: state, source: wiring.source, log: log,
            outputMode: setup.outputMode, arms: wiring.arms, startTime: settlingTime,
            realtimeOrVirtual: wiring.realtimeOrVirtual, hasArmingEvidence: wiring.hasArmingEvidence),
        monitor: MonitorStage(on: executor, ring: snapshots, statistics: statistics, state: state))
    return Wired(stages: stages, statistics: statistics, state: state, refusals: refusals, totals: totals)
}
