/// What is wrong in one line of JSON, and where.
struct LineProblem: Error {
    /// Byte of the line's buffer.
    let offset: Int
    /// The key whose value is wrong; empty where it is the line itself.
    let key: String
    /// What was found and what is allowed, ending with a full stop.
    let text: String
}

/// Reads one line of JSON in order: one object, whose values are whole numbers, truth values, texts and lists of texts.
///
/// JSON as RFC 8259 has it. Stricter: a key may stand once, and a number is a whole one of 64 bits.
struct LineScanner {
    let bytes: [UInt8]
    private(set) var offset: Int
    let end: Int

    /// The bytes from `start` up to `end`, which hold one line.
    init(bytes: [UInt8], start: Int, end: Int) { (self.bytes, offset, self.end) = (bytes, start, end) }

    private var next: UInt8? { offset < end ? bytes[offset] : nil }

    /// Reads an object and hands over each key with the scanner at its value.
    mutating func object(
        _ key: String, _ read: (String, inout LineScanner) throws(LineProblem) -> Void
    ) throws(LineProblem) {
        try expect("{", key, "an object in braces is needed")
        var seen: [String] = []
        skipSpace()
        if take("}") { return }
        repeat {
            skipSpace()
            let start = offset
            let name = try text(key)
            guard !seen.contains(name) else { throw problem(name, "the key stands twice.", at: start) }
            seen.append(name)
            skipSpace()
            try expect(":", name, "a colon is needed after the key")
            skipSpace()
            try read(name, &self)
            skipSpace()
        } while take(",")
        try expect("}", key, "a comma or a closing brace is needed")
    }

    /// Nothing but space may follow.
    mutating func finish() throws(LineProblem) {
        skipSpace()
        guard offset == end else { throw problem("", "\(found) follows the object; one command a line.") }
    }

    /// True where `null` stands, which is then read.
    mutating func takeNull() -> Bool {
        guard word() == "null" else { return false }
        offset += 4
        return true
    }

    mutating func flag(_ key: String) throws(LineProblem) -> Bool {
        let word = word()
        guard word == "true" || word == "false" else {
            throw problem(key, "\(found) stands where true or false is needed.")
        }
        offset += word.utf8.count
        return word == "true"
    }

    mutating func integer(_ key: String) throws(LineProblem) -> Int64 {
        let word = word()
        let digits = word.hasPrefix("-") ? word.dropFirst() : word[...]
        let isWhole = !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard isWhole, digits.count == 1 || !digits.hasPrefix("0") else {
            let isNumber = Double(word) != nil && digits.utf8.first.map { (0x30...0x39).contains($0) } ?? false
            let hint = isNumber && !isWhole ? " Whole numbers only, without point or exponent." : ""
            throw problem(key, "\(found) stands where a whole number is needed.\(hint)")
        }
        guard let value = Int64(word) else {
            throw problem(key, "\(found) does not fit into 64 bits: \(Int64.min) to \(Int64.max).")
        }
        offset += word.utf8.count
        return value
    }

    /// A text in quotes, its escapes resolved.
    mutating func text(_ key: String) throws(LineProblem) -> String {
        let start = offset
        try expect("\"", key, "a text in quotes is needed")
        let first = offset
        while let byte = next, byte != 0x22, byte != 0x5C, byte >= 0x20 { offset += 1 }
        if next == 0x22 {
            offset += 1
            return try utf8(bytes[first..<(offset - 1)], key, start)
        }
        var unescaped = Array(bytes[first..<offset])
        while let byte = next, byte != 0x22 {
            guard byte >= 0x20 else { throw problem(key, "a control character stands inside the quotes.") }
            offset += 1
            if byte == 0x5C { try escape(into: &unescaped, key) } else { unescaped.append(byte) }
        }
        guard take("\"") else { throw problem(key, "the quotes are not closed.", at: start) }
        return try utf8(unescaped[...], key, start)
    }

    /// A list of texts, each with its place.
    mutating func texts(_ key: String) throws(LineProblem) -> [(text: String, offset: Int)] {
        try expect("[", key, "a list in brackets is needed")
        var result: [(String, Int)] = []
        skipSpace()
        if take("]") { return result }
        repeat {
            skipSpace()
            let start = offset
            result.append((try text(key), start))
            skipSpace()
        } while take(",")
        try expect("]", key, "a comma or a closing bracket is needed")
        return result
    }

    /// A problem here, or at `offset`.
    func problem(_ key: String, _ text: String, at offset: Int? = nil) -> LineProblem {
        LineProblem(offset: offset ?? self.offset, key: key, text: text)
    }

    // MARK: - Parts

    private func utf8(_ part: ArraySlice<UInt8>, _ key: String, _ start: Int) throws(LineProblem) -> String {
        guard let text = String(validating: part, as: UTF8.self) else {
            throw problem(key, "the text is not UTF-8.", at: start)
        }
        return text
    }

    private mutating func escape(into text: inout [UInt8], _ key: String) throws(LineProblem) {
        let place = offset - 1
        guard let letter = next else { throw problem(key, "the quotes are not closed.", at: place) }
        offset += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "u"):
            var units = [hexadecimal()]
            if let high = units[0], UTF16.isLeadSurrogate(high), take("\\"), take("u") { units.append(hexadecimal()) }
            let whole = units.compactMap { $0 }
            guard whole.count == units.count, let decoded = String(validating: whole, as: UTF16.self) else {
                throw problem(key, "the escape is no character.", at: place)
            }
            text.append(contentsOf: decoded.utf8)
        default: throw problem(key, "the escape is none that JSON knows.", at: place)
        }
    }

    private mutating func hexadecimal() -> UInt16? {
        guard end - offset >= 4 else { return nil }
        let digits = String(decoding: bytes[offset..<(offset + 4)], as: UTF8.self)
        guard digits.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }) else { return nil }
        offset += 4
        return UInt16(digits, radix: 16)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D { offset += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar, _ key: String, _ need: String) throws(LineProblem) {
        guard take(character) else { throw problem(key, "\(found) stands where \(need).") }
    }

    /// Letters, digits and signs from here on.
    private func word() -> String {
        var last = offset
        while last < end, LineScanner.isPartOfWord(bytes[last]) { last += 1 }
        return String(decoding: bytes[offset..<last], as: UTF8.self)
    }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }

    /// What stands here, for a message.
    private var found: String {
        guard let byte = next else { return "the end of the line" }
        let word = word()
        if !word.isEmpty { return word.count > 32 ? "\(word.prefix(32))…" : word }
        let rest = String(decoding: bytes[offset..<min(end, offset + 4)], as: UTF8.self)
        if byte == 0x22 { return "a text" }
        return rest.unicodeScalars.first.map { $0.value < 0x20 ? "a control character" : "'\($0)'" } ?? "nothing"
    }
}
