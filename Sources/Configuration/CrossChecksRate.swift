import Signal

extension CrossChecks {
    /// Each signed class bounds ramps, hold and changes.
    func checkRate() {
        let changes = limits.rate.maxChanges
        if changes.count.value > Self.rememberedChanges {
            let text = "\(changes.count.text); the gate remembers at most \(Self.rememberedChanges) (IL-21)."
            report("242", changes.count, "rate.max_changes.count", text)
        }
        if limits.rate.isFast { checkFast() } else { checkSlow() }
    }

    /// Burst-driven: the full range in 250 to 500 ms each way, no hold, at least 200 changes a minute allowed.
    private func checkFast() {
        let rate = limits.rate
        for (ramp, name) in [(rate.rampUp, "ramp_up"), (rate.rampDown, "ramp_down")] {
            let milliseconds = limits.hard.amplitude.max.value * 1_000 / max(1, ramp.value)
            guard !(250...500).contains(milliseconds) else { continue }
            let bound = milliseconds < 250 ? "no less than 250 ms" : "no more than 500 ms; class slow is for titration"
            let text =
                "\(ramp.text) crosses the full range \(limits.hard.amplitude.max.text) in \(milliseconds) ms; "
                + "class fast allows \(bound)."
            report("242", ramp, "rate.\(name)", text)
        }
        if rate.minHold.value > 0 {
            report("242", rate.minHold, "rate.min_hold", "\(rate.minHold.text); class fast holds no target: 0 s.")
        }
        if rate.maxChanges.count.value * 60_000_000 < 200 * rate.maxChanges.window.value {
            let text =
                "\(rate.maxChanges.count.text) in \(rate.maxChanges.window.text); "
                + "class fast allows at least 200 a minute."
            report("242", rate.maxChanges.count, "rate.max_changes", text)
        }
    }

    /// Titration-like: each target stays 2 s or longer, and the ramp is as slow as a clinician's.
    private func checkSlow() {
        let rate = limits.rate
        if rate.minHold.value < 2_000_000 {
            report("242", rate.minHold, "rate.min_hold", "\(rate.minHold.text); class slow needs at least 2 s.")
        }
        let bounds = [
            (rate.rampUp, BuiltInCeilings.slowRampUp, "ramp_up"),
            (rate.rampDown, BuiltInCeilings.slowRampDown, "ramp_down"),
        ]
        for (ramp, bound, name) in bounds where ramp.value > bound {
            let text = "\(ramp.text); class slow allows at most \(Shown.currentRate(bound))."
            report("242", ramp, "rate.\(name)", text)
        }
    }

    /// Changes of target that the gate's ring holds.
    private static let rememberedChanges = BuiltInCeilings.changes
}
