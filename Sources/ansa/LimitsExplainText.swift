import Configuration
import Signal

/// What a limits file allows, in plain words.
struct ExplanationText {
    let limits: LimitsFile
    let explanation: LimitsExplanation
    private let overlay: OverlayFile?
    private let region: PermittedRegion
    let arming: LimitsArming
    let acknowledged: Set<String>
    private let columns: Int

    init(
        _ limits: LimitsFile, overlay: OverlayFile?, region: PermittedRegion, arming: LimitsArming,
        acknowledged: Set<String>, columns: Int
    ) {
        self.limits = limits
        self.overlay = overlay
        self.explanation = limits.explanation
        self.region = region
        self.arming = arming
        self.acknowledged = acknowledged
        self.columns = columns
    }

    /// The whole explanation, sections apart.
    var text: String {
        [heading, pulse, contacts, dose, balance, voltage, change, fallback, patient, soft, signal, arms, picture]
            .map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    func section(_ title: String, _ sentences: [String]) -> [String] {
        [title] + sentences.flatMap { wrapped($0) }
    }

    private func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = " "
        for word in text.split(separator: " ") {
            if line.count > 1, line.count + 1 + word.count > columns {
                lines.append(line)
                line = " "
            }
            line += " \(word)"
        }
        return lines + [line]
    }

    /// The source with this name on the pair that is drawn.
    private func source(_ name: String) -> SourceExplanation? {
        explanation.sources.first { $0.name == name && $0.pair == region.pair }
    }

    private var heading: [String] {
        let subject = limits.subject
        let scope = subject.consentScope.map(\.text).joined(separator: ", ")
        return section(
            "\(limits.file): revision \(limits.revision.text), for \(limits.purpose.rawValue)",
            (overlay.map { ["Tightened by \($0.path): \($0.overlay.reason)."] } ?? []) + [
                "Setting: \(limits.setting).",
                "Subject \(subject.pseudonym.text), \(subject.bodySite). Consent to "
                    + "\(scope.isEmpty ? "nothing" : scope), until \(FileDate.date(subject.consentExpires.value)).",
                "Valid from \(FileDate.date(limits.notBefore.value)) to \(FileDate.date(limits.expires.value)), "
                    + "\((limits.expires.value - limits.notBefore.value) / FileDate.day) days.",
                "Device \(limits.device.model.text), serial "
                    + "\(limits.device.serials.map(\.text).joined(separator: " or ")), "
                    + "firmware \(limits.device.firmware.text).",
                "Pairs that may stimulate: \(limits.pairIDs.joined(separator: ", ")); nothing else.",
            ])
    }

    private var pulse: [String] {
        let hard = limits.hard
        let charge = LimitsText.charge(Fraction(region.charge))
        let names = region.curves.filter { $0.weight == .hard && $0.shape == .charge(region.charge) }.map(\.name)
        return section(
            "ONE PULSE (pair \(region.pair))",
            [
                "\(LimitsText.current(Fraction(region.amplitude.lowerBound))) to "
                    + "\(LimitsText.current(Fraction(region.amplitude.upperBound))), "
                    + "\(region.width.lowerBound) to \(region.width.upperBound) µs a phase, "
                    + "\(hard.interphase.min.text) to \(hard.interphase.max.text) between the phases, "
                    + "\(hard.frequency.min.text) to \(hard.frequency.max.text), at least \(hard.minInterPulse.text) "
                    + "from the end of one to the start of the next.",
                "Amplitude times width at most \(charge): \(names.joined(separator: "; ")).",
                "Waveforms: \(hard.waveforms.map(waveformName).joined(separator: ", ")).",
            ])
    }

    private func waveformName(_ waveform: Waveform) -> String {
        switch waveform {
        case .biphasicCathodicFirstSymmetric: "biphasic, cathodic first, symmetric"
        case .biphasicAnodicFirstSymmetric: "biphasic, anodic first, symmetric"
        case .biphasicCathodicFirstAsymmetric: "biphasic, cathodic first, asymmetric"
        case .passiveRecharge: "passive recharge"
        }
    }

    private var contacts: [String] {
        let names = [
            ("hard-corner", "The strongest pulse"), ("soft-corner", "The strongest recommended pulse"),
            ("patient-maximum", "The patient's maximum"), ("baseline", "The baseline"),
        ]
        var lines = ["WHAT EACH CONTACT BEARS"]
        for (name, title) in names {
            guard let source = source(name) else { continue }
            let product =
                "\(LimitsText.current(Fraction(source.amplitude))) × \(source.width) µs "
                + "= \(LimitsText.charge(Fraction(source.charge))) a phase"
            lines += wrapped("\(title), \(product):")
            for load in source.contacts { lines += wrapped("  " + self.load(load)) }
        }
        return lines
    }

    private func load(_ load: ContactLoad) -> String {
        let share = load.shares == 1 ? "all of the current" : "1/\(load.shares) of the current"
        let k = load.shannonK.map { ", Shannon k = \(twoDigits($0))" } ?? ""
        let broken =
            load.broken.isEmpty ? "" : "; denied by \(load.broken.joined(separator: " and "))"
        return "– \(load.contact) (\(LimitsText.area(load.area))) bears \(share): "
            + "\(LimitsText.density(load.density))\(k)\(broken)."
    }

    private var dose: [String] {
        var lines = [pace]
        for (name, title) in [
            ("hard-corner", "The strongest pulses"), ("patient-maximum", "The patient's maximum"),
            ("baseline", "The baseline"),
        ] {
            guard let source = source(name) else { continue }
            let rate = LimitsText.charge(source.rate, digits: name == "hard-corner" ? 3 : 4)
            let windows = source.windows.map { window in
                let demand = "\(LimitsText.charge(window.demand)) in \(LimitsText.time(window.length))"
                guard let full = window.timeUntilFull else {
                    let counted =
                        window.isHeld ? "" : ", but the gate counts up to \(LimitsText.charge(window.counted))"
                    return "\(demand) of \(shown(window.limit))\(counted)"
                }
                return "\(demand), so \(shown(window.limit)) are full after \(LimitsText.time(full))"
            }
            let isHeld = limits.dose.train == nil && source.windows.allSatisfy(\.isHeld)
            lines.append(
                "\(title) at \(LimitsText.frequency(source.frequency)): \(rate) each second; "
                    + "\(windows.joined(separator: "; ")). \(isHeld ? "This may go on for ever." : "")")
        }
        for worst in explanation.worstCases {
            let reason =
                switch worst.bound {
                case .own: "its own limit"
                case .strongestPulses: "all that the strongest pulses can bring"
                case .shorterWindow(let length): "more does not pass the window of \(LimitsText.time(length))"
                }
            lines.append(
                "Worst case in any \(LimitsText.time(worst.length)): \(LimitsText.charge(worst.reachable)), \(reason).")
        }
        return section("DOSE (leading-phase charge of one contact, sliding windows)", lines)
    }

    /// Without a pause, with pauses, or in trains.
    private var pace: String {
        let dose = limits.dose
        if let train = dose.train {
            return "In trains of at most \(train.longest.text), at least \(train.gap.text) apart, at most "
                + "\(train.perEpisode.text) an episode, then \(train.lockoutAfterEpisode.text) of pause, at most "
                + "\(train.perDay.text) a day."
        }
        let pause = dose.isIntermittent ? "With pauses: a full window ends in a ramp to off" : "Without a pause"
        return "\(pause); on for at most \(dose.onTimeContinuous.text) of each day."
    }

    private func shown(_ charge: Int64) -> String { LimitsText.charge(Fraction(charge)) }

    private var balance: [String] {
        let hard = limits.hard
        guard let source = source("baseline") ?? source("hard-corner") else { return [] }
        let name = source.name == "baseline" ? "the baseline" : "the strongest pulses"
        let percent = source.netBindsAt.divided(by: 10_000).text(digits: 2)
        return section(
            "CHARGE BALANCE",
            [
                "Each pulse within \(hard.imbalancePerPulse.text); the net current of any "
                    + "\(hard.netCurrentWindow.text) within \(hard.netCurrent.text).",
                "At \(name) an imbalance of \(hard.imbalancePerPulse.text) in every pulse would be "
                    + "\(source.netCurrent.text(digits: 3)) nA, so the net current binds from \(percent) % on.",
                "Residual voltage within \(hard.residualVoltage.text).",
            ])
    }

    private var voltage: [String] {
        let bound = LimitsText.voltage(explanation.complianceBound)
        let sources = [
            ("baseline", "baseline"), ("patient-maximum", "patient's maximum"), ("hard-corner", "strongest pulse"),
        ].compactMap { name, title in
            source(name).flatMap { source in
                source.voltage.map { voltage in
                    let isHeld = voltage.isAtMost(explanation.complianceBound)
                    return "\(title) \(LimitsText.voltage(voltage))\(isHeld ? "" : " (too much)")"
                }
            }
        }
        guard let impedance = limits.explanation.impedance, !sources.isEmpty else {
            return section("VOLTAGE", ["No contact that stimulates has an impedance."])
        }
        let ohms = Fraction(impedance).divided(by: 1_000_000).text(digits: 4)
        return section(
            "VOLTAGE",
            [
                "Over the highest impedance allowed, \(ohms) kΩ: \(sources.joined(separator: ", ")); the device gives "
                    + "\(limits.device.ceilingCompliance.text), of which nine tenths, \(bound), may be used."
            ])
    }

    private var picture: [String] {
        let colour = LimitsChart.mayColour
        return ["PICTURE (pair \(region.pair))"] + LimitsChart(region, columns: columns, isColoured: colour).lines
    }
}
