public import Configuration
internal import Interlocks
public import Signal
internal import Stimulation

/// The signed way back from a fallback to the closed loop: after how long, and how often.
public struct AutomaticReturn: Hashable, Sendable {
    /// Everything that judges the closed loop must have been healthy for this long.
    public var afterValid: Microseconds
    /// At most this often, and never more than 64 times.
    public var count: Int64
    /// In any stretch of this length.
    public var window: Microseconds

    /// A rule; a count above 64 is 64.
    public init(afterValid: Microseconds, count: Int64, window: Microseconds) {
        self.afterValid = afterValid
        self.count = min(64, count)
        self.window = window
    }

    /// The rule of a signed file; nil where a person must lead back.
    public init?(_ file: LimitsFile) {
        guard let rule = file.fallback.automaticReturn else { return nil }
        self.init(
            afterValid: Microseconds(rule.afterValid.value), count: rule.max.count.value,
            window: Microseconds(rule.max.window.value))
    }
}

/// Where the way back stands.
struct ReturnProgress: Sendable {
    /// Since when everything has been healthy, in µs since the session's start; nil while something is not.
    private var healthySince: Int64?
    private var returns = MissWindow()

    /// Takes in whether the closed loop could run at `time`.
    ///
    /// True: it may return now, and this return is counted.
    mutating func step(isHealthy: Bool, at time: Microseconds, under rule: AutomaticReturn) -> Bool {
        guard isHealthy else {
            healthySince = nil
            return false
        }
        let since = healthySince ?? time.value
        healthySince = since
        guard time.value - since >= rule.afterValid.value else { return false }
        guard returns.count(window: rule.window.value, at: time.value) < rule.count else { return false }
        healthySince = nil
        returns.add(at: time.value)
        return true
    }
}

extension StimulationParts {
    /// Causes after which only a person leads back to the closed loop (the resets of Safety.md's catalogue).
    static let byHand: InterlockSet = [
        .limitsInvalid, .tokenStale, .changeRate, .impedance, .decoderValidity, .consent, .logAndDisk,
    ]

    /// Whether the closed loop may be entered again: by the signed rule, or by hand as soon as everything is healthy.
    ///
    /// Never from a ramp-off or a stop: the machine of modes, which is the guard's, has no such way (see Safety.md).
    ///
    /// Asked of the last loop alone, for all: a session has one mode, and no loop returns without the others.
    mutating func mayReturn(_ state: StimulationState, at now: Microseconds) -> Bool {
        guard state.judgedMode == .fallback, canReturn else { return false }
        let isHealthy = state.lanes.allSatisfy { $0.mayReturn }
        if isHealthy, state.wantsReturn { return true }
        guard let rule = automaticReturn, state.fallbackReasons.isDisjoint(with: Self.byHand) else { return false }
        return progress.step(isHealthy: isHealthy, at: now, under: rule)
    }

    /// The loop is closed, and the signed fallback leaves a way back.
    private var canReturn: Bool {
        let isRunning = limits.onSensorLoss == .openLoopBaseline || limits.onSensorLoss == .holdThenOff
        return outputMode == .closedLoop && isRunning
    }

    /// This loop could be closed again.
    mutating func isFitToReturn(_ evidence: Evidence, at now: Microseconds) -> Bool {
        evidence.mode == .fallback && canReturn && isHealthy(evidence, in: .closedLoop, at: now)
    }

    /// The entry criteria of `mode`: a rest is judged as if the mode ran already.
    mutating func isHealthy(_ evidence: Evidence, in mode: Mode, at now: Microseconds) -> Bool {
        var entry = evidence
        entry.mode = mode
        // Before output starts there is no lease of the device to speak of.
        if evidence.mode == .armed { entry.leaseEnd = Microseconds(.max) }
        // Nothing at all may be wrong: a rest would be permitted in spite of what only forbids entry (IL-43).
        return judge(.rest(at: now), evidence: entry, state: &gate.state, at: now, under: limits).broken.isEmpty
    }

    /// Takes the profile's law up again, from the output that is present.
    mutating func closeLoopAgain() {
        var again = profileController
        again.resume(from: controller, at: lastWindow)
        controller = again
        hasFallenBack = false
        holdEnd = Microseconds(.max)
    }
}
