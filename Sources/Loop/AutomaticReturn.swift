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
    /// Whether the closed loop may be entered again: judged for a rest as if it ran already.
    ///
    /// Never from a ramp-off or a stop: the machine of modes, which is the guard's, has no such way (see Safety.md).
    mutating func mayReturn(_ evidence: Evidence, at now: Microseconds) -> Bool {
        guard let rule = automaticReturn, evidence.mode == .fallback, outputMode == .closedLoop else { return false }
        guard limits.onSensorLoss == .openLoopBaseline || limits.onSensorLoss == .holdThenOff else { return false }
        var entry = evidence
        entry.mode = .closedLoop
        let verdict = judge(.rest(at: now), evidence: entry, state: &gate, at: now, under: limits)
        return progress.step(isHealthy: verdict.isPermitted, at: now, under: rule)
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
