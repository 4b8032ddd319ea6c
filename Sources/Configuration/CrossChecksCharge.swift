import Interlocks
import Signal

extension CrossChecks {
    /// The stimulating contact with the least area, returns excluded: where density is worst.
    var smallest: ContactEntry? {
        limits.contacts.filter { $0.stimulate && kind(of: $0) != .returnCase }.min { $0.area.value < $1.area.value }
    }

    /// The smallest stimulating contact of each electrode, returns included.
    private var worstContacts: [ContactEntry] {
        limits.electrodes.compactMap { electrode in
            limits.contacts.filter { $0.stimulate && $0.electrode.text == electrode.id.text }
                .min { $0.area.value < $1.area.value }
        }
    }

    /// The largest part of a pair's `charge` that `contact` carries in any of its pairs, rounded up.
    private func share(of charge: Int64, on contact: ContactEntry) -> Int64 {
        let sides = limits.pairs.flatMap { [$0.cathode, $0.anode] }
        let counts = sides.filter { side in side.contains { $0.text == contact.id.text } }.map { Int64($0.count) }
        let shares = counts.min() ?? 1
        return charge / shares + (charge % shares == 0 ? 0 : 1)
    }

    /// Patient range and baseline lie inside the hard limits.
    func checkSources() {
        let (hard, patient, baseline) = (limits.hard, limits.patient.amplitude, limits.fallback.baseline)
        let fields: [(Measured, MeasuredRange, String)] = [
            (patient.min, hard.amplitude, "patient.amplitude.min"),
            (patient.max, hard.amplitude, "patient.amplitude.max"),
            (baseline.amplitude, hard.amplitude, "fallback.baseline.amplitude"),
            (baseline.pulseWidth, hard.pulseWidth, "fallback.baseline.pulse_width"),
            (baseline.frequency, hard.frequency, "fallback.baseline.frequency"),
        ]
        for (value, range, field) in fields where !(range.min.value...range.max.value).contains(value.value) {
            let text = "\(value.text) is outside the hard limit \(range.min.text) to \(range.max.text)."
            report("221", value, field, text)
        }
        guard !findings.hasErrors else { return }
        let pair = limits.pairs.first { $0.id.text == baseline.pair.text }
        let named = (pair.map { $0.cathode + $0.anode } ?? []).map(\.text)
        let contacts = limits.contacts.filter { named.contains($0.id.text) }
        checkCharge(baseline.amplitude, "fallback.baseline.amplitude", contacts)
        checkCharge(patient.max, "patient.amplitude.max", worstContacts)
    }

    /// `amplitude` at the baseline's width against charge, density, Shannon and injection.
    private func checkCharge(_ amplitude: Measured, _ field: String, _ contacts: [ContactEntry]) {
        let width = limits.fallback.baseline.pulseWidth
        let (charge, overflow) = amplitude.value.multipliedReportingOverflow(by: width.value)
        guard !overflow else { return }
        let product = "\(amplitude.text) × \(width.text) = \(Shown.charge(charge))"
        if charge > limits.hard.chargePerPhase.value {
            report("222", amplitude, field, "\(product), but charge_per_phase is \(limits.hard.chargePerPhase.text).")
        }
        for contact in contacts {
            for broken in rulesBroken(by: share(of: charge, on: contact), on: contact) {
                report("222", amplitude, field, "\(product) on contact \(contact.id.text): \(broken).")
            }
        }
    }

    /// Which of density, Shannon and charge injection `charge` breaks on `contact`, in words.
    private func rulesBroken(by charge: Int64, on contact: ContactEntry) -> [String] {
        let area = contact.area.value
        var broken: [String] = []
        let density = limits.hard.chargeDensity
        let kind = kind(of: contact)
        if kind == .micro, let electrode = electrode(of: contact) {
            let bound = electrode.chargeLimit?.value ?? BuiltInCeilings.microChargeDefault
            if charge > bound {
                broken.append("above charge_limit \(electrode.chargeLimit?.text ?? "2 nC") of a microelectrode")
            }
        } else if Int128(charge) > Int128(density.value) * Int128(area) {
            broken.append("\(Shown.density(charge, over: area)), above charge_density \(density.text)")
        }
        let k = limits.hard.shannonK
        if kind.isMacro, let table = BuiltInCeilings.shannon(hundredths: k.value),
            Int128(charge) * Int128(charge) > Int128(table) * Int128(area)
        {
            broken.append("Shannon k = \(Shown.shannon(charge, over: area)), above shannon_k \(k.text)")
        }
        if let injection = electrode(of: contact)?.chargeInjection,
            Int128(charge) > Int128(injection.value) * Int128(area)
        {
            broken.append("\(Shown.density(charge, over: area)), above charge_injection_limit \(injection.text)")
        }
        return broken
    }

    /// The corner of the hard limits must not exceed the charge limit; the corner of the soft ones is a warning.
    func checkCorners() {
        guard let contact = smallest else { return }
        let (amplitude, width) = (limits.hard.amplitude.max, limits.hard.pulseWidth.max)
        let charge = amplitude.value * width.value
        let limit = limits.hard.chargePerPhase
        let area = contact.area.value
        let place = "on contact \(contact.id.text) (\(Shown.number(Double(area) / 1e6)) mm²)"
        let corner = "\(amplitude.text) × \(Shown.time(width.value)) = \(Shown.charge(charge))"
        if charge > limit.value {
            let broken = rulesBroken(by: charge, on: contact)
            let judgement = broken.isEmpty ? "within those limits, but" : broken.joined(separator: "; ") + "; and"
            let widthText = limit.value / max(1, amplitude.value)
            let tenths = limit.value / max(1, width.value) / 100_000 * 100_000
            let text =
                "and \(width.position.line):\(width.position.column): worst case \(corner) \(place) "
                + "= \(Shown.density(charge, over: area)), Shannon k = \(Shown.shannon(charge, over: area)): "
                + "\(judgement) charge_per_phase is \(limit.text.replacingMicro) (line \(limit.position.line)). "
                + "Lower pulse_width.max to \(widthText) µs or amplitude.max to \(Shown.current(tenths))."
            findings.report("214", amplitude.position, "", text)
        } else {
            warnOfCorner(amplitude, width, "limits.hard.amplitude.max")
        }
        if charge <= limit.value { warnOfCorner(limits.patient.amplitude.max, width, "patient.amplitude.max") }
        checkSoftCorner(contact, width)
    }

    /// The rules that `amplitude` at the widest pulse breaks: the gate will deny it.
    private func warnOfCorner(_ amplitude: Measured, _ width: Measured, _ field: String) {
        let charge = amplitude.value * width.value
        let corner = "\(amplitude.text) × \(Shown.time(width.value)) = \(Shown.charge(charge))"
        for contact in worstContacts {
            let place = "on contact \(contact.id.text) (\(Shown.number(Double(contact.area.value) / 1e6)) mm²)"
            for broken in rulesBroken(by: charge, on: contact) {
                report(
                    "216", amplitude, field, "\(corner) \(place): \(broken); the gate will deny it.",
                    severity: .warning)
            }
        }
    }

    private func checkSoftCorner(_ contact: ContactEntry, _ width: Measured) {
        let (amplitude, density) = (limits.soft.amplitude, limits.soft.chargeDensity)
        let charge = amplitude.value * width.value
        let area = contact.area.value
        guard kind(of: contact) != .micro, Int128(charge) > Int128(density.value) * Int128(area) else { return }
        let lower = density.value * area / max(1, width.value) / 100_000 * 100_000
        let text =
            "\(amplitude.text) × \(Shown.time(width.value)) = \(Shown.charge(charge)) on contact \(contact.id.text) = "
            + "\(Shown.density(charge, over: area)), above the recommended \(Shown.density(density.value)) "
            + "(hard limit \(Shown.number(Double(limits.hard.chargeDensity.value) / 10))). "
            + "Lower it to \(Shown.oneDecimal(lower)) mA, or acknowledge: ansa limits ack S021 --reason \"…\""
        findings.report(
            "021", amplitude.position, "limits.soft.amplitude.max", text, severity: .warning, letter: "S")
    }
}

extension Shown {
    /// nA as mA with one decimal always: 3.0.
    static func oneDecimal(_ nanoamperes: Int64) -> String {
        "\(nanoamperes / 1_000_000).\(nanoamperes % 1_000_000 / 100_000)"
    }
}

extension String {
    /// `uC` shown as `µC`.
    var replacingMicro: String {
        guard let space = firstIndex(of: " ") else { return self }
        let unit = self[index(after: space)...]
        return unit.hasPrefix("u") ? self[...space] + "µ" + unit.dropFirst() : self
    }
}
