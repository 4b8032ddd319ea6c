import Foundation
import Signal

/// The header of a NumPy array.
///
/// Source: NumPy, "NPY format": `\x93NUMPY`, two bytes of version, the length of the header (two bytes in version 1,
/// four in 2 and 3), then a Python dictionary with `descr`, `fortran_order` and `shape`.
struct NumPyHeader {
    let number: StoredNumber
    let isFortran: Bool
    let shape: [Int64]
    /// Where the values begin.
    let offset: Int64

    init(_ file: FileBytes) throws(RecordingError) {
        let path = file.path
        let head = try file.all(at: 0, count: Int(min(12, file.size)))
        guard head.count == 12, head.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw RecordingError(file: path, place: "byte 0", text: "no NumPy array: the file has \(file.size) bytes")
        }
        guard (1...3).contains(head[6]) else {
            throw RecordingError(
                file: path, place: "byte 6", text: "version \(head[6]) of the format; 1, 2 and 3 can be read")
        }
        let width = head[6] == 1 ? 2 : 4
        let length = (0..<width).reduce(0) { $0 | Int(head[8 + $1]) << (8 * $1) }
        offset = Int64(8 + width + length)
        guard length <= 1 << 20, offset <= file.size else {
            throw RecordingError(
                file: path, place: "byte 8",
                text: "a header of \(length) bytes, which the file of \(file.size) bytes does not hold")
        }
        let text = RecordingText.latin1(try file.all(at: Int64(8 + width), count: length))
        number = try NumPyHeader.number(NumPyHeader.value("descr", in: text), path)
        switch NumPyHeader.value("fortran_order", in: text).prefix(4) {
        case "True": isFortran = true
        case "Fals": isFortran = false
        default: throw RecordingError(file: path, place: "fortran_order", text: "expected True or False")
        }
        shape = try NumPyHeader.shape(NumPyHeader.value("shape", in: text), path)
    }

    /// What follows `'key':`, without blanks before it.
    private static func value(_ key: String, in text: String) -> Substring {
        guard let found = text.range(of: "'\(key)'") ?? text.range(of: "\"\(key)\"") else { return "" }
        return text[found.upperBound...].drop { $0 == " " || $0 == ":" }
    }

    /// Such as `'<f8'`: byte order, kind, bytes.
    private static func number(_ text: Substring, _ path: String) throws(RecordingError) -> StoredNumber {
        let descr = text.dropFirst().prefix { $0 != "'" && $0 != "\"" }
        let kinds: [Character: StoredNumber.Kind] = ["i": .signed, "u": .unsigned, "b": .unsigned, "f": .float]
        let order = descr.first ?? "?"
        let letter = descr.dropFirst().first ?? "?"
        guard text.first == "'" || text.first == "\"", "<>|=".contains(order), let kind = kinds[letter],
            let size = Int(descr.dropFirst(2)), (kind == .float ? [2, 4, 8] : [1, 2, 4, 8]).contains(size),
            letter != "b" || size == 1
        else {
            throw RecordingError(
                file: path, place: "descr",
                text: "'\(text.prefix(40))', expected one number, such as '<f8', '<f4', '<i2', '>i4' or '|u1'")
        }
        return StoredNumber(kind: kind, size: size, isBigEndian: order == ">")
    }

    /// Such as `(1000, 8)` or `(1000,)`.
    private static func shape(_ text: Substring, _ path: String) throws(RecordingError) -> [Int64] {
        let inside = text.dropFirst().prefix { $0 != ")" }
        let extents = inside.split(separator: ",").map(RecordingText.trimmed).filter { !$0.isEmpty }.map { Int64($0) }
        guard text.first == "(", text.contains(")"), extents.count == 1 || extents.count == 2 else {
            throw RecordingError(
                file: path, place: "shape",
                text: "'\(text.prefix(40))', expected (samples,) or (samples, channels)")
        }
        var shape: [Int64] = []
        for case let extent? in extents where extent >= 0 { shape.append(extent) }
        guard shape.count == extents.count else {
            throw RecordingError(file: path, place: "shape", text: "'\(inside.prefix(40))', expected extents from 0 on")
        }
        return shape
    }
}
