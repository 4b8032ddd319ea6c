import Interlocks
import Signal

extension CrossChecks {
    /// What each electrode that stimulates bears: impedance, water window, a microelectrode's own charge.
    func checkElectrodes() {
        let stimulating = Set(limits.contacts.filter(\.stimulate).map(\.electrode.text))
        for electrode in limits.electrodes {
            if let impedance = electrode.impedance { checkImpedance(impedance, electrode, stimulating) }
            checkWater(electrode)
            guard electrode.kind == .micro else {
                refuseMicroKeys(electrode)
                continue
            }
            if stimulating.contains(electrode.id.text) { checkMicro(electrode) }
        }
        let leads = limits.leads
        if leads.count > BuiltInCeilings.leads {
            let place = limits.pairs.last?.id.position ?? Position(line: 1, column: 1)
            let text = "\(leads.count) leads are named; at most \(BuiltInCeilings.leads) can be guarded."
            findings.report("237", place, "pairs.lead", text)
        }
    }

    private func checkImpedance(_ bounds: ImpedanceLimits, _ electrode: ElectrodeEntry, _ stimulating: Set<String>) {
        if bounds.min.value > bounds.max.value {
            let text = "min \(bounds.min.text) is above max \(bounds.max.text)."
            report("201", bounds.min, "electrodes.impedance.min", text)
        }
        guard electrode.kind.isMacro, stimulating.contains(electrode.id.text) else { return }
        let allowed = "the built-in 250 Ω to 3.5 kΩ of macro kinds (IL-25). A file cannot widen it."
        if bounds.min.value < BuiltInCeilings.impedance.lowerBound {
            report("212", bounds.min, "electrodes.impedance.min", "\(bounds.min.text) is outside \(allowed)")
        }
        if bounds.max.value > BuiltInCeilings.impedance.upperBound {
            report("212", bounds.max, "electrodes.impedance.max", "\(bounds.max.text) is outside \(allowed)")
        }
    }

    /// Ruthenium oxide's window has a source; a file may only narrow it.
    private func checkWater(_ electrode: ElectrodeEntry) {
        guard let window = electrode.waterWindow, electrode.material == "RuOx" else { return }
        for (side, name) in [(window.cathodic, "cathodic"), (window.anodic, "anodic")] where side.value > 600 {
            let text = "\(side.text) exceeds the built-in ceiling 0.6 V of RuOx (IL-45). A file cannot raise it."
            report("212", side, "electrodes.water_window.\(name)", text)
        }
    }

    private func refuseMicroKeys(_ electrode: ElectrodeEntry) {
        let place = electrode.chargeLimit?.position ?? electrode.microEvidence?.tipArea.position
        guard let place else { return }
        let key = electrode.chargeLimit == nil ? "micro_evidence" : "charge_limit"
        let text =
            "is for kind micro; electrode \(electrode.id.text) is \(BuiltInCeilings.name(electrode.kind)), which "
            + "charge_density and shannon_k bound."
        findings.report("238", place, "electrodes.\(key)", text)
    }

    /// A microelectrode's charge a phase: at most 20 nC, from 4 nC with evidence, above 2 nC acknowledged.
    ///
    /// McCreery 2010: no loss at 2 nC; loss at 4 nC, less of it at half the time.
    private func checkMicro(_ electrode: ElectrodeEntry) {
        guard let charge = electrode.chargeLimit else { return }
        let field = "electrodes.charge_limit"
        demand(
            charge, atMost: BuiltInCeilings.microCharge, "215", field,
            "the built-in ceiling 20 nC of kind micro (IL-17). A file cannot raise it")
        if charge.value > BuiltInCeilings.microChargeWithoutEvidence {
            checkEvidence(electrode, charge)
        }
        guard charge.value > BuiltInCeilings.microChargeDefault else { return }
        let text =
            "\(charge.text) a phase on microelectrode \(electrode.id.text), above the recommended 2 nC. Lower it, or "
            + "acknowledge: ansa limits ack S024 --reason \"…\""
        findings.report("024", charge.position, field, text, severity: .warning, letter: "S")
    }

    private func checkEvidence(_ electrode: ElectrodeEntry, _ charge: Measured) {
        if let evidence = electrode.microEvidence {
            for contact in limits.contacts where contact.stimulate && contact.electrode.text == electrode.id.text {
                guard contact.area.value < evidence.tipArea.value else { continue }
                let text =
                    "\(contact.area.text) is smaller than the \(evidence.tipArea.text) that micro_evidence names."
                report("218", contact.area, "contacts.area", text)
            }
        } else {
            let text =
                "\(charge.text) is 4 nC or more and needs micro_evidence: {protocol, tip_area, material} (IL-17)."
            report("218", charge, "electrodes.charge_limit", text)
        }
        for window in limits.dose.windows where window.length.value >= 2_000_000 {
            let duty = window.duty?.value ?? 1_000_000
            guard duty > 500_000 else { continue }
            let text =
                "\(charge.text) on microelectrode \(electrode.id.text) needs duty: 50 % or less in the window of "
                + "\(window.length.text), which has \(window.duty?.text ?? "100 %") (IL-17)."
            report("219", window.duty ?? window.length, "dose.windows.duty", text)
        }
    }

    /// Sound and flashes stay under what no file can raise.
    func checkSensory() {
        guard let sensory = limits.sensory else { return }
        demand(
            sensory.audioMax, atMost: 85_000, "212", "sensory.audio.max",
            "the built-in ceiling 85 dBA (IL-37). A file cannot raise it")
        if sensory.flashes.count.value * 1_000_000 > 3 * sensory.flashes.window.value {
            let text =
                "\(sensory.flashes.count.text) in \(sensory.flashes.window.text) exceeds the built-in ceiling, 3 in "
                + "1 s (IL-37). A file cannot raise it."
            report("212", sensory.flashes.count, "sensory.flashes", text)
        }
    }
}
