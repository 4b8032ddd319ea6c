/// How one value of a NumPy array is stored.
enum NumpyElement: String {
    case boolean = "|b1"
    case unsigned8 = "|u1"
    case signed8 = "|i1"
    case unsigned16 = "<u2"
    case signed16 = "<i2"
    case unsigned32 = "<u4"
    case signed32 = "<i4"
    case unsigned64 = "<u8"
    case signed64 = "<i8"
    case float32 = "<f4"
    case float64 = "<f8"

    /// Bytes.
    var size: Int {
        switch self {
        case .boolean, .unsigned8, .signed8: 1
        case .unsigned16, .signed16: 2
        case .unsigned32, .signed32, .float32: 4
        case .unsigned64, .signed64, .float64: 8
        }
    }

    /// The value whose first byte is `bytes[offset]`.
    func value(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Double {
        func word<Word: FixedWidthInteger & BitwiseCopyable>(_ type: Word.Type) -> Word {
            unsafe Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        switch self {
        case .boolean, .unsigned8: return Double(word(UInt8.self))
        case .signed8: return Double(word(Int8.self))
        case .unsigned16: return Double(word(UInt16.self))
        case .signed16: return Double(word(Int16.self))
        case .unsigned32: return Double(word(UInt32.self))
        case .signed32: return Double(word(Int32.self))
        case .unsigned64: return Double(word(UInt64.self))
        case .signed64: return Double(word(Int64.self))
        case .float32: return Double(Float(bitPattern: word(UInt32.self)))
        case .float64: return Double(bitPattern: word(UInt64.self))
        }
    }
}

/// The header of a `.npy` file.
///
/// Source: numpy.lib.format: `\x93NUMPY`, two bytes of version, the header's length (two bytes in version 1, four
/// after), a Python dictionary with `descr`, `fortran_order` and `shape`.
struct NumpyHeader {
    let element: NumpyElement
    let isFortran: Bool
    let shape: [Int]
    /// Where the values begin.
    let offset: Int

    init(_ bytes: [UInt8], path: String) throws(CalibrationError) {
        guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes.count >= 12 else {
            throw .file(path: path, text: "not a NumPy array (.npy)")
        }
        let isShort = bytes[6] == 1
        guard (1...3).contains(bytes[6]) else {
            throw .file(path: path, text: "version \(bytes[6]) of the format; 1, 2 and 3 can be read")
        }
        let start = isShort ? 10 : 12
        let length = (0..<(isShort ? 2 : 4)).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
        guard length <= bytes.count - start, length <= 65_536 else {
            throw .file(path: path, text: "the header is \(length) bytes long, which the file is not")
        }
        let text = String(decoding: bytes[start..<(start + length)], as: UTF8.self)
        let type = NumpyHeader.quoted(after: "'descr':", in: text)
        let known = NumpyElement(rawValue: type.hasPrefix("|") || type.hasPrefix("<") ? type : "?")
        guard let known else {
            throw .file(
                path: path, text: "type '\(type)'; numbers in little-endian order (<f8, <f4, <i4, |u1, …) can be read")
        }
        element = known
        isFortran = text.contains("'fortran_order': True")
        guard let extents = NumpyHeader.extents(in: text) else {
            throw .file(path: path, text: "no shape in the header")
        }
        shape = extents
        offset = start + length
    }

    /// The text between the quotes that follow `key`.
    private static func quoted(after key: String, in text: String) -> String {
        guard let rest = after(key, in: text) else { return "" }
        let parts = rest.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        return parts.count > 1 ? String(parts[1]) : ""
    }

    private static func extents(in text: String) -> [Int]? {
        guard let rest = after("'shape':", in: text), let open = rest.firstIndex(of: "("),
            let close = rest.firstIndex(of: ")"), open < close
        else { return nil }
        var extents: [Int] = []
        for part in rest[rest.index(after: open)..<close].split(separator: ",") {
            let digits = part.filter { $0 != " " }
            if digits.isEmpty { continue }
            guard let extent = Int(digits), extent >= 0 else { return nil }
            extents.append(extent)
        }
        return extents
    }

    private static func after(_ key: String, in text: String) -> Substring? {
        var rest = text[...]
        while !rest.isEmpty {
            if rest.hasPrefix(key) { return rest.dropFirst(key.count) }
            rest = rest.dropFirst()
        }
        return nil
    }
}
