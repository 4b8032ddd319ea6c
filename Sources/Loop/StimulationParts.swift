internal import Conditioning
internal import Interlocks
internal import Signal
internal import Stimulation

/// What the stimulation stage is made of.
struct StimulationParts: Sendable {
    var controller: Controller
    var limits: Limits
    let gate: SessionGate
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
    /// What earlier blocks and decisions say about the next.
    var watch: DecisionWatch
    /// The newest tick that was decided, with its block or without.
    var lastTick: Int64 = -1
    /// Since when a fallback's pulses have been denied for their timing alone; nil while they are not.
    var deniedSince: Microseconds?

    init(
        controller: Controller, limits: Limits, gate: SessionGate, outputMode: Mode, blanking: Blanking,
        format: BlockFormat, arms: Bool, automaticReturn: AutomaticReturn? = nil
    ) {
        (self.controller, profileController) = (controller, controller)
        (self.limits, self.gate, self.outputMode) = (limits, gate, outputMode)
        (self.blanking, self.format, self.arms) = (blanking, format, arms)
        self.automaticReturn = automaticReturn
        watch = DecisionWatch(period: format.blockNanoseconds)
    }
}

extension StimulationParts {
    /// Leaves the decisions behind for what the signed file says: no pulse, ramp off, hold, or the baseline.
    ///
    /// Once.
    mutating func fallBack(because reasons: InterlockSet) {
        guard !hasFallenBack else { return }
        hasFallenBack = true
        switch kind(because: reasons) {
        case .stop: controller = Controller(law: .none, program: controller.program)
        case .rampOff: controller.release()
        case .holdThenOff:
            goOn(with: controller.program, at: controller.amplitude)
            holdEnd = Microseconds(lastWindow.value + limits.holdMaximum.value)
        case .openLoopBaseline:
            // The baseline is of one lead; output on every other one leaves by the ramp.
            guard let baseline = limits.baseline, lead(of: baseline.pair) == lead else { return controller.release() }
            let program = StimulationProgram(
                pair: baseline.pair, width: baseline.width, period: baseline.period, rampUp: limits.rampUp,
                rampDown: limits.rampDown, maximumStep: limits.maximumStep,
                amplitudeStep: controller.program.amplitudeStep)
            goOn(with: program, at: baseline.amplitude)
        }
    }

    /// Which of the file's fallbacks.
    ///
    /// A full window leads to the baseline where that must always fit, else to a ramp-off.
    private func kind(because reasons: InterlockSet) -> Fallback {
        if reasons == .doseWindow { return limits.doseMode == .continuous ? .openLoopBaseline : .rampOff }
        return reasons.isDisjoint(with: [.limitsInvalid, .consent]) ? limits.onSensorLoss : limits.onExpiry
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

    /// A pulse of a fallback was denied for `broken`: what denies the baseline leads to a ramp-off.
    ///
    /// A full dose window alone only skips the pulse. Bits of timing, which the next window may clear, get one lease.
    ///
    /// - Returns: True: the ramp-off itself was denied, and nothing but zero output is left.
    mutating func isLost(deniedBy broken: InterlockSet, at now: Microseconds) -> Bool {
        if broken == .doseWindow, !controller.isRampingOff { return false }
        let since = deniedSince ?? now
        deniedSince = since
        let isTiming = broken.isSubset(of: [.ramp, .sequence, .frequencyOrGap, .uncertainDelivery])
        if isTiming, now.value - since.value < limits.lease.value { return false }
        guard !controller.isRampingOff else { return true }
        controller.release()
        deniedSince = nil
        return false
    }

    /// The lead that the loop stimulates, by its place in the limits; -1 where they have no such pair.
    var lead: Int { lead(of: profileController.program.pair) }

    private func lead(of pair: Int32) -> Int {
        limits.pairs.indices.contains(Int(pair)) ? limits.pairs[Int(pair)].lead : -1
    }

    /// What `broken` asks for.
    ///
    /// A segment that merely reaches beyond a lease that runs is denied; only a lease that has ended latches.
    func asked(_ broken: InterlockSet, _ evidence: Evidence, at now: Microseconds) -> Reaction {
        let isAnswered = evidence.acknowledgementsMissing < CompiledCeilings.acknowledgementsMissing
        let isRunning = now < evidence.leaseEnd && isAnswered
        let asked = reaction(
            of: isRunning ? broken.subtracting(.leaseExpired) : broken, evidence: evidence, under: limits)
        return broken.isEmpty ? asked : asked.union(.deny)
    }
}
