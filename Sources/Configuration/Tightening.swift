extension LimitsFile {
    /// This file, parsed from `bytes`, with `overlay` intersected: each value the tighter of both.
    ///
    /// Soft limits and the patient's maximum follow a hard limit that falls below them. The result passes every
    /// cross-check of a limits file, or it is none.
    ///
    /// - Throws: an overlay of another file, a value that would widen, a key that the file does not have, and what no
    ///   longer holds together, with the overlay's places.
    public func tightened(by overlay: LimitsOverlay, bytes: [UInt8]) throws(ConfigurationError) -> LimitsFile {
        let findings = Findings(file: overlay.file, letter: "O")
        if overlay.base.text != hashText(of: bytes) {
            let text = "is an overlay of \(overlay.base.text), but \(file) is \(hashText(of: bytes))."
            findings.report("401", overlay.base.position, "base", text)
        }
        var result = self
        for row in tightenings {
            guard let value = overlay.values[row.path] else { continue }
            let present = self[keyPath: row.key]
            if !present.isGiven {
                findings.report("402", value.position, row.path, "\(file) has no such limit to tighten.")
            } else if row.isMaximum ? value.value > present.value : value.value < present.value {
                findings.report("403", value.position, row.path, loosening(value, present, row.isMaximum))
            }
            result[keyPath: row.key] = value
        }
        for window in overlay.windows { tighten(&result, window, findings) }
        result.followHardLimits()
        let ranges = [
            (result.hard.pulseWidth, "limits.hard.pulse_width"), (result.hard.interphase, "limits.hard.interphase"),
            (result.hard.frequency, "limits.hard.frequency"), (result.hard.amplitude, "limits.hard.amplitude"),
            (result.patient.amplitude, "patient.amplitude"),
        ]
        for (range, field) in ranges where range.min.value > range.max.value {
            let text = "leaves nothing: min \(range.min.text) is above max \(range.max.text)."
            findings.report("201", overlay.base.position, field, text)
        }
        _ = try findings.warningsOrThrow()
        return try result.checkedAgain(overlay)
    }

    private func loosening(_ value: Measured, _ present: Measured, _ isMaximum: Bool) -> String {
        "\(value.text) is \(isMaximum ? "above" : "below") \(present.text) of \(file):\(present.position.line). An "
            + "overlay can only tighten; to widen, write a new revision with both signatures."
    }

    private func tighten(_ result: inout LimitsFile, _ window: DoseEntry, _ findings: Findings) {
        guard let index = dose.windows.firstIndex(where: { $0.length.value == window.length.value }) else {
            let text = "\(file) has no window of \(window.length.text)."
            findings.report("402", window.length.position, "dose.windows", text)
            return
        }
        let present = dose.windows[index].charge
        if window.charge.value > present.value {
            findings.report(
                "403", window.charge.position, "dose.windows", loosening(window.charge, present, true))
        }
        result.dose.windows[index].charge = window.charge
    }

    private mutating func followHardLimits() {
        if soft.amplitude.value > hard.amplitude.max.value { soft.amplitude = hard.amplitude.max }
        if soft.chargeDensity.value > hard.chargeDensity.value { soft.chargeDensity = hard.chargeDensity }
        if soft.shannonK.value > hard.shannonK.value { soft.shannonK = hard.shannonK }
        if soft.residualVoltage.value > hard.residualVoltage.value { soft.residualVoltage = hard.residualVoltage }
        if patient.amplitude.max.value > hard.amplitude.max.value { patient.amplitude.max = hard.amplitude.max }
    }

    /// The cross-checks of the whole; each error with its own words, at the place of the overlay's first line.
    private func checkedAgain(_ overlay: LimitsOverlay) throws(ConfigurationError) -> LimitsFile {
        let findings = Findings(file: file, letter: "L")
        CrossChecks(limits: self, findings: findings).run()
        let errors = findings.sorted.filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw ConfigurationError(
                errors.map { problem in
                    Problem(
                        code: "ANSA-O404", file: overlay.file, position: overlay.base.position, field: problem.field,
                        text: "with it the limits no longer hold together (\(problem.code)): \(problem.text)")
                })
        }
        var result = self
        result.warnings = findings.sorted
        return result
    }

    /// Every value that an overlay may tighten.
    private var tightenings: [Tightening] {
        [
            Tightening("limits.hard.amplitude.max", \.hard.amplitude.max),
            Tightening("limits.hard.total_amplitude", \.hard.totalAmplitude),
            Tightening("limits.hard.pulse_width.min", \.hard.pulseWidth.min, isMaximum: false),
            Tightening("limits.hard.pulse_width.max", \.hard.pulseWidth.max),
            Tightening("limits.hard.interphase.min", \.hard.interphase.min, isMaximum: false),
            Tightening("limits.hard.interphase.max", \.hard.interphase.max),
            Tightening("limits.hard.frequency.min", \.hard.frequency.min, isMaximum: false),
            Tightening("limits.hard.frequency.max", \.hard.frequency.max),
            Tightening("limits.hard.min_inter_pulse", \.hard.minInterPulse, isMaximum: false),
            Tightening("limits.hard.charge_per_phase", \.hard.chargePerPhase),
            Tightening("limits.hard.charge_density", \.hard.chargeDensity),
            Tightening("limits.hard.shannon_k", \.hard.shannonK),
            Tightening("limits.hard.imbalance_per_pulse", \.hard.imbalancePerPulse),
            Tightening("limits.hard.net_current.max", \.hard.netCurrent),
            Tightening("limits.hard.residual_voltage", \.hard.residualVoltage),
            Tightening("limits.soft.amplitude.max", \.soft.amplitude),
            Tightening("limits.soft.charge_density", \.soft.chargeDensity),
            Tightening("limits.soft.shannon_k", \.soft.shannonK),
            Tightening("limits.soft.residual_voltage", \.soft.residualVoltage),
            Tightening("rate.ramp_up", \.rate.rampUp),
            Tightening("rate.ramp_down", \.rate.rampDown),
            Tightening("rate.max_step", \.rate.maxStep),
            Tightening("rate.min_hold", \.rate.minHold, isMaximum: false),
            Tightening("rate.max_changes.count", \.rate.maxChanges.count),
            Tightening("patient.amplitude.max", \.patient.amplitude.max),
        ]
    }
}

/// One value that an overlay may lower, or raise where it is a least one.
private struct Tightening {
    var path: String
    var key: WritableKeyPath<LimitsFile, Measured>
    var isMaximum: Bool

    init(_ path: String, _ key: WritableKeyPath<LimitsFile, Measured>, isMaximum: Bool = true) {
        (self.path, self.key, self.isMaximum) = (path, key, isMaximum)
    }
}
