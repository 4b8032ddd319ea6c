internal import Conditioning
internal import Interlocks
internal import Sessions
internal import Signal
internal import Stimulation

/// What the stimulation stage is made of.
struct StimulationParts: Sendable {
    var controller: Controller
    var limits: Limits
    var gate: GateState
    /// Closed loop, or the open loop of a signed baseline.
    var outputMode: Mode
    var blanking: Blanking
    var format: BlockFormat
    /// The plan arms: proposals wait for the guard's word that output may run.
    var arms: Bool
    /// The controller of the profile, as it was before any fallback.
    var profileController: Controller
    /// The signed way back; nil: by hand.
    var automaticReturn: AutomaticReturn?
    var progress = ReturnProgress()
    /// The signed fallback runs instead of the profile's law.
    var hasFallenBack = false
    /// Start of the last window that was proposed for.
    var lastWindow = Microseconds(0)
    /// A fallback's hold ends here, and output ramps off.
    var holdEnd = Microseconds(.max)
}

extension StimulationParts {
    /// Leaves the decisions behind for what the signed file says: no pulse, ramp off, hold, or the baseline.
    ///
    /// Once.
    mutating func fallBack(because reasons: InterlockSet) {
        guard !hasFallenBack else { return }
        hasFallenBack = true
        switch reasons.contains(.limitsInvalid) ? limits.onExpiry : limits.onSensorLoss {
        case .stop: controller = Controller(law: .none, program: controller.program)
        case .rampOff: controller.release()
        case .holdThenOff:
            goOn(with: controller.program, at: controller.amplitude)
            holdEnd = Microseconds(lastWindow.value + limits.holdMaximum.value)
        case .openLoopBaseline:
            guard let baseline = limits.baseline else { return controller.release() }
            let program = StimulationProgram(
                pair: baseline.pair, width: baseline.width, period: baseline.period, rampUp: limits.rampUp,
                rampDown: limits.rampDown, maximumStep: limits.maximumStep,
                amplitudeStep: controller.program.amplitudeStep)
            goOn(with: program, at: baseline.amplitude)
        }
    }

    private mutating func goOn(with program: StimulationProgram, at amplitude: Nanoamperes) {
        var steady = Controller(law: .openLoop(amplitude: amplitude), program: program)
        steady.resume(from: controller, at: lastWindow)
        controller = steady
    }

    /// The guard refused what this gate permitted: the controller goes on from what was delivered.
    ///
    /// So its amplitude never runs ahead of the output, and no later step is too large for the guard (IL-20).
    mutating func resynchronise(to accepted: SegmentTimes?) {
        guard let accepted else { return controller.resynchronise(to: Nanoamperes(0), at: lastWindow) }
        let pause = lastWindow.value - accepted.last.value
        let isOff = pause > max(limits.lease.value, 2 * accepted.period.value)
        controller.resynchronise(
            to: isOff ? Nanoamperes(0) : accepted.amplitude, at: isOff ? lastWindow : accepted.first)
    }
}

/// Proposes a segment for the block after next, judges it by the runtime's gate, and keeps it for the safety tick.
///
/// The proposal of tick k has its pulses in block k + 2. Everything it decides on is the tick, or a recorded input.
@safe actor StimulationStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private var parts: StimulationParts?
    private let state: StimulationState
    private let marks: MarkSchedule
    private let log: StageLog
    private let refusals: RefusalCounts

    init(
        on executor: RealtimeExecutor, parts: StimulationParts?, state: StimulationState, marks: MarkSchedule,
        log: StageLog, refusals: RefusalCounts
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.parts = parts
        self.state = state
        self.marks = marks
        self.log = log
        self.refusals = refusals
    }

    /// Proposes and judges; without a controller it only shows the decision to the monitor.
    func process(_ tick: inout Tick) {
        guard let decision = tick.decision else { return }
        state.decoded = decision.value
        state.confidence = decision.confidence
        guard parts != nil else { return }
        if state.isRampingOff { parts?.controller.release() }
        if state.wasRefused { parts?.resynchronise(to: state.accepted) }
        state.wasRefused = false
        if state.wantsFallback { parts?.fallBack(because: state.fallbackReasons) }
        propose(decision, tick)
    }

    private func propose(_ decision: Decision, _ tick: Tick) {
        // Taken out while it changes: a second holder would make the ledger copy itself.
        guard var parts = self.parts.take() else { return }
        let block = tick.blockEnd / (tick.index + 1)
        let start = Microseconds((tick.blockEnd + block) / 1_000)
        let window = start..<Microseconds((tick.blockEnd + 2 * block) / 1_000)
        let end = Microseconds(tick.blockEnd / 1_000)
        let mayOutput = state.mode == parts.outputMode || state.mode == .fallback
        parts.lastWindow = start
        if start >= parts.holdEnd { parts.controller.release() }
        var segment = Segment.rest(at: start)
        if mayOutput || !parts.arms {
            segment = parts.controller.propose(
                decision: decision, tickEnd: end, windowStart: window.lowerBound, windowEnd: window.upperBound)
        }
        let evidence = evidence(decision, tick, parts)
        let verdict = judge(segment, evidence: evidence, state: &parts.gate, at: end, under: parts.limits)
        let broken = verdict.broken
        if let permit = verdict.takePermit() {
            mark(permit.segment, parts)
            state.amplitude = permit.segment.amplitude
        } else if segment.isRest {
            state.amplitude = parts.controller.amplitude
        } else {
            parts.controller.reject()
            refusals.add(broken)
        }
        if reaction(of: broken, evidence: evidence, under: parts.limits).contains(.rampToFallback) {
            state.fallbackReasons.formUnion(broken)
        }
        if state.wantsFallback, !state.isRampingOff, parts.mayReturn(evidence, at: end) {
            parts.closeLoopAgain()
            state.fallbackReasons = []
        }
        state.proposal = PendingProposal(segment: segment, evidence: evidence, broken: broken)
        state.isAtRest = parts.controller.isAtRest || !mayOutput
        self.parts = parts
        log.append(
            .proposal, .stimulation, tick: tick.index,
            ProposalRecord(segment, broken: broken.rawValue, mode: evidence.mode))
    }

    /// The samples that the segment's pulses will disturb, for Conditioning to blank.
    private func mark(_ segment: Segment, _ parts: StimulationParts) {
        let duration = Microseconds(2 * segment.width.value + segment.interphase.value)
        for pulse in 0..<segment.pulses {
            let start = Microseconds(segment.firstPulse.value + pulse * segment.period.value)
            marks.add(parts.blanking.mark(start: start, duration: duration, format: parts.format))
        }
    }

    /// What the gate must know.
    ///
    /// Missing knowledge stays unhealthy.
    private func evidence(_ decision: Decision, _ tick: Tick, _ parts: StimulationParts) -> Evidence {
        var evidence = Evidence.healthy(mode: .off, leaseEnd: Microseconds(.min), validChannels: 0)
        let last = state.last
        evidence.mode = state.mode
        evidence.isArmed = state.mode == .openLoop || state.mode == .closedLoop || state.mode == .fallback
        evidence.limitsValid = true
        evidence.limitsExpired = state.flags.contains(.limitsExpired)
        evidence.tokenAge = Microseconds((tick.blockEnd - last.time) / 1_000)
        evidence.actorsHealthy = true
        evidence.leaseEnd = Microseconds(last.leaseEnd)
        evidence.acknowledgementsMissing = missingAcknowledgements(parts.limits)
        evidence.stopRequested = state.isStopped
        evidence.latch = last.latch
        evidence.sequenceValid = true
        let frame = 1_000_000 * parts.format.rateDenominator
        evidence.gap = Microseconds(Int64(tick.validity.gapSamples) * frame / parts.format.rateNumerator)
        evidence.sampleAge = newestSampleAge(
            tick, frames: parts.format.frames, frame: frame, rate: parts.format.rateNumerator)
        evidence.validChannels = Int64(tick.validity.validChannels)
        evidence.signalSaturatedOrFlat = evidence.validChannels < parts.limits.minimumValidChannels
        evidence.deadlineMissesInWindow = last.missesInWindow
        evidence.decoderValid = decision.isValid && decision.value.isFinite
        evidence.confidence = Int64(min(max(decision.confidence, 0), 1) * 1_000_000)
        evidence.realtimeOrVirtual = last.realtimeOrVirtual != 0
        return evidence
    }

    /// Reports missing in sequence, in units of a third of the token timeout: a guard that is slow for a few safety
    /// ticks
    /// is not lost before its own watchdog could say so.
    private func missingAcknowledgements(_ limits: Limits) -> Int64 {
        let silence = state.reportsMissing * state.safetyPeriod / 1_000
        return silence * 3 / max(1, limits.tokenTimeout.value)
    }

    /// How much of the block's newest end is missing.
    private func newestSampleAge(_ tick: Tick, frames: Int, frame: Int64, rate: Int64) -> Microseconds {
        guard let header = tick.block?.header, header.missingCount > 0,
            header.missing.upperBound == frames
        else { return Microseconds(0) }
        return Microseconds(Int64(header.missingCount) * frame / rate)
    }
}

/// How often each interlock refused a proposal of the runtime.
@safe final class RefusalCounts: @unchecked Sendable {
    private var counts = InlineArray<64, Int64>(repeating: 0)

    func add(_ broken: InterlockSet) {
        for bit in 0..<64 where broken.rawValue & (1 << UInt64(bit)) != 0 { counts[bit] += 1 }
    }

    /// Counts by interlock number, those that are 0 left out.
    var byNumber: [Int: Int64] {
        var result: [Int: Int64] = [:]
        for bit in 0..<64 where counts[bit] > 0 { result[bit] = counts[bit] }
        return result
    }
}
