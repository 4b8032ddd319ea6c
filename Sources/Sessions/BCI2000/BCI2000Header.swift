import Foundation
import Signal

/// The header of a BCI2000 recording.
///
/// Source: BCI2000 wiki, Technical Reference, "BCI2000 File Format".
struct BCI2000Header {
    enum Storage: String {
        case int16, int32, float32
        var byteCount: Int { self == .int16 ? 2 : 4 }
    }

    /// A state that a frame carries: bits from a place on, least significant first.
    struct State: Hashable {
        var name: String
        var length: Int
        /// First bit, counted over the state bytes.
        var bit: Int
    }

    let path: String
    private(set) var headerBytes = 0
    private(set) var channels = 0
    private(set) var stateBytes = 0
    private(set) var storage = Storage.int16
    private(set) var states: [State] = []
    private(set) var rate: (numerator: Int64, denominator: Int64) = (0, 1)
    /// A/D units; one a channel.
    private(set) var offsets: [Double] = []
    /// µV in one A/D unit; one a channel.
    private(set) var gains: [Double] = []
    private(set) var names: [String] = []
    private(set) var start: String?
    private(set) var warnings: [RecordingWarning] = []

    /// Bytes of one frame.
    var frameBytes: Int { channels * storage.byteCount + stateBytes }

    init(_ file: FileBytes) throws(RecordingError) {
        path = file.path
        let head: [UInt8]
        do throws(FileBytesError) { head = try file.bytes(at: 0, count: 4_096) } catch {
            throw RecordingError(file: file.path, text: errorText(error.code))
        }
        try readFirstLine(head, fileSize: file.size)
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try file.bytes(at: 0, count: headerBytes) } catch {
            throw RecordingError(file: file.path, text: errorText(error.code))
        }
        var section = ""
        for line in RecordingText.latin1(bytes).split(whereSeparator: \.isNewline).dropFirst() {
            let text = RecordingText.trimmed(line)
            if text.hasPrefix("[") {
                section = text.lowercased()
            } else if section.contains("state vector") {
                try readState(text)
            } else if section.contains("parameter") {
                try readParameter(text)
            }
        }
        try complete()
    }

    private mutating func readFirstLine(_ head: [UInt8], fileSize: Int64) throws(RecordingError) {
        let line = RecordingText.latin1(head.prefix { $0 != 10 && $0 != 13 })
        let words = line.split(separator: " ").map(String.init)
        var fields: [String: String] = [:]
        for (index, word) in words.enumerated() where word.hasSuffix("=") && index + 1 < words.count {
            fields[String(word.dropLast())] = words[index + 1]
        }
        func number(_ name: String, _ range: ClosedRange<Int>) throws(RecordingError) -> Int {
            guard let text = fields[name], let value = Int(text), range.contains(value) else {
                throw RecordingError(
                    file: path, place: "line 1",
                    text:
                        "\(name) is '\(fields[name] ?? "absent")', expected \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
        headerBytes = try number("HeaderLen", 1...Int(clamping: min(fileSize, 1 << 26)))
        channels = try number("SourceCh", 1...65_536)
        stateBytes = try number("StatevectorLen", 0...65_536)
        let format = fields["DataFormat"] ?? "int16"
        guard let known = Storage(rawValue: format) else {
            throw RecordingError(
                file: path, place: "line 1", text: "DataFormat '\(format)', expected int16, int32 or float32")
        }
        storage = known
    }

    /// `Name length default byte bit`.
    private mutating func readState(_ text: String) throws(RecordingError) {
        let words = text.split(separator: " ")
        guard words.count >= 5, let length = Int(words[1]), let byte = Int(words[3]), let bit = Int(words[4]) else {
            return
        }
        guard (1...64).contains(length), byte >= 0, (0..<8).contains(bit), byte * 8 + bit + length <= stateBytes * 8
        else {
            throw RecordingError(
                file: path, place: "state \(words[0])",
                text: "\(length) bits from byte \(byte), bit \(bit) do not fit into \(stateBytes) bytes")
        }
        states.append(State(name: String(words[0]), length: length, bit: byte * 8 + bit))
    }

    /// `Section type Name= values… // remark`.
    private mutating func readParameter(_ text: String) throws(RecordingError) {
        guard let equals = text.range(of: "= ") ?? text.range(of: "=") else { return }
        let name = text[..<equals.lowerBound].split(separator: " ").last.map(String.init) ?? ""
        let rest = text[equals.upperBound...]
        let value = rest.range(of: "//").map { rest[..<$0.lowerBound] } ?? rest
        let words = value.split(separator: " ").map { BCI2000Header.decoded(String($0)) }
        switch name {
        case "SamplingRate":
            let digits = String((words.first ?? "").prefix { $0.isNumber || $0 == "." })
            guard let found = RecordingText.fraction(digits) else {
                throw RecordingError(file: path, place: name, text: "'\(words.first ?? "")' is no rate")
            }
            rate = found
        case "SourceChOffset": offsets = try list(name, words)
        case "SourceChGain": gains = try list(name, words)
        case "ChannelNames":
            let count = words.first.flatMap { Int($0) } ?? 0
            names = count > 0 && words.count > count ? Array(words[1...count]) : []
        case "StorageTime": start = words.first
        default: break
        }
    }

    /// A count, then as many values.
    private func list(_ name: String, _ words: [String]) throws(RecordingError) -> [Double] {
        guard let count = words.first.flatMap({ Int($0) }), count == channels, words.count > count else {
            throw RecordingError(
                file: path, place: name,
                text: "a list of \(words.first ?? "nothing"), expected one value a channel: \(channels)")
        }
        var values: [Double] = []
        for word in words[1...count] {
            let digits = String(word.prefix { $0.isNumber || "+-.eE".contains($0) })
            guard let value = Double(digits), value.isFinite else {
                throw RecordingError(file: path, place: name, text: "'\(word)' is no number")
            }
            values.append(value)
        }
        return values
    }

    private mutating func complete() throws(RecordingError) {
        guard rate.numerator > 0 else {
            throw RecordingError(file: path, place: "SamplingRate", text: "absent, expected a rate")
        }
        if gains.isEmpty {
            warnings.append(
                RecordingWarning(kind: "scale", place: path, text: "no SourceChGain; values are A/D units"))
        }
        if offsets.isEmpty { offsets = [Double](repeating: 0, count: channels) }
    }

    /// `%20` is a blank.
    private static func decoded(_ text: String) -> String {
        var result: [UInt8] = []
        let bytes = Array(text.utf8)
        var at = 0
        while at < bytes.count {
            if bytes[at] == 0x25, at + 2 < bytes.count,
                let value = UInt8(String(decoding: bytes[(at + 1)...(at + 2)], as: UTF8.self), radix: 16)
            {
                result.append(value)
                at += 3
            } else {
                result.append(bytes[at])
                at += 1
            }
        }
        return RecordingText.utf8(result) ?? RecordingText.latin1(result)
    }
}
