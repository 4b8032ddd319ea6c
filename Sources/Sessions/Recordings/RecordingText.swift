import Signal

/// Text and numbers of recording headers, read strictly and without the locale.
enum RecordingText {
    /// `bytes` as latin-1: every byte is a character.
    static func latin1(_ bytes: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    /// `bytes` as UTF-8, or nil where they are not.
    static func utf8(_ bytes: some Collection<UInt8>) -> String? { String(validating: bytes, as: UTF8.self) }

    /// `text` without blanks, tabs, zeros and line ends at both ends.
    static func trimmed(_ text: some StringProtocol) -> String {
        func isBlank(_ character: Character) -> Bool { character.isWhitespace || character == "\0" }
        let start = text.drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(start[...last])
    }

    /// A positive decimal number as an exact reduced fraction, such as 3906.25 as 15625 / 4; nil for anything else.
    static func fraction(_ text: String) -> (numerator: Int64, denominator: Int64)? {
        var (numerator, denominator): (Int64, Int64) = (0, 1)
        var (digits, behindPoint) = (0, false)
        for character in text {
            if character == "." || character == ",", !behindPoint { behindPoint = true; continue }
            guard character.isASCII, let digit = character.wholeNumberValue, digits < 17 else { return nil }
            numerator = numerator * 10 + Int64(digit)
            denominator *= behindPoint ? 10 : 1
            digits += numerator > 0 ? 1 : 0
            if denominator > 1_000_000_000 { return nil }
        }
        return numerator > 0 ? reduced(numerator, denominator) : nil
    }

    /// `a / b` in lowest terms.
    static func reduced(_ a: Int64, _ b: Int64) -> (numerator: Int64, denominator: Int64) {
        var (x, y) = (a, b)
        while y != 0 { (x, y) = (y, x % y) }
        return (a / x, b / x)
    }

    /// The unit that values are given in, and by what a value in `unit` is multiplied to be in it: potentials are
    /// given in uV, everything else as the file says.
    static func unit(_ unit: String) -> (name: String, factor: Double) {
        switch unit {
        case "", "uV", "\u{b5}V", "\u{3bc}V": ("uV", 1)
        case "nV": ("uV", 1e-3)
        case "mV": ("uV", 1e3)
        case "V": ("uV", 1e6)
        default: (unit, 1)
        }
    }

    /// A unit without a letter that ASCII lacks.
    static func asciiUnit(_ unit: String) -> String {
        unit.replacing("\u{b5}", with: "u").replacing("\u{3bc}", with: "u")
    }

    /// What a channel measures, as its label says; a potential without a hint is an EEG.
    static func kind(_ label: String, unit: String) -> ChannelKind {
        let name = label.uppercased()
        guard unit == "uV" else { return .auxiliary }
        if name.contains("LFP") { return .localFieldPotential }
        return name.contains("ECOG") ? .electrocorticography : .electroencephalography
    }
}
