import Interlocks
import Signal

/// The checks of a limits file against itself and the compiled ceilings.
///
/// Source: reference of the limits file, "Cross-checks". Each reports with both numbers.
struct CrossChecks {
    let limits: LimitsFile
    let findings: Findings

    func run() {
        checkTime()
        checkReferences()
        checkElectrodes()
        guard !findings.hasErrors else { return }
        checkCeilings()
        checkShannon()
        checkSoft()
        checkSensory()
        guard !findings.hasErrors else { return }
        checkRate()
        checkDoseWindows()
        checkTrains()
        checkSensing()
        checkConsent()
        guard !findings.hasErrors else { return }
        checkSources()
        checkCorners()
        checkSourcesAmongThemselves()
        checkDoseCharges()
        checkReserve()
        checkCompliance()
        checkPeriods()
    }

    func report(_ code: String, _ place: Measured, _ field: String, _ text: String, severity: Severity = .error) {
        findings.report(code, place.position, field, text, severity: severity)
    }

    /// Reports where `value` exceeds `ceiling`.
    func demand(_ value: Measured, atMost ceiling: Int64, _ code: String, _ field: String, _ ceilingText: String) {
        guard value.value > ceiling else { return }
        report(code, value, field, "\(value.text) exceeds \(ceilingText).")
    }

    private func checkTime() {
        let order = [limits.issued, limits.notBefore, limits.expires]
        if order[1].value < order[0].value {
            report("301", limits.notBefore, "not_before", "is before issued (\(limits.issued.text)).")
        }
        if order[2].value <= order[1].value {
            report("302", limits.expires, "expires", "is not after not_before (\(limits.notBefore.text)).")
        }
        let days = (limits.expires.value - limits.issued.value) / FileDate.day
        if days > BuiltInCeilings.virtualValidityDays {
            let text = "\(days) days after issued; at most 180, for a virtual device twenty years."
            report("303", limits.expires, "expires", text)
        }
    }

    private func checkCeilings() {
        let hard = limits.hard
        demand(
            hard.amplitude.max, atMost: BuiltInCeilings.amplitude, "210", "limits.hard.amplitude.max",
            "the built-in ceiling 12.7 mA (IL-09). A file cannot raise it")
        demand(
            hard.amplitude.max, atMost: limits.device.ceilingAmplitude.value, "210", "limits.hard.amplitude.max",
            "device.ceiling_amplitude \(limits.device.ceilingAmplitude.text)")
        demand(
            hard.totalAmplitude, atMost: BuiltInCeilings.totalAmplitude, "210", "limits.hard.total_amplitude",
            "the built-in ceiling 20 mA (IL-10). A file cannot raise it")
        checkInside(hard.pulseWidth, BuiltInCeilings.width, "limits.hard.pulse_width", "10 µs to 1000 µs (IL-11)")
        checkInside(hard.frequency, BuiltInCeilings.frequency, "limits.hard.frequency", "1 Hz to 333 Hz (IL-13)")
        demand(
            hard.imbalancePerPulse, atMost: BuiltInCeilings.imbalance, "212", "limits.hard.imbalance_per_pulse",
            "the built-in ceiling 0.4 % (IL-18). A file cannot raise it")
        demand(
            hard.residualVoltage, atMost: BuiltInCeilings.residualVoltage, "212", "limits.hard.residual_voltage",
            "the built-in ceiling 100 mV (IL-31). A file cannot raise it")
        demand(
            hard.netCurrent, atMost: 100, "212", "limits.hard.net_current.max",
            "the built-in ceiling 100 nA (IL-19). A file cannot raise it")
        if hard.netCurrentWindow.value != 1_000_000 {
            report("212", hard.netCurrentWindow, "limits.hard.net_current.window", "must be 1 s (IL-19).")
        }
        if hard.waveforms.isEmpty {
            report("217", hard.amplitude.max, "limits.hard.waveforms", "allows no waveform.")
        }
        checkDensityCeiling()
    }

    private func checkInside(_ range: MeasuredRange, _ ceiling: ClosedRange<Int64>, _ field: String, _ name: String) {
        if range.min.value < ceiling.lowerBound {
            report("210", range.min, field + ".min", "\(range.min.text) is outside the built-in \(name).")
        }
        if range.max.value > ceiling.upperBound {
            report("210", range.max, field + ".max", "\(range.max.text) is outside the built-in \(name).")
        }
    }

    private func checkDensityCeiling() {
        let kinds = limits.contacts.filter(\.stimulate).map(kind(of:)).filter { $0 != .micro }
        guard let strictest = kinds.min(by: { ceiling($0) < ceiling($1) }) else { return }
        let density = limits.hard.chargeDensity
        guard density.value > ceiling(strictest) else { return }
        let text =
            "\(Shown.density(density.value)) exceeds the built-in ceiling \(Shown.density(ceiling(strictest))) "
            + "(\(BuiltInCeilings.name(strictest)), IL-15). A file cannot raise it."
        report("211", density, "limits.hard.charge_density", text)
    }

    private func ceiling(_ kind: ElectrodeKind) -> Int64 { BuiltInCeilings.chargeDensity(kind) }

    /// Macro kinds need a k of the table; on a microelectrode Shannon's line permits harm, so it must not stand there.
    private func checkShannon() {
        let kinds = limits.contacts.filter(\.stimulate).map(kind(of:))
        let fields = [
            (limits.hard.shannonK, "limits.hard.shannon_k", limits.hard.chargeDensity),
            (limits.soft.shannonK, "limits.soft.shannon_k", limits.soft.chargeDensity),
        ]
        for (k, field, neighbour) in fields {
            if kinds.contains(where: \.isMacro) {
                if k.isGiven { checkTable(k, field) } else { demandShannon(field, neighbour) }
            } else if k.isGiven && kinds.contains(.micro) {
                let text =
                    "\(k.text) is for macroelectrodes; on kind micro it would allow 25 nC where loss was seen at 4 nC. "
                    + "Delete the key; charge_limit bounds a microelectrode (IL-17)."
                report("239", k, field, text)
            }
        }
    }

    private func demandShannon(_ field: String, _ neighbour: Measured) {
        let text = "the key \"shannon_k\" is missing: contacts of a macro kind stimulate (IL-16)."
        findings.report("091", neighbour.position, field, text)
    }

    private func checkTable(_ k: Measured, _ field: String) {
        if BuiltInCeilings.shannon(hundredths: k.value) == nil {
            report("213", k, field, "\(k.text) is not one of 1.50, 1.55 … 1.85, the values of the built-in table.")
        }
    }

    private func checkSoft() {
        let (hard, soft) = (limits.hard, limits.soft)
        let pairs = [
            (soft.amplitude, hard.amplitude.max, "amplitude.max"),
            (soft.chargeDensity, hard.chargeDensity, "charge_density"), (soft.shannonK, hard.shannonK, "shannon_k"),
            (soft.residualVoltage, hard.residualVoltage, "residual_voltage"),
        ]
        for (value, bound, name) in pairs where value.value > bound.value {
            let text = "\(value.text) is above the hard limit \(bound.text) (line \(bound.position.line))."
            report("220", value, "limits.soft.\(name)", text)
        }
    }

    /// The kind of the electrode that carries `contact`.
    func kind(of contact: ContactEntry) -> ElectrodeKind {
        electrode(of: contact)?.kind ?? .micro
    }

    func electrode(of contact: ContactEntry) -> ElectrodeEntry? {
        limits.electrodes.first { $0.id.text == contact.electrode.text }
    }
}
