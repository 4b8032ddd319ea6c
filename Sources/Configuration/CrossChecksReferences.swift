import Interlocks
import Signal

extension CrossChecks {
    /// Names stand once and lead somewhere; what stimulates says what its electrode bears.
    func checkReferences() {
        checkUnique(limits.electrodes.map(\.id), "electrodes")
        checkUnique(limits.contacts.map(\.id), "contacts")
        checkUnique(limits.pairs.map(\.id), "pairs")
        let electrodes = limits.electrodes.map(\.id.text)
        for contact in limits.contacts where !electrodes.contains(contact.electrode.text) {
            let hint = Spelling.hint(for: contact.electrode.text, among: electrodes)
            let text = "no electrode \"\(contact.electrode.text)\".\(hint)"
            findings.report("230", contact.electrode.position, "contacts.electrode", text)
        }
        for electrode in limits.electrodes where electrode.kind != .returnCase && electrode.impedance == nil {
            let text = "electrode \(electrode.id.text) needs an impedance; only a return case is exempt."
            findings.report("233", electrode.id.position, "electrodes", text)
        }
        for contact in limits.contacts where contact.stimulate { checkStimulating(contact) }
        if limits.pairs.isEmpty {
            let text = "allows no pair, so nothing could ever be stimulated."
            findings.report("231", Position(line: 1, column: 1), "pairs", text)
        }
        for pair in limits.pairs { checkPair(pair) }
        if limits.approvals.clinician.text == limits.approvals.engineer.text {
            let text = "clinician and engineer must sign with different keys."
            findings.report("410", limits.approvals.engineer.position, "approvals.engineer", text)
        }
        let pairIDs = limits.pairIDs
        let pair = limits.fallback.baseline.pair
        if !pairIDs.contains(pair.text) {
            let hint = Spelling.hint(for: pair.text, among: pairIDs)
            findings.report("230", pair.position, "fallback.baseline.pair", "no pair \"\(pair.text)\".\(hint)")
        }
    }

    private func checkUnique(_ words: [Word], _ field: String) {
        var seen: [String: Position] = [:]
        for word in words {
            if let first = seen[word.text] {
                let text = "id \"\(word.text)\" stands again; the first is at line \(first.line)."
                findings.report("202", word.position, field, text)
            }
            seen[word.text] = word.position
        }
    }

    private func checkStimulating(_ contact: ContactEntry) {
        guard let electrode = electrode(of: contact) else { return }
        let place = contact.electrode.position
        switch electrode.kind {
        case .scalp:
            let text =
                "contact \(contact.id.text) stimulates on kind scalp, but this build has no waveform class for the "
                + "direct current that scalp electrodes carry (IL-08). Say stimulate: false."
            findings.report("232", place, "contacts", text)
        case .returnCase: break
        case .macroRing, .macroSegment, .strip, .seeg, .micro:
            if electrode.chargeInjection == nil || electrode.chargeInjectionCondition == nil {
                let text =
                    "electrode \(electrode.id.text) stimulates and needs charge_injection_limit and its condition."
                findings.report("233", electrode.id.position, "electrodes", text)
            }
        }
    }

    private func checkPair(_ pair: PairEntry) {
        let field = "pairs.\(pair.id.text)"
        if pair.cathode.isEmpty || pair.anode.isEmpty {
            findings.report("234", pair.id.position, field, "needs a cathode and an anode.")
        }
        for word in pair.cathode + pair.anode {
            guard let contact = limits.contacts.first(where: { $0.id.text == word.text }) else {
                let hint = Spelling.hint(for: word.text, among: limits.contactIDs)
                findings.report("230", word.position, field, "no contact \"\(word.text)\".\(hint)")
                continue
            }
            if !contact.stimulate {
                let text = "contact \(word.text) says stimulate: false (line \(contact.id.position.line))."
                findings.report("235", word.position, field, text)
            }
        }
        for word in pair.cathode where pair.anode.contains(where: { $0.text == word.text }) {
            findings.report("236", word.position, field, "contact \(word.text) is both cathode and anode.")
        }
    }

    /// Enough contacts may sense; blanking leaves no hole that lockout does not cover.
    func checkSensing() {
        let sensing = limits.contacts.filter(\.sense).count
        let needed = limits.sensing.minValidChannels
        if needed.value > Int64(sensing) {
            let text = "\(needed.text), but only \(sensing) contacts say sense: true."
            report("240", needed, "sensing.min_valid_channels", text)
        }
        let (lockout, blank) = (limits.dose.lockoutAfterFault, limits.sensing.blankAfterPulse)
        if lockout.value < blank.value {
            let text = "\(lockout.text) is shorter than sensing.blank_after_pulse \(blank.text)."
            report("241", lockout, "dose.lockout_after_fault", text)
        }
    }

    /// A purpose needs the consent that names it.
    func checkConsent() {
        let scope = limits.subject.consentScope
        let place = scope.first?.position ?? limits.subject.pseudonym.position
        let needed: [String] =
            switch limits.purpose {
            case .bench, .hil: []
            case .openLoop: ["stimulate"]
            case .closedLoop: ["stimulate", "closed-loop"]
            }
        for word in needed where !scope.contains(where: { $0.text == word }) {
            let text = "purpose \(limits.purpose.rawValue) needs \"\(word)\", which is absent: absent means denied."
            findings.report("411", place, "subject.consent_scope", text)
        }
        if limits.subject.consentExpires.value < limits.notBefore.value {
            report("412", limits.subject.consentExpires, "subject.consent_expires", "is before not_before.")
        }
    }
}
