import Signal

/// A small JSON text as a tree: settings, logs.
enum JSONValue {
    case null
    case truth(Bool)
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The member `key` of an object; nil where there is none.
    subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { return members[key] }
        return nil
    }

    var number: Double? {
        if case .number(let value) = self { return value.isFinite ? value : nil }
        return nil
    }

    /// A whole number of at most 53 bits.
    var whole: Int64? {
        guard let number, number == number.rounded(), abs(number) < 9_007_199_254_740_992 else { return nil }
        return Int64(number)
    }

    var text: String? {
        if case .text(let value) = self { return value }
        return nil
    }

    /// The elements of an array; a single value in its place is an array of one, null an empty one.
    var elements: [JSONValue] {
        switch self {
        case .array(let elements): elements
        case .null: []
        default: [self]
        }
    }
}

extension JSONStream {
    /// Reads one value as a tree of at most `limit` values.
    func value(limit: Int = 200_000) throws(RecordingError) -> JSONValue {
        var left = limit
        return try value(depth: 0, &left)
    }

    private func value(depth: Int, _ left: inout Int) throws(RecordingError) -> JSONValue {
        left -= 1
        guard left > 0, depth < 64 else { throw failure("more values, or levels, than are kept") }
        switch try next() {
        case UInt8(ascii: "{"):
            var members: [String: JSONValue] = [:]
            try object { key throws(RecordingError) in members[key] = try value(depth: depth + 1, &left) }
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try array { () throws(RecordingError) in elements.append(try value(depth: depth + 1, &left)) }
            return .array(elements)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .truth(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .truth(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default: return .number(try number())
        }
    }

    /// The whole of a small file.
    static func tree(_ path: String) throws(RecordingError) -> JSONValue {
        let file = try FileBytes.opened(path)
        guard file.size <= 1 << 25 else {
            throw RecordingError(file: path, text: "has \(file.size) bytes; at most 33554432 are read of such a file")
        }
        return try JSONStream(file).value()
    }
}
