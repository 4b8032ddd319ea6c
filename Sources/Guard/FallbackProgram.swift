import Interlocks
import Signal
import Stimulation

/// What the guard itself plays when the runtime is gone: the signed ramp-off, hold or baseline, in windows of 10 ms.
struct FallbackProgram: Hashable, Sendable {
    static let window: Int64 = 10_000
    var kind: Fallback
    private(set) var controller: Controller
    private var nextWindow: Microseconds
    /// The end of a hold, or the time by which a ramp must be over.
    private let deadline: Microseconds

    /// Starts from the last segment that ran, without a step; nil where there is nothing to ramp or hold.
    init?(_ kind: Fallback, from last: Segment?, at now: Microseconds, _ limits: Limits, _ settings: GuardSettings) {
        self.kind = kind
        nextWindow = now
        var law = ControlLaw.none
        var program: StimulationProgram
        switch kind {
        case .stop: return nil
        case .rampOff, .holdThenOff:
            guard let last, !last.isRest else { return nil }
            program = Self.program(last, limits, settings)
            if kind == .holdThenOff { law = .openLoop(amplitude: last.amplitude) }
        case .openLoopBaseline:
            guard let baseline = limits.baseline else { return nil }
            program = StimulationProgram(
                pair: baseline.pair, width: baseline.width, period: baseline.period, rampUp: limits.rampUp,
                rampDown: limits.rampDown, maximumStep: limits.maximumStep,
                amplitudeStep: settings.amplitudeStep)
            law = .openLoop(amplitude: baseline.amplitude)
        }
        controller = Controller(law: law, program: program)
        let rampTime = limits.rampDown > 0 ? limits.amplitude.upperBound.value / limits.rampDown + 1 : 0
        let length = kind == .holdThenOff ? limits.holdMaximum.value : rampTime * 1_000_000
        deadline = Microseconds(now.value + length)
        guard let last, !last.isRest else { return }
        let next = last.firstPulse.value + last.pulses * last.period.value
        nextWindow = max(now, Microseconds(next - last.period.value + 1))
        // From the last pulse on, as the gate counts after a change of mode: from an earlier one a first step would be
        // too large, and a ramp-off that is denied ends at once.
        controller.resume(
            from: last.amplitude, at: max(now, Microseconds(next - last.period.value)),
            nextPulse: Microseconds(max(next, now.value)))
    }

    private static func program(_ last: Segment, _ limits: Limits, _ settings: GuardSettings) -> StimulationProgram {
        StimulationProgram(
            pair: last.pair, waveform: last.waveform, width: last.width, interphase: last.interphase,
            period: last.period, rampUp: limits.rampUp, rampDown: limits.rampDown, maximumStep: limits.maximumStep,
            amplitudeStep: settings.amplitudeStep)
    }

    /// True when nothing more will come.
    func isOver(at now: Microseconds) -> Bool {
        switch kind {
        case .stop, .rampOff: controller.isAtRest || now > deadline
        case .holdThenOff: now > deadline
        case .openLoopBaseline: false
        }
    }

    /// The next window's segment, once it is due; nil before.
    mutating func next(at now: Microseconds) -> Segment? {
        guard now.value + Self.window >= nextWindow.value else { return nil }
        let start = max(nextWindow, now)
        nextWindow = Microseconds(start.value + Self.window)
        let decision = Decision(value: 0, confidence: 0, firstSample: 0, endSample: 0, isValid: false)
        return controller.propose(decision: decision, tickEnd: now, windowStart: start, windowEnd: nextWindow)
    }

    /// The segment was refused and will not run: the ramp goes on from the `present` output, which a pause ends.
    mutating func reject(at present: (amplitude: Nanoamperes, since: Microseconds)) {
        controller.resynchronise(to: present.amplitude, at: present.since)
    }
}
