import Configuration

/// One thing that only a person can say; an option of `ansa limits new` and a question on the terminal.
struct LimitsQuestion: Sendable {
    /// Name of the option.
    let name: String
    let placeholder: String
    /// What is asked, as a sentence.
    let text: String
    /// What is wrong with an answer, or nil.
    let objection: @Sendable (String) -> String?

    var option: Option { Option(name, .text, placeholder: placeholder, help: text + ".") }

    /// A question with any answer of one line.
    init(
        _ name: String, _ placeholder: String, _ text: String,
        objection: @escaping @Sendable (String) -> String? = { _ in nil }
    ) {
        (self.name, self.placeholder, self.text, self.objection) = (name, placeholder, text, objection)
    }

    /// A quantity of `dimension` from `least` to `most` base units.
    static func quantity(
        _ name: String, _ dimension: Dimension, _ range: ClosedRange<Int64>, _ rangeText: String, _ text: String
    ) -> LimitsQuestion {
        LimitsQuestion(name, "quantity", "\(text) (\(rangeText))") { answer in
            do throws(QuantityError) {
                let value = try Quantity.parse(answer, as: dimension)
                return range.contains(value) ? nil : "is outside \(rangeText)"
            } catch {
                return "is \(words(error)); write a number and a unit, such as \(example(dimension))"
            }
        }
    }

    /// One of `words`.
    static func choice(_ name: String, _ words: [String], _ text: String) -> LimitsQuestion {
        LimitsQuestion(name, "word", "\(text) (\(words.joined(separator: ", ")))") { answer in
            words.contains(answer)
                ? nil
                : "is not one of \(words.joined(separator: ", "))."
                    + suggestion(for: answer, among: words, quotedWith: "")
        }
    }

    private static func example(_ dimension: Dimension) -> String {
        switch dimension {
        case .current: "3 mA"
        case .time: "60 us"
        case .frequency: "130 Hz"
        case .voltage: "50 mV"
        case .resistance: "3.5 kohm"
        case .area: "6 mm2"
        case .chargeDensity: "50 uC/cm2"
        default: "1"
        }
    }

    private static func words(_ error: QuantityError) -> String {
        switch error {
        case .noUnit: "without a unit"
        case .decimalComma: "written with a comma instead of a decimal point"
        case .unknownUnit(let unit): "in '\(unit)', which is no unit of this"
        case .notANumber: "not a number"
        case .negative: "negative"
        case .exponent: "written with too large an exponent"
        case .tooFine: "finer than can be represented"
        case .tooLarge: "too large"
        }
    }
}

extension LimitsQuestion {
    /// Who and what for.
    static let about: [LimitsQuestion] = [
        LimitsQuestion("subject", "pseudonym", "The subject's pseudonym, never a name"),
        LimitsQuestion("body-site", "site", "Where the electrodes are, such as 'STN left'"),
        choice("purpose", ["bench", "hil", "open-loop", "closed-loop"], "What the file is for"),
        LimitsQuestion("setting", "words", "Where and under whose eyes, in a few words"),
        LimitsQuestion(
            "consent", "list", "What the subject consented to, of record, stimulate, closed-loop, or nothing",
            objection: consentObjection),
        LimitsQuestion("consent-expires", "date", "Until when, as 2027-06-30", objection: dateObjection),
        LimitsQuestion("retention", "words", "How long records are kept, such as '5 years'"),
        LimitsQuestion("days", "n", "For how many days the file is valid (1 to 180)") { answer in
            Int64(answer).map { (1...180).contains($0) } == true ? nil : "is not a whole number from 1 to 180"
        },
    ]

    /// The pair; after the contacts.
    static let pair: [LimitsQuestion] = [
        LimitsQuestion("cathode", "list", "Contacts that are cathode together, such as 'c0'"),
        LimitsQuestion("anode", "list", "Contacts that are anode together, such as 'case'"),
        LimitsQuestion("lead", "name", "Name of the lead, such as 'left'"),
    ]

    /// How much, how long, how often.
    static let values: [LimitsQuestion] = [
        quantity(
            "amplitude-max", .current, 1...12_700_000, "above 0, at most 12.7 mA",
            "Largest amplitude of a contact that may ever be delivered"),
        quantity(
            "recommended-amplitude", .current, 1...12_700_000, "above 0, at most the largest",
            "Largest amplitude without an acknowledgement"),
        quantity("pulse-width-max", .time, 10...1_000, "10 to 1000 us", "Longest phase of a pulse"),
        quantity("frequency-max", .frequency, 1_000...333_000, "1 to 333 Hz", "Highest frequency"),
        quantity(
            "residual-voltage", .voltage, 1...100, "at most 100 mV",
            "Residual voltage after a pulse from which output is cut"),
        quantity(
            "recommended-residual-voltage", .voltage, 1...100, "at most the former",
            "Residual voltage from which pulses need an acknowledgement"),
        quantity(
            "impedance-max", .resistance, 250_001...3_500_000, "above 250 ohm, at most 3.5 kohm",
            "Highest impedance of a contact that may stimulate"),
        quantity("baseline-amplitude", .current, 1...12_700_000, "above 0", "Amplitude of the open-loop baseline"),
        quantity("baseline-width", .time, 10...1_000, "10 to 1000 us", "Width of its phases"),
        quantity("baseline-frequency", .frequency, 1_000...333_000, "1 to 333 Hz", "Its frequency"),
        quantity(
            "patient-max", .current, 1...12_700_000, "above 0, at most the largest",
            "Highest amplitude that the patient may choose as a bound"),
        quantity("pause-max", .time, 0...604_800_000_000, "up to 7 d", "How long the patient may pause, such as '4 h'"),
    ]

    /// How it changes and how it fails; who signs.
    static let rules: [LimitsQuestion] = [
        choice("rate-class", ["slow", "fast"], "Titration-like changes are slow, burst-driven ones fast"),
        LimitsQuestion("ramp-evidence", "words", "How that was tested on this subject, with its date"),
        choice(
            "on-sensor-loss", ["stop", "ramp-off", "hold-then-off", "open-loop-baseline"],
            "What runs when the signal fails"),
        choice(
            "on-watchdog", ["stop", "ramp-off", "hold-then-off", "open-loop-baseline"],
            "What runs when the runtime dies or hangs"),
        choice("on-expiry", ["ramp-off", "open-loop-baseline"], "What runs when the file expires"),
        LimitsQuestion(
            "clinician-key", "key", "The clinician's minisign key: its .pub file or its 16 digits",
            objection: keyObjection),
        LimitsQuestion(
            "engineer-key", "key", "The engineer's minisign key: its .pub file or its 16 digits",
            objection: keyObjection),
        LimitsQuestion("reason", "words", "Why this file is made, such as 'first programming'"),
    ]

    /// Asked only where the device measures the electrode voltage.
    static let water = LimitsQuestion(
        "water-window", "list",
        "Potentials between which water holds on the stimulating material, below and above zero, such as '0.6 V, 0.8 V'"
    ) { answer in
        volts(answer) == nil ? "is not two voltages such as '0.6 V, 0.8 V', each at most 10 V" : nil
    }

    /// The two voltages of an answer; nil where it is none.
    static func volts(_ answer: String) -> (Answer, Answer)? {
        let parts = answer.split(separator: ",").map { part in String(part.drop { $0 == " " }) }
        guard parts.count == 2, let cathodic = try? Answer(parts[0], as: .voltage),
            let anodic = try? Answer(parts[1], as: .voltage), max(cathodic.value, anodic.value) <= 10_000
        else { return nil }
        return (cathodic, anodic)
    }

    /// All but device, output and contacts, in the order in which they are asked.
    static let all = about + pair + values + rules

    /// `a, b` and `a+b` as words.
    static func list(_ answer: String) -> [String] {
        answer.split { $0 == "," || $0 == "+" || $0 == " " }.map(String.init)
    }

    /// The 16 digits of a key, or nil: of a `.pub` file, or as they were typed.
    static func keyID(_ answer: String) -> String? {
        let digits = answer.hasPrefix("minisign:") ? String(answer.dropFirst(9)) : answer
        if digits.count == 16, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) { return digits.uppercased() }
        guard let bytes = try? readFile(answer, limit: 4_096) else { return nil }
        return try? PublicKey(String(decoding: bytes, as: UTF8.self)).idText
    }

    /// The answer that a key of the file comes from, or nil.
    static func origin(of field: String) -> String? {
        let origins = [
            ("limits.hard.amplitude", "amplitude-max"), ("limits.hard.total", "amplitude-max"),
            ("limits.hard.pulse_width", "pulse-width-max"), ("limits.hard.frequency", "frequency-max"),
            ("limits.hard.residual", "residual-voltage"), ("limits.soft.amplitude", "recommended-amplitude"),
            ("limits.soft.residual", "recommended-residual-voltage"),
            ("fallback.baseline.amplitude", "baseline-amplitude"),
            ("fallback.baseline.pulse_width", "baseline-width"),
            ("fallback.baseline.frequency", "baseline-frequency"), ("patient.amplitude", "patient-max"),
            ("subject.consent_scope", "consent, or purpose"), ("subject.consent_expires", "consent-expires"),
            ("approvals.clinician", "clinician-key"), ("approvals.engineer", "engineer-key"),
            ("sensing.min_valid_channels", "contacts: one must sense"), ("electrodes.impedance", "impedance-max"),
            ("electrodes", "contacts"), ("contacts", "contacts"), ("pairs", "cathode or anode"),
        ]
        return origins.first { field.hasPrefix($0.0) }?.1
    }

    private static let consentObjection: @Sendable (String) -> String? = { answer in
        let known = ["record", "stimulate", "closed-loop"]
        guard answer != "nothing" else { return nil }
        guard let wrong = list(answer).first(where: { !known.contains($0) }) else {
            return list(answer).isEmpty ? "names nothing; write 'nothing' if that is meant" : nil
        }
        return "has '\(wrong)', which is not one of \(known.joined(separator: ", "))."
            + suggestion(for: wrong, among: known, quotedWith: "")
    }

    private static let dateObjection: @Sendable (String) -> String? = { answer in
        FileDate.seconds(answer) == nil ? "is not a date such as 2027-06-30" : nil
    }

    private static let keyObjection: @Sendable (String) -> String? = { answer in
        keyID(answer) == nil ? "is neither a minisign public key's file nor 16 hexadecimal digits" : nil
    }
}
