import Interlocks
import Signal

extension CrossChecks {
    /// Mode burst: trains can be told apart, hold a pulse and leave the windows room; no baseline runs on.
    func checkTrains() {
        guard let train = limits.dose.train else { return }
        let hard = limits.hard
        let pulse = 2 * hard.pulseWidth.max.value + hard.interphase.max.value
        if train.longest.value < pulse {
            let text = "\(train.longest.text) is shorter than one pulse of \(Shown.time(pulse))."
            report("243", train.longest, "dose.train_max", text)
        }
        checkGaps(train)
        if train.longest.value > 86_400_000_000 / max(1, train.perDay.value) {
            let text =
                "\(train.perDay.text) trains of \(train.longest.text) do not fit in 24 h; fewer will be given."
            report("244", train.perDay, "dose.therapies_per_day", text, severity: .warning)
        }
        if train.perEpisode.value > train.perDay.value {
            let text = "\(train.perEpisode.text) is above therapies_per_day \(train.perDay.text)."
            report("243", train.perEpisode, "dose.per_episode_max", text)
        }
        checkNoBaseline(train)
    }

    /// The gate takes two pulses for one train while at most two periods part them.
    private func checkGaps(_ train: TrainEntry) {
        let together = 2 * Period.atLeast(millihertz: limits.hard.frequency.min.value)
        if train.gap.value <= together {
            let text =
                "\(train.gap.text) is no longer than two periods at frequency.min \(limits.hard.frequency.min.text), "
                + "\(Shown.time(together)): pulses so far apart still count as one train."
            report("243", train.gap, "dose.train_gap_min", text)
        }
        if train.lockoutAfterEpisode.value < train.gap.value {
            let text =
                "\(train.lockoutAfterEpisode.text) is shorter than train_gap_min \(train.gap.text), so that every "
                + "train would be an episode of its own."
            report("243", train.lockoutAfterEpisode, "dose.lockout_after_episode", text)
        }
        let blank = limits.sensing.blankAfterPulse
        if train.lockoutAfterEpisode.value < blank.value {
            let text = "\(train.lockoutAfterEpisode.text) is shorter than sensing.blank_after_pulse \(blank.text)."
            report("241", train.lockoutAfterEpisode, "dose.lockout_after_episode", text)
        }
    }

    private func checkNoBaseline(_ train: TrainEntry) {
        let rules = limits.fallback
        let uses = [
            (rules.onSensorLoss, "on_sensor_loss"), (rules.onWatchdog, "on_watchdog"), (rules.onExpiry, "on_expiry"),
        ]
        for (rule, name) in uses where rule == .openLoopBaseline {
            let text =
                "open-loop-baseline runs on, but mode burst ends a train after \(train.longest.text). Write ramp-off."
            report("258", rules.baseline.amplitude, "fallback.\(name)", text)
        }
    }

    /// Outside mode continuous every window keeps the charge of a ramp-off from the patient's maximum, and a pulse.
    ///
    /// As the gate counts it: n pulses of I/2 on average, each step no larger than the ramp and the largest step allow.
    func checkReserve() {
        guard limits.dose.mode == .burst || limits.dose.isIntermittent else { return }
        let (amplitude, baseline) = (limits.patient.amplitude.max, limits.fallback.baseline)
        let period = Period.atMost(millihertz: baseline.frequency.value)
        let perPulse = UInt128(limits.rate.rampDown.value) * UInt128(period) / 1_000_000
        let step = max(1, min(perPulse, UInt128(limits.rate.maxStep.value)))
        let pulses = (UInt128(amplitude.value) + step - 1) / step
        let (current, width) = (UInt128(amplitude.value), UInt128(baseline.pulseWidth.value))
        let needed = (pulses * current + 1) / 2 * width + current * width
        for window in limits.dose.windows where needed > UInt128(window.charge.value) {
            let text =
                "\(window.charge.text) in \(window.length.text) is less than a pulse and the ramp-off from "
                + "\(amplitude.text), \(Shown.charge(Double(needed))): nothing could ever be given."
            report("259", window.charge, "dose.windows", text)
        }
    }
}
