public import Signal

extension CampaignExpectation {
    /// Modes as a campaign calls them: `off` is a boolean to a YAML 1.1 reader.
    public static let modeNames: [(String, Mode)] = [
        ("disarmed", .off), ("armed", .armed), ("open-loop", .openLoop), ("closed-loop", .closedLoop),
        ("fallback", .fallback), ("latched", .latched),
    ]
}

/// Reads one entry of `expect`.
struct CampaignExpectationReader {
    private static let subjects = [
        "state", "never_state", "interlock", "never_interlock", "no_pulse_after", "gap_reported", "pulses", "exit",
        "ledger", "replay",
    ]
    let fields: Fields

    func read() -> CampaignExpectation? {
        let given = Self.subjects.filter(fields.has)
        let after = fields.optionalQuantity("after", .time)?.value
        let within = fields.optionalQuantity("within", .time)
        guard given.count == 1, let subject = given.first else {
            for key in Self.subjects { _ = fields.optional(key) }
            let text = "an expectation is one of \(Self.subjects.joined(separator: ", "))."
            if fields.mapping.entries.allSatisfy({ (Self.subjects + ["after", "within"]).contains($0.key) }) {
                fields.report("308", fields.mapping.position, "", text)
            }
            return nil
        }
        if let within, subject != "state", subject != "interlock" {
            fields.report("309", within.position, "within", "only `state` and `interlock` have a bound in time.")
        }
        return self.subject(subject).map {
            CampaignExpectation(
                subject: $0, after: after, within: within?.value, position: fields.mapping.position)
        }
    }

    private func subject(_ key: String) -> CampaignExpectation.Subject? {
        switch key {
        case "state", "never_state":
            fields.choice(key, CampaignExpectation.modeNames).map { .state($0, happens: key == "state") }
        case "interlock", "never_interlock": interlock(key).map { .interlock($0, happens: key == "interlock") }
        case "no_pulse_after": .noPulseAfter(fields.quantity(key, .time).value)
        case "gap_reported": counts(key).map { .gapReported($0) }
        case "pulses": counts(key).map { .pulses($0) }
        case "exit": .exit(fields.number(key, in: 0...255).value)
        case "ledger": fields.choice(key, [("exact", CampaignExpectation.Subject.ledger)])
        default: fields.choice(key, [("identical", CampaignExpectation.Subject.replay)])
        }
    }

    /// `IL-26`.
    private func interlock(_ key: String) -> Int? {
        let word = fields.word(key)
        guard !word.text.isEmpty else { return nil }
        let number = word.text.hasPrefix("IL-") ? Int(word.text.dropFirst(3)) : nil
        if let number, (1...46).contains(number), word.text.count == 5 { return number }
        fields.report("093", word.position, key, "\"\(word.text)\" is not one of IL-01 to IL-46.")
        return nil
    }

    /// A number, or `{min: …, max: …}` of which one may be left out.
    private func counts(_ key: String) -> ClosedRange<Int64>? {
        if case .mapping = fields.optional(key) {
            return fields.block(key) { bounds in
                let low = bounds.optionalNumber("min")?.value ?? 0
                let high = bounds.optionalNumber("max")
                if let high, high.value < low {
                    bounds.report("201", high.position, "max", "\(high.text) is below min \(low).")
                }
                return low...max(low, high?.value ?? .max)
            }
        }
        let exact = fields.number(key).value
        return exact...exact
    }
}
