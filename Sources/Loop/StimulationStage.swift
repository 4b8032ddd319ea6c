internal import Conditioning
internal import Interlocks
internal import Sessions
internal import Signal
internal import Stimulation

/// Proposes a segment for the block after next, judges it by the runtime's gate, and keeps it for the safety tick.
///
/// The proposal of tick k has its pulses in block k + 2. Everything it decides on is the tick, or a recorded input.
@safe actor StimulationStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private var parts: StimulationParts?
    private let state: StimulationState
    /// Place of this loop among the profile's loops.
    private let lane: Int
    private let marks: MarkSchedule
    private let log: StageLog
    private let refusals: RefusalCounts

    init(
        on executor: RealtimeExecutor, parts: StimulationParts?, state: StimulationState, marks: MarkSchedule,
        log: StageLog, refusals: RefusalCounts, lane: Int = 0
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.parts = parts
        self.state = state
        self.marks = marks
        self.log = log
        self.refusals = refusals
        self.lane = lane
    }

    /// Proposes and judges; without a controller it only shows the decision to the monitor.
    ///
    /// A block that came after its tick was decided is remembered, and decides nothing.
    func process(_ tick: inout Tick) {
        guard let decision = tick.decision else { return }
        tick.answered |= Slot.stimulate.bit(lane: lane)
        state.lanes[lane].decoded = decision.value
        state.lanes[lane].confidence = decision.confidence
        // Taken out while it changes: a second holder would make the ledger copy itself.
        guard var parts = self.parts.take() else { return }
        parts.watch.take(decision, tick, parts.format)
        if tick.index > parts.lastTick { decide(tick, &parts, at: tick.blockEnd) }
        self.parts = parts
    }

    /// The tick's block has not come: the last decision is held, as long as the samples' age allows.
    func hold(_ tick: Tick) {
        guard var parts = self.parts.take() else { return }
        if tick.index > parts.lastTick { decide(tick, &parts, at: tick.safetyTime) }
        self.parts = parts
    }

    private func decide(_ tick: Tick, _ parts: inout StimulationParts, at now: Int64) {
        let block = tick.blockEnd / (tick.index + 1)
        parts.lastTick = tick.index
        prepare(&parts)
        parts.lastWindow = Microseconds((tick.blockEnd + block) / 1_000)
        if parts.lastWindow >= parts.holdEnd { parts.controller.release() }
        var attempt = attempt(tick, &parts, at: now, block: block)
        if attempt.asked.contains(.rampToFallback), !state.wantsFallback {
            state.fallbackReasons = attempt.broken
            parts.fallBack(because: attempt.broken)
            // At once, so that the signed fallback begins where the loop ends, without a pause between them.
            if attempt.asked.isDisjoint(with: [.zero, .latch]) {
                state.alarms.take(attempt.broken, at: Microseconds(now / 1_000))
                log(attempt, tick)
                attempt = self.attempt(tick, &parts, at: now, block: block)
            }
        }
        finish(attempt, tick, &parts, at: Microseconds(now / 1_000))
    }

    /// What the world decided since the last tick.
    private func prepare(_ parts: inout StimulationParts) {
        parts.gate.follow(state.judgedMode)
        if parts.hasFallenBack, !state.wantsFallback { parts.closeLoopAgain() }
        if state.isRampingOff { parts.controller.release() }
        if state.lanes[lane].wasRefused { parts.resynchronise(to: state.lanes[lane].accepted) }
        state.lanes[lane].wasRefused = false
        if state.wantsFallback { parts.fallBack(because: state.fallbackReasons) }
        parts.gate.measure(state.last, contacts: parts.limits.contacts.count)
    }

    /// One proposal and its verdict.
    private func attempt(
        _ tick: Tick, _ parts: inout StimulationParts, at now: Int64, block: Int64
    ) -> Attempt {
        let start = parts.lastWindow
        let mode = state.judgedMode
        var segment = Segment.rest(at: start)
        if mode == parts.outputMode || mode == .fallback || !parts.arms {
            segment = parts.controller.propose(
                decision: parts.watch.newest, tickEnd: Microseconds(tick.blockEnd / 1_000), windowStart: start,
                windowEnd: Microseconds((tick.blockEnd + 2 * block) / 1_000))
        }
        let evidence = parts.evidence(state, lane: lane, at: now)
        let time = Microseconds(now / 1_000)
        let verdict = judge(segment, evidence: evidence, state: &parts.gate.state, at: time, under: parts.limits)
        let (broken, isPermitted) = (verdict.broken, verdict.isPermitted)
        if let permit = verdict.takePermit() {
            mark(permit.segment, parts)
            state.lanes[lane].amplitude = permit.segment.amplitude
            parts.deniedSince = nil
        } else if segment.isRest {
            state.lanes[lane].amplitude = parts.controller.amplitude
        } else {
            parts.controller.reject()
            refusals.add(broken)
        }
        return Attempt(
            segment: segment, evidence: evidence, broken: broken, isPermitted: isPermitted,
            asked: parts.asked(broken, evidence, at: time))
    }

    /// What follows from the verdict: a latch, the end of a fallback, a return, an entry, a record.
    private func finish(_ attempt: Attempt, _ tick: Tick, _ parts: inout StimulationParts, at now: Microseconds) {
        let (evidence, broken) = (attempt.evidence, attempt.broken)
        let hasOutput = evidence.mode == .openLoop || evidence.mode == .closedLoop || evidence.mode == .fallback
        if hasOutput, !attempt.asked.isDisjoint(with: [.zero, .latch]) { state.latchReasons.formUnion(broken) }
        if evidence.mode == .fallback, !attempt.segment.isRest, !attempt.isPermitted,
            parts.isLost(deniedBy: broken, at: now)
        {
            state.latchReasons.formUnion(broken)
        }
        considerReturn(evidence, &parts, at: now)
        state.lanes[lane].mayEnter = evidence.mode == .armed && parts.isHealthy(evidence, in: parts.outputMode, at: now)
        if hasOutput { state.alarms.take(broken.union(parts.notices), at: now) }
        state.lanes[lane].proposal = PendingProposal(segment: attempt.segment, evidence: evidence, broken: broken)
        let mayOutput = evidence.mode == parts.outputMode || evidence.mode == .fallback
        state.lanes[lane].isAtRest = parts.controller.isAtRest || !mayOutput
        log(attempt, tick)
    }

    /// Back to the closed loop, once every loop could; each takes its law up again at its next tick.
    private func considerReturn(_ evidence: Evidence, _ parts: inout StimulationParts, at now: Microseconds) {
        guard state.wantsFallback, !state.isRampingOff else { return }
        state.lanes[lane].mayReturn = parts.isFitToReturn(evidence, at: now)
        guard lane == state.lanes.count - 1, parts.mayReturn(state, at: now) else { return }
        state.fallbackReasons = []
        state.wantsReturn = false
    }

    private func log(_ attempt: Attempt, _ tick: Tick) {
        log.append(
            .proposal, .stimulation, lane: lane, tick: tick.index,
            ProposalRecord(attempt.segment, broken: attempt.broken.rawValue, mode: attempt.evidence.mode))
    }

    /// The samples that the segment's pulses will disturb, for Conditioning to blank.
    private func mark(_ segment: Segment, _ parts: StimulationParts) {
        let duration = Microseconds(2 * segment.width.value + segment.interphase.value)
        for pulse in 0..<segment.pulses {
            let start = Microseconds(segment.firstPulse.value + pulse * segment.period.value)
            marks.add(parts.blanking.mark(start: start, duration: duration, format: parts.format))
        }
    }
}

/// A proposal, what was known, and what the gate said.
private struct Attempt {
    var segment: Segment
    var evidence: Evidence
    var broken: InterlockSet
    var isPermitted: Bool
    var asked: Reaction
}

/// How often each interlock refused a proposal of the runtime.
@safe final class RefusalCounts: @unchecked Sendable {
    private var counts = InlineArray<64, Int64>(repeating: 0)
    /// Segments of which at least one interlock spoke.
    private(set) var total: Int64 = 0

    func add(_ broken: InterlockSet) {
        if broken.rawValue != 0 { total += 1 }
        for bit in 0..<64 where broken.rawValue & (1 << UInt64(bit)) != 0 { counts[bit] += 1 }
    }

    /// Counts by interlock number, those that are 0 left out.
    var byNumber: [Int: Int64] {
        var result: [Int: Int64] = [:]
        for bit in 0..<64 where counts[bit] > 0 { result[bit] = counts[bit] }
        return result
    }
}
