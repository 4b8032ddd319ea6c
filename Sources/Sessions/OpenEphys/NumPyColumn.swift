import Foundation
import Signal

/// A one-dimensional array in a NumPy file (`.npy`), of numbers or of texts.
///
/// Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays".
struct NumPyColumn {
    let file: FileBytes
    /// `i`, `u`, `f`, `S` or `U`.
    let kind: Character
    /// Bytes of an element.
    let width: Int
    let count: Int64
    /// What the header promises and the file does not have.
    let missing: Int64
    private let head: Int64

    init(_ path: String) throws(RecordingError) {
        file = try FileBytes.opened(path)
        let first = try file.exactly(at: 0, count: 12)
        guard first.starts(with: [0x93] + Array("NUMPY".utf8)) else {
            throw RecordingError(file: path, place: "byte 0", text: "no NumPy file")
        }
        let length = first[6] >= 2 ? Int64(first.unsigned32(at: 8)) : Int64(first.unsigned16(at: 8))
        head = (first[6] >= 2 ? 12 : 10) + length
        guard length <= 65_536, head <= file.size else {
            throw RecordingError(file: path, place: "byte 8", text: "a header of \(length) bytes does not fit")
        }
        let text = RecordingText.latin1(try file.exactly(at: head - length, count: Int(length)))
        func value(_ key: String) -> Substring? { text.range(of: "'\(key)':").map { text[$0.upperBound...] } }
        let type = value("descr")?.drop { $0 == " " || $0 == "'" }.prefix { $0 != "'" } ?? ""
        let shape = value("shape")?.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" } ?? ""
        let axes = shape.split(separator: ",").map { Int64(RecordingText.trimmed($0)) }
        guard let order = type.first, "<|".contains(order), let kind = type.dropFirst().first,
            let size = Int(type.dropFirst(2)), "iufSU".contains(kind), (1...65_536).contains(size),
            "SU".contains(kind) || [1, 2, 4, 8].contains(size)
        else {
            throw RecordingError(
                file: path, place: "descr",
                text: "'\(type.prefix(40))', expected little-endian numbers or texts")
        }
        guard axes.count == 1, let stated = axes[0], stated >= 0 else {
            throw RecordingError(file: path, place: "shape", text: "(\(shape.prefix(40))), expected one axis")
        }
        self.kind = kind
        width = kind == "U" ? 4 * size : size
        let room = (file.size - head) / Int64(width)
        count = min(stated, room)
        missing = stated - min(stated, room)
    }

    /// `number` elements from `first` on, as numbers.
    func numbers(_ first: Int64, _ number: Int) throws(RecordingError) -> [Double] {
        let bytes = try load(first, number)
        return (0..<number).map { index in
            let place = index * width
            var raw: UInt64 = 0
            for byte in 0..<width { raw |= UInt64(bytes[place + byte]) << UInt64(8 * byte) }
            if kind == "f" {
                return width == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw))) : Double(bitPattern: raw)
            }
            guard kind == "i" else { return Double(raw) }
            let unused = UInt64(64 - 8 * width)
            return Double(Int64(bitPattern: raw << unused) >> Int64(unused))
        }
    }

    /// The element `index` as text.
    func text(_ index: Int64) throws(RecordingError) -> String {
        let bytes = try load(index, 1)
        if kind == "S" { return bytes.text(at: 0, count: width) }
        if kind != "U" { return "\(try numbers(index, 1)[0])" }
        var text = String.UnicodeScalarView()
        for place in stride(from: 0, to: width, by: 4) {
            let value = bytes.unsigned32(at: place)
            guard value != 0 else { break }
            text.append(Unicode.Scalar(value) ?? "\u{fffd}")
        }
        return String(text)
    }

    private func load(_ first: Int64, _ number: Int) throws(RecordingError) -> [UInt8] {
        guard first >= 0, number >= 0, first <= count, Int64(number) <= count - first else {
            throw RecordingError(file: file.path, text: "elements \(first) + \(number) asked, 0 to \(count) exist")
        }
        return try file.exactly(at: head + first * Int64(width), count: number * width)
    }
}
