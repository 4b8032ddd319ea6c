import Signal

/// One line of the commands: a segment without its limits, and what the evidence says differently from healthy.
struct JudgedCommand {
    var at: Int64 = 0
    var mode: Mode = .off
    /// Nil where the line says null: no pulse is asked for.
    var pair: String?
    var waveform: Waveform = .biphasicCathodicFirstSymmetric
    var amplitude: Int64 = 0, width: Int64 = 0, interphase: Int64 = 0, period: Int64 = 0, pulses: Int64 = 0
    var balance: Int64 = 0
    /// In the order of the line.
    var evidence: [EvidenceChange] = []
    /// Where at_us stands.
    private(set) var place = 0

    /// Every line has these; `evidence` may be left out.
    static let keys = [
        "at_us", "mode", "pair", "waveform", "amplitude_na", "pulse_width_us", "interphase_us", "period_us", "pulses",
        "balance_ppm",
    ]
    static let modes: [(String, Mode)] = [
        ("off", .off), ("armed", .armed), ("open-loop", .openLoop), ("closed-loop", .closedLoop),
        ("fallback", .fallback), ("latched", .latched),
    ]
    static let waveforms: [(String, Waveform)] = [
        ("biphasic-cathodic-first-symmetric", .biphasicCathodicFirstSymmetric),
        ("biphasic-anodic-first-symmetric", .biphasicAnodicFirstSymmetric),
        ("biphasic-cathodic-first-asymmetric", .biphasicCathodicFirstAsymmetric),
        ("passive-recharge", .passiveRecharge),
    ]

    /// Reads one line.
    ///
    /// - Throws: the first thing that is wrong.
    init(_ scanner: inout LineScanner) throws(LineProblem) {
        var seen: [String] = []
        let start = scanner.offset
        try scanner.object("") { (key, scanner) throws(LineProblem) in
            if key == "evidence" { return evidence = try EvidenceChange.all(&scanner) }
            guard JudgedCommand.keys.contains(key) else { throw JudgedCommand.unknown(key, scanner) }
            seen.append(key)
            try read(key, &scanner)
        }
        try scanner.finish()
        guard let missing = JudgedCommand.keys.first(where: { !seen.contains($0) }) else { return }
        throw scanner.problem(missing, "the key is missing.", at: start)
    }

    private static func unknown(_ key: String, _ scanner: LineScanner) -> LineProblem {
        let known = keys + ["evidence"]
        if EvidenceKey.named(key) != nil {
            return scanner.problem(key, "the key belongs into \"evidence\": {\"\(key)\": …}.")
        }
        let hint = suggestion(for: key, among: known, quotedWith: "")
        return scanner.problem(key, "unknown key.\(hint.isEmpty ? " Known: \(known.joined(separator: ", "))." : hint)")
    }

    private mutating func read(_ key: String, _ scanner: inout LineScanner) throws(LineProblem) {
        switch key {
        case "at_us":
            place = scanner.offset
            at = try scanner.integer(key)
        case "mode": mode = try JudgedCommand.choice(key, JudgedCommand.modes, &scanner)
        case "pair": pair = scanner.takeNull() ? nil : try scanner.text(key)
        case "waveform": waveform = try JudgedCommand.choice(key, JudgedCommand.waveforms, &scanner)
        case "amplitude_na": amplitude = try scanner.integer(key)
        case "pulse_width_us": width = try scanner.integer(key)
        case "interphase_us": interphase = try scanner.integer(key)
        case "period_us": period = try scanner.integer(key)
        case "pulses": pulses = try scanner.integer(key)
        default: balance = try scanner.integer(key)
        }
    }

    private static func choice<Value>(
        _ key: String, _ values: [(String, Value)], _ scanner: inout LineScanner
    ) throws(LineProblem) -> Value {
        let start = scanner.offset
        let word = try scanner.text(key)
        if let match = values.first(where: { $0.0 == word }) { return match.1 }
        let names = values.map(\.0)
        let hint = suggestion(for: word, among: names, quotedWith: "")
        throw scanner.problem(key, "\"\(word)\" is not one of \(names.joined(separator: ", ")).\(hint)", at: start)
    }

    /// The segment, which starts when it is judged.
    func segment(pair index: Int32) -> Segment {
        Segment(
            pair: index, waveform: waveform, amplitude: Nanoamperes(amplitude), width: Microseconds(width),
            interphase: Microseconds(interphase), period: Microseconds(period), pulses: pulses,
            firstPulse: Microseconds(at), imbalance: PartsPerMillion(balance))
    }

    /// End of the last pulse, µs; nil where a product does not fit.
    var end: Int64? {
        let length = sum(product(width, 2), interphase)
        return sum(at, sum(product(difference(pulses, 1), period), length))
    }
}
