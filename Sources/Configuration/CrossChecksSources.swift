import Interlocks
import Signal

extension CrossChecks {
    /// The sources of stimulation against each other, and against what needs an acknowledgement.
    ///
    /// What the profile's controller asks for is compared when the profile is loaded.
    func checkSourcesAmongThemselves() {
        let (patient, baseline) = (limits.patient.amplitude, limits.fallback.baseline)
        if baseline.amplitude.value > patient.max.value {
            let text =
                "\(baseline.amplitude.text) is above what the patient may set, \(patient.max.text) "
                + "(line \(patient.max.position.line)): once the patient sets a bound the gate denies the baseline."
            report("224", baseline.amplitude, "fallback.baseline.amplitude", text, severity: .warning)
        }
        if baseline.amplitude.value < patient.min.value {
            let text =
                "\(baseline.amplitude.text) is below what the patient may set, \(patient.min.text) "
                + "(line \(patient.min.position.line))."
            report("224", baseline.amplitude, "fallback.baseline.amplitude", text, severity: .warning)
        }
        checkSoftExcess(baseline.amplitude, "fallback.baseline.amplitude")
        checkSoftExcess(patient.max, "patient.amplitude.max")
    }

    /// `amplitude` at the baseline's width beyond a soft limit: the gate denies it until it is acknowledged (IL-33).
    private func checkSoftExcess(_ amplitude: Measured, _ field: String) {
        let (soft, width) = (limits.soft, limits.fallback.baseline.pulseWidth)
        let charge = amplitude.value * width.value
        func warn(_ code: String, _ what: String, _ bound: Measured) {
            let text =
                "\(what) is above the recommended \(bound.text) (line \(bound.position.line)): denied until it is "
                + "acknowledged: ansa limits ack S\(code) --reason \"…\""
            findings.report(code, amplitude.position, field, text, severity: .warning, letter: "S")
        }
        if amplitude.value > soft.amplitude.value { warn("020", amplitude.text, soft.amplitude) }
        guard let contact = smallest else { return }
        let area = contact.area.value
        let product = "\(amplitude.text) × \(width.text) on contact \(contact.id.text)"
        if Int128(charge) > Int128(soft.chargeDensity.value) * Int128(area), kind(of: contact) != .micro {
            warn("021", "\(product) = \(Shown.density(charge, over: area))", soft.chargeDensity)
        }
        if let k = BuiltInCeilings.shannon(hundredths: soft.shannonK.value), kind(of: contact).isMacro,
            Int128(charge) * Int128(charge) > Int128(k) * Int128(area)
        {
            warn("022", "\(product): Shannon k = \(Shown.shannon(charge, over: area))", soft.shannonK)
        }
    }
}
