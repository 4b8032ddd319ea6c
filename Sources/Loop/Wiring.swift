internal import Acquisition
internal import Conditioning
internal import Configuration
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
    var learning: Learning?
}

/// Output may start this long after the session's start: ten time constants of the slowest filter in the loop.
private let settlingTime: Int64 = 1_000_000_000

/// Builds the stages of `setup`, warms them up, and joins them as `wiring` says.
///
/// - Throws: what a profile asks for and cannot have.
func wire(
    _ setup: LoopSetup, _ wiring: Wiring, snapshots: RigidRing<LoopSnapshot>
) async throws(AssemblyError) -> Wired {
    let gate = setup.limits.map(SessionGate.init)
    var parts: [LaneParts] = []
    for lane in setup.lanes { parts.append(try LaneParts(lane, arms: wiring.arms, gate: gate)) }
    let leads = parts.map { $0.stimulation?.lead ?? 0 }
    guard Set(leads).count == leads.count, leads.count <= CompiledCeilings.leads else {
        throw AssemblyError(text: "loops: each loop must be for a lead of its own, at most \(CompiledCeilings.leads)")
    }
    let hasGuard = if case .none = wiring.port { false } else { parts.contains { $0.stimulation != nil } }
    let state = StimulationState(
        hasGuard: hasGuard, safetyPeriod: LoopPlan.safetyPeriod(block: setup.format.blockNanoseconds), leads: leads)
    let (statistics, refusals, totals) = (LoopStatistics(), RefusalCounts(), DecodingTotals())
    let (executor, log) = (wiring.executor, wiring.log)
    let learning = try setup.learning(of: parts.first?.decoder, source: wiring.source)
    let stages = Stages(
        acquisition: AcquisitionStage(on: executor, feed: wiring.feed, log: log),
        lanes: parts.enumerated().map { index, lane in
            let marks = MarkSchedule()
            return LaneStages(
                conditioning: ConditioningStage(
                    on: executor, conditioner: lane.conditioner, marks: marks, log: log),
                decoding: DecodingStage(
                    on: executor, decoder: lane.decoder, log: log, totals: totals,
                    source: index == 0 ? wiring.source : nil, learning: index == 0 ? learning : nil, state: state,
                    refusals: refusals),
                stimulation: StimulationStage(
                    on: executor, parts: lane.stimulation, state: state, marks: marks, log: log, refusals: refusals,
                    lane: index))
        },
        safety: SafetyStage(
            on: executor, port: wiring.port, state: state, source: wiring.source, log: log,
            outputMode: setup.outputMode, arms: wiring.arms, startTime: settlingTime,
            realtimeOrVirtual: wiring.realtimeOrVirtual, hasArmingEvidence: wiring.hasArmingEvidence),
        monitor: MonitorStage(on: executor, ring: snapshots, statistics: statistics, state: state))
    return Wired(
        stages: stages, statistics: statistics, state: state, refusals: refusals, totals: totals,
        learning: learning)
}

extension LoopSetup {
    /// What teaches `decoder` while the loop runs; nil where nothing may, and in a replay.
    fileprivate func learning(of decoder: (any Decoder)?, source: (any Source)?) throws(AssemblyError) -> Learning? {
        guard !isReplay, learns, let adaptive = decoder as? AdaptiveCounts,
            let spec = lanes.first?.profile.decoder.adaptation
        else { return nil }
        guard let screen = source?.screen else {
            throw AssemblyError(
                text: "decoder.adaptation: the device shows no target, so nobody's intention is known; "
                    + "`labels: none`, or --no-adaptation, runs the decoder as it was calibrated")
        }
        let learning = try Learning(
            adaptive, spec: spec, block: format.blockNanoseconds, screen: screen, lockStep: isLockStep)
        try learning.start()
        return learning
    }
}

/// What one loop is made of, warmed up, before its stages take it over.
private struct LaneParts {
    let conditioner: Conditioner
    let decoder: any Decoder
    let stimulation: StimulationParts?

    init(_ setup: LoopSetup, arms: Bool, gate: SessionGate?) throws(AssemblyError) {
        let configuration = try setup.conditioning()
        do throws(ConditioningError) { conditioner = try Conditioner(configuration: configuration) } catch {
            throw AssemblyError(text: "\(error)")
        }
        decoder = try makeDecoder(setup)
        stimulation = try setup.stimulationParts(arms: arms, gate: gate)
        conditioner.warmUp()
        decoder.warmUp()
        try start(decoder)
    }
}
