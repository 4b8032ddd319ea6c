import Interlocks
import Signal

/// The amplitude of successive segments, which never moves faster than its two slopes.
///
/// The step to a segment whose first pulse is at `t` is at most
///
///     slope (nA/s) × min(t − origin, 1 s) / 10⁶, rounded towards zero, and at most the largest step,
///
/// where `origin` is the later of the last change of amplitude and the start of the window in which the target last
/// changed: time at rest gives no right to jump. Source: reference rule IL-20.
struct AmplitudeRamp: Hashable, Sendable, BitwiseCopyable {
    var amplitude = Nanoamperes(0)
    var target = Nanoamperes(0)
    private var origin = Microseconds(0)

    /// Starts from an amplitude that is already running.
    mutating func resume(from amplitude: Nanoamperes, at time: Microseconds) {
        self.amplitude = amplitude
        origin = time
    }

    /// Sets the target from the window that starts at `time`.
    ///
    /// True when it differs from the last.
    mutating func aim(at target: Nanoamperes, from time: Microseconds) -> Bool {
        guard target != self.target else { return false }
        self.target = target
        origin = max(origin, time)
        return true
    }

    /// The amplitude at `time`, the first pulse of a segment.
    mutating func advance(to time: Microseconds, program: StimulationProgram) -> Nanoamperes {
        let distance = target.value - amplitude.value
        guard distance != 0, time > origin else { return amplitude }
        let slope = distance > 0 ? program.rampUp : program.rampDown
        let elapsed = min(time.value - origin.value, 1_000_000)
        let wide = slope.multipliedFullWidth(by: elapsed)
        let allowed = wide.high == 0 && wide.low < 1 << 63 ? Int64(wide.low) / 1_000_000 : Int64.max
        let step = min(allowed, program.maximumStep.value, abs(distance))
        let exact = distance > 0 ? amplitude.value + step : amplitude.value - step
        let next = distance > 0 ? floored(exact, program) : descending(exact, program)
        guard next != amplitude.value else { return amplitude }
        amplitude = Nanoamperes(next)
        origin = time
        return amplitude
    }

    private func floored(_ value: Int64, _ program: StimulationProgram) -> Int64 {
        value - value % program.amplitudeStep.value
    }

    /// Downwards, the next multiple above, so that the step stays inside the slope; the target itself is reached.
    private func descending(_ value: Int64, _ program: StimulationProgram) -> Int64 {
        let step = program.amplitudeStep.value
        let above = (value + step - 1) / step * step
        return min(amplitude.value, value == target.value ? floored(value, program) : above)
    }
}
