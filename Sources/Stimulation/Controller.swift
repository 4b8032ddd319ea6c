import Interlocks
public import Signal

/// Turns decisions into segments: a target by its law, an amplitude by its ramp, pulses by a carried phase.
///
///     var controller = Controller(law: .openLoop(amplitude: Nanoamperes(2_000_000)), program: program)
///     let segment = controller.propose(decision: decision, tickEnd: …, windowStart: …, windowEnd: …)
///     // judge it; if either gate refuses: controller.reject()
///
/// Pulses lie inside the window and stand one period apart across windows. The amplitude is computed at the stated time
/// of the segment's first pulse. No pulse (a rest) is proposed when the amplitude is 0 and when the window holds no
/// pulse of the train. A value type with no storage of its own: nothing allocates.
public struct Controller: Hashable, Sendable, BitwiseCopyable {
    public let law: ControlLaw
    public let program: StimulationProgram
    /// Why the last proposal was what it was.
    public private(set) var reason: ProposalReason = .held
    /// Requested changes of target since the start (IL-21 counts these).
    public private(set) var targetChanges: Int64 = 0
    private var ramp = AmplitudeRamp()
    private var beforeProposal = AmplitudeRamp()
    private var nextPulse = Microseconds(.min)
    private var lastChange = Microseconds(.min)
    private var isReleased = false

    /// A controller at rest.
    public init(law: ControlLaw, program: StimulationProgram) {
        self.law = law
        self.program = program
    }

    /// The amplitude that is being approached.
    public var target: Nanoamperes { ramp.target }

    /// The amplitude of the last proposal that was not rejected.
    public var amplitude: Nanoamperes { ramp.amplitude }

    /// True after ``release()`` once the amplitude has reached 0.
    public var isAtRest: Bool { ramp.amplitude.value == 0 && ramp.target.value == 0 }

    /// Starts from an amplitude that is running already (bumpless), whose next pulse is due at `nextPulse`.
    public mutating func resume(from amplitude: Nanoamperes, at time: Microseconds, nextPulse: Microseconds) {
        ramp.resume(from: amplitude, at: time)
        beforeProposal = ramp
        self.nextPulse = nextPulse
    }

    /// True after ``release()``.
    public var isRampingOff: Bool { isReleased }

    /// From now on ramps to 0, whatever the decisions say.
    public mutating func release() { isReleased = true }

    /// Undoes the amplitude of the last proposal: a gate refused it, so that it will not run.
    ///
    /// The target stays.
    public mutating func reject() {
        let target = ramp.target
        ramp = beforeProposal
        ramp.target = target
    }

    /// Goes on from `amplitude`, which began at `time`: proposals since then did not run.
    ///
    /// Target and phase stay.
    public mutating func resynchronise(to amplitude: Nanoamperes, at time: Microseconds) {
        ramp.resume(from: amplitude, at: time)
        beforeProposal = ramp
    }

    /// The segment for the window `[windowStart, windowEnd)`, decided at `tickEnd` (all µs since the session's start).
    public mutating func propose(
        decision: Decision, tickEnd: Microseconds, windowStart: Microseconds, windowEnd: Microseconds
    ) -> Segment {
        guard program.isUsable else { return .rest(at: windowStart) }
        let wanted = isReleased ? released() : evaluate(decision, at: tickEnd)
        if ramp.aim(at: wanted, from: windowStart) {
            targetChanges += 1
            lastChange = tickEnd
        }
        beforeProposal = ramp
        let first = max(nextPulse, windowStart)
        guard first < windowEnd else { return .rest(at: windowStart) }
        let amplitude = ramp.advance(to: first, program: program)
        guard amplitude.value > 0 else { return .rest(at: windowStart) }
        let pulses = (windowEnd.value - 1 - first.value) / program.period.value + 1
        nextPulse = Microseconds(first.value + pulses * program.period.value)
        return Segment(
            pair: program.pair, waveform: program.waveform, amplitude: amplitude, width: program.width,
            interphase: program.interphase, period: program.period, pulses: pulses, firstPulse: first)
    }

    private mutating func released() -> Nanoamperes {
        reason = .released
        return Nanoamperes(0)
    }

    /// The target that the law asks for.
    private mutating func evaluate(_ decision: Decision, at time: Microseconds) -> Nanoamperes {
        if law.isClosedLoop && !(decision.isValid && decision.value.isFinite) {
            reason = .invalidDecision
            return ramp.target
        }
        reason = .followed
        let value = Double(decision.value) * 1000
        switch law {
        case .none: return Nanoamperes(0)
        case .openLoop(let amplitude): return amplitude
        case .onOff(let threshold, let dwell, let amplitude):
            let wanted = value > Double(threshold) ? amplitude : Nanoamperes(0)
            guard lastChange.value > .min, time.value - lastChange.value < dwell.value else { return wanted }
            if wanted != ramp.target { reason = .held }
            return ramp.target
        case .dualThreshold(let lower, let upper, let amplitude):
            if value > Double(upper) { return amplitude }
            if value < Double(lower) { return Nanoamperes(0) }
            reason = .held
            return ramp.target
        case .proportional(let lower, let upper, let amplitude):
            guard upper > lower else { return value > Double(upper) ? amplitude : Nanoamperes(0) }
            let share = (value - Double(lower)) / Double(upper - lower)
            return Nanoamperes(Int64(Double(amplitude.value) * min(max(share, 0), 1)))
        }
    }
}

extension Controller {
    /// Takes over from `other` without a jump: its amplitude at `time` and the phase of its train.
    public mutating func resume(from other: Controller, at time: Microseconds) {
        resume(from: other.amplitude, at: time, nextPulse: other.nextPulse)
    }
}
