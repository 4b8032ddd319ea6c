/// What is refused before a single character is parsed: size, encoding, marks that reorder or hide text.
enum EncodingCheck {
    /// Bytes that a file may have.
    static let sizeLimit = 64 * 1024

    /// The first problem of `bytes`, or nil.
    static func problem(of bytes: [UInt8], file: String, letter: String) -> Problem? {
        func refuse(_ code: String, _ text: String, _ position: Position = Position(line: 1, column: 1)) -> Problem {
            Problem(code: "ANSA-\(letter)\(code)", file: file, position: position, text: text)
        }
        if bytes.count > sizeLimit { return refuse("001", "\(bytes.count) bytes; at most \(sizeLimit) are read.") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            return refuse("003", "the file begins with a byte order mark. Save it as UTF-8 without BOM.")
        }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            return refuse("002", "the file is UTF-16. Save it as UTF-8.")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return refuse("002", "the file is not valid UTF-8. Save it as UTF-8.", firstInvalid(in: bytes))
        }
        guard let (scalar, position) = firstForbidden(in: text) else { return nil }
        let name = "U+" + hexadecimal(scalar.value)
        return refuse("004", "the invisible character \(name) is not allowed. Delete it.", position)
    }

    /// Where the first byte stands that is no part of a character.
    private static func firstInvalid(in bytes: [UInt8]) -> Position {
        var position = Position(line: 1, column: 1)
        var codec = UTF8()
        var rest = bytes.makeIterator()
        while case .scalarValue(let scalar) = codec.decode(&rest) {
            position = scalar == "\n" ? Position(line: position.line + 1, column: 1) : position
            if scalar != "\n" { position.column += 1 }
        }
        return position
    }

    private static func firstForbidden(in text: String) -> (Unicode.Scalar, Position)? {
        var position = Position(line: 1, column: 1)
        var previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            if isForbidden(scalar) || (previous == "\r" && scalar != "\n") { return (scalar, position) }
            previous = scalar
            if scalar == "\n" {
                position = Position(line: position.line + 1, column: 1)
            } else {
                position.column += 1
            }
        }
        return nil
    }

    /// Controls other than line ends, bidirectional marks, zero-width characters, exotic line ends.
    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
        case 0xE0000...0xE007F: true
        default: false
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
