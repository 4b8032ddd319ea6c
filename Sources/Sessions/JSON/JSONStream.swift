import Signal

/// Reads JSON (RFC 8259) from a file piece by piece, so that a recording in it needs no memory of its size.
///
///     try json.object { key throws(RecordingError) in
///         if key == "SampleRate" { rate = try json.number() } else { try json.skip() }
///     }
///
/// Every error names the byte.
final class JSONStream {
    let file: FileBytes
    private var window: [UInt8] = []
    /// The window's first byte in the file.
    private var start: Int64 = 0
    private var at = 0
    private static let piece = 1 << 16
    /// Bytes of a text, and levels of what is skipped.
    private static let longest = 1 << 20
    private static let deepest = 512

    /// Begins at the start of `file`, behind a byte order mark.
    init(_ file: FileBytes) throws(RecordingError) {
        self.file = file
        if try byte() == 0xef { at = 3 }
    }

    /// The next byte's place in the file.
    var offset: Int64 { start + Int64(at) }

    /// Goes to a place in the file.
    func seek(_ offset: Int64) {
        if offset >= start, offset <= start + Int64(window.count) {
            at = Int(offset - start)
        } else {
            (window, start, at) = ([], offset, 0)
        }
    }

    func failure(_ text: String) -> RecordingError {
        RecordingError(file: file.path, place: "byte \(offset)", text: text)
    }

    /// The next byte, which stays; nil at the end of the file.
    private func byte() throws(RecordingError) -> UInt8? {
        if at < window.count { return window[at] }
        start += Int64(at)
        at = 0
        do throws(FileBytesError) { window = try file.bytes(at: start, count: JSONStream.piece) } catch {
            window = []
            throw failure(errorText(error.code))
        }
        return window.first
    }

    /// The next byte that is no blank, which stays; nil at the end of the file.
    func next() throws(RecordingError) -> UInt8? {
        while let found = try byte() {
            guard found == 0x20 || found == 0x0a || found == 0x0d || found == 0x09 else { return found }
            at += 1
        }
        return nil
    }

    private func expect(_ wanted: Character, _ place: String) throws(RecordingError) {
        guard let found = try next() else { throw failure("the file ends, expected '\(wanted)' \(place)") }
        guard found == wanted.asciiValue else {
            throw failure("\(JSONStream.shown(found)), expected '\(wanted)' \(place)")
        }
        at += 1
    }

    private static func shown(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7f ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
    }

    /// Reads an object; `each` is given a key and reads its value.
    func object(_ each: (String) throws(RecordingError) -> Void) throws(RecordingError) {
        try expect("{", "of an object")
        if try next() == UInt8(ascii: "}") { return at += 1 }
        while true {
            let key = try string()
            try expect(":", "behind '\(key.prefix(40))'")
            try each(key)
            if try next() == UInt8(ascii: "}") { return at += 1 }
            try expect(",", "between the members of an object")
        }
    }

    /// Reads an array; `each` reads one element.
    func array(_ each: () throws(RecordingError) -> Void) throws(RecordingError) {
        try expect("[", "of an array")
        if try next() == UInt8(ascii: "]") { return at += 1 }
        while true {
            try each()
            if try next() == UInt8(ascii: "]") { return at += 1 }
            try expect(",", "between the elements of an array")
        }
    }

    /// Reads an array, or a single value in its place.
    func arrayOrOne(_ each: () throws(RecordingError) -> Void) throws(RecordingError) {
        if try next() == UInt8(ascii: "[") { try array(each) } else { try each() }
    }

    func string() throws(RecordingError) -> String {
        try expect("\"", "of a text")
        var bytes: [UInt8] = []
        while let found = try byte() {
            at += 1
            if found == UInt8(ascii: "\"") {
                guard let text = RecordingText.utf8(bytes) else { return RecordingText.latin1(bytes) }
                return text
            }
            if found == UInt8(ascii: "\\") { try escape(&bytes) } else { bytes.append(found) }
            guard bytes.count <= JSONStream.longest else { throw failure("a text of more than 1 MiB") }
        }
        throw failure("the file ends in a text")
    }

    private func escape(_ bytes: inout [UInt8]) throws(RecordingError) {
        guard let found = try byte() else { throw failure("the file ends in a text") }
        at += 1
        switch found {
        case UInt8(ascii: "n"): bytes.append(0x0a)
        case UInt8(ascii: "t"): bytes.append(0x09)
        case UInt8(ascii: "r"): bytes.append(0x0d)
        case UInt8(ascii: "b"): bytes.append(0x08)
        case UInt8(ascii: "f"): bytes.append(0x0c)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(found)
        case UInt8(ascii: "u"):
            var value = try hexadecimal()
            if value & 0xfc00 == 0xd800, try byte() == UInt8(ascii: "\\") {
                at += 1
                guard try byte() == UInt8(ascii: "u") else { throw failure("half a surrogate pair") }
                at += 1
                let low = try hexadecimal()
                guard low & 0xfc00 == 0xdc00 else { throw failure("half a surrogate pair") }
                value = 0x10000 + (value & 0x3ff) << 10 + low & 0x3ff
            }
            bytes += Array(String(Character(Unicode.Scalar(value) ?? "\u{fffd}")).utf8)
        default: throw failure("'\\\(Character(Unicode.Scalar(found)))' is no escape of JSON")
        }
    }

    private func hexadecimal() throws(RecordingError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let found = try byte(), let digit = Character(Unicode.Scalar(found)).hexDigitValue else {
                throw failure("expected four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            at += 1
        }
        return value
    }

    /// A finite number, or NaN where the file says null.
    func number() throws(RecordingError) -> Double {
        if try next() == UInt8(ascii: "n") {
            try word("null")
            return .nan
        }
        var (mantissa, digits, behind) = (UInt64(0), 0, 0)
        var (isNegative, hasPoint, isPlain) = (false, false, true)
        var bytes: [UInt8] = []
        while let found = try byte(), bytes.count < 64 {
            switch found {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits < 18 { mantissa = mantissa * 10 + UInt64(found & 15) }
                digits += 1
                behind += hasPoint ? 1 : 0
            case UInt8(ascii: "-") where bytes.isEmpty: isNegative = true
            case UInt8(ascii: ".") where !hasPoint: hasPoint = true
            case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "+"), UInt8(ascii: "-"): isPlain = false
            default: return try finish(bytes, isPlain && digits > 0, isNegative, mantissa, digits, behind)
            }
            bytes.append(found)
            at += 1
        }
        return try finish(bytes, isPlain && digits > 0, isNegative, mantissa, digits, behind)
    }

    /// A decimal of few digits is exact as a quotient of two exact numbers (Clinger 1990); others are left to the
    /// library.
    private func finish(
        _ bytes: [UInt8], _ isPlain: Bool, _ isNegative: Bool, _ mantissa: UInt64, _ digits: Int, _ behind: Int
    ) throws(RecordingError) -> Double {
        if isPlain, digits <= 15 {
            let value = Double(mantissa) / JSONStream.powers[behind]
            return isNegative ? -value : value
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let value = Double(text), value.isFinite else {
            if bytes.isEmpty, let found = try byte() { throw failure("\(JSONStream.shown(found)), expected a number") }
            throw failure(bytes.isEmpty ? "the file ends, expected a number" : "'\(text)' is no number")
        }
        return value
    }

    private static let powers = (0...15).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 } }

    func word(_ wanted: String) throws(RecordingError) {
        _ = try next()
        for letter in wanted.utf8 {
            guard try byte() == letter else { throw failure("no '\(wanted)', which the letters before promise") }
            at += 1
        }
    }

    /// Passes over one value of any kind.
    func skip() throws(RecordingError) {
        var open: [UInt8] = []
        repeat {
            guard let found = try next() else { throw failure("the file ends in the middle of a value") }
            switch found {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard open.count < JSONStream.deepest else { throw failure("more than 512 levels") }
                open.append(found + 2)
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard open.popLast() == found else { throw failure("\(JSONStream.shown(found)) closes nothing") }
                at += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard !open.isEmpty else { throw failure("\(JSONStream.shown(found)), expected a value") }
                at += 1
            case UInt8(ascii: "\""): _ = try string()
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            default: _ = try number()
            }
        } while !open.isEmpty
    }
}
