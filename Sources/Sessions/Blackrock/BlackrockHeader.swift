import Signal

/// The header of a Blackrock file of continuous samples (`.ns1` to `.ns9`).
///
/// Versions 2.1 (`NEURALSG`), 2.2 and 2.3 (`NEURALCD`), 3.0 (`BRSMPGRP`). Source: Blackrock, "File Formats", LB-0023.
struct BlackrockHeader {
    struct Input {
        var electrode: Int
        var label: String
        var unit = ""
        /// Units in a count and the value of count 0; nil where counts have no scale.
        var scale: RecordedScale?
    }

    let path: String
    /// As in `2.3`.
    let version: String
    /// Bytes before the first sample, or the first block's header.
    private(set) var byteCount = 0
    private(set) var rate = RecordedRate(1, 1)
    /// Stamps a second.
    private(set) var clock = 30_000.0
    /// The instant of stamp 0 in UTC.
    private(set) var origin: RecordedInstant?
    private(set) var inputs: [Input] = []
    private(set) var warnings: [RecordingWarning] = []

    /// Bytes of a block's header; 0 in version 2.1, which has no blocks.
    var blockHeader: Int { version == "2.1" ? 0 : hasLongStamps ? 13 : 9 }
    /// Whether stamps have 64 bits.
    private(set) var hasLongStamps = false

    static func isOne(_ first: [UInt8]) -> Bool {
        ["NEURALSG", "NEURALCD", "BRSMPGRP"].contains { first.starts(with: Array($0.utf8)) }
    }

    init(_ file: FileBytes) throws(RecordingError) {
        path = file.path
        let magic = try file.exactly(at: 0, count: 10)
        guard BlackrockHeader.isOne(magic) else {
            throw RecordingError(
                file: path, place: "byte 0", text: "begins with none of NEURALSG, NEURALCD, BRSMPGRP")
        }
        version = magic.starts(with: Array("NEURALSG".utf8)) ? "2.1" : "\(magic[8]).\(magic[9])"
        if version == "2.1" { try readOld(file) } else { try readNew(file, major: magic[8]) }
    }

    private mutating func readOld(_ file: FileBytes) throws(RecordingError) {
        let bytes = try file.exactly(at: 0, count: 32)
        try set(period: bytes.unsigned32(at: 24), at: 24)
        let count = try channels(bytes.unsigned32(at: 28), at: 28, size: 4, after: 32, file)
        let list = try file.exactly(at: 32, count: 4 * count)
        inputs = (0..<count).map { index in
            // The first 128 are electrodes, the others analog inputs.
            let electrode = Int(list.unsigned32(at: 4 * index))
            let label = electrode < 129 ? "chan\(electrode)" : "ainp\(electrode - 128)"
            return Input(electrode: electrode, label: label)
        }
        byteCount = 32 + 4 * count
    }

    private mutating func readNew(_ file: FileBytes, major: UInt8) throws(RecordingError) {
        guard (2...3).contains(major) else {
            throw RecordingError(file: path, place: "byte 8", text: "version \(version), expected 2.2, 2.3 or 3.0")
        }
        hasLongStamps = major >= 3
        let bytes = try file.exactly(at: 0, count: 314)
        try set(period: bytes.unsigned32(at: 286), at: 286)
        guard bytes.unsigned32(at: 290) > 0 else {
            throw RecordingError(file: path, place: "byte 290", text: "0 stamps a second")
        }
        clock = Double(bytes.unsigned32(at: 290))
        origin = BlackrockHeader.instant(bytes, at: 294)
        if origin == nil {
            let text = "the date is impossible; the start is unknown"
            warnings.append(RecordingWarning(kind: "date", place: "\(path): byte 294", text: text))
        }
        let count = try channels(bytes.unsigned32(at: 310), at: 310, size: 66, after: 314, file)
        let stated = Int64(bytes.unsigned32(at: 10))
        guard stated >= Int64(314 + 66 * count), stated <= file.size else {
            throw RecordingError(
                file: path, place: "byte 10",
                text: "a header of \(stated) bytes; \(count) channels need \(314 + 66 * count) of \(file.size)")
        }
        byteCount = Int(stated)
        let list = try file.exactly(at: 314, count: 66 * count)
        for index in 0..<count { inputs.append(input(list, at: 66 * index)) }
    }

    private mutating func input(_ bytes: [UInt8], at place: Int) -> Input {
        let label = bytes.text(at: place + 4, count: 16)
        let digital = (Double(bytes.signed16(at: place + 22)), Double(bytes.signed16(at: place + 24)))
        let analog = (Double(bytes.signed16(at: place + 26)), Double(bytes.signed16(at: place + 28)))
        var input = Input(electrode: Int(bytes.unsigned16(at: place + 2)), label: label)
        guard digital.0 != digital.1, analog.0 != analog.1 else {
            let text = "'\(label)' has a range without extent; its values are counts"
            warnings.append(RecordingWarning(kind: "scale", place: "\(path): byte \(314 + place)", text: text))
            return input
        }
        input.unit = bytes.text(at: place + 30, count: 16)
        let gain = (analog.1 - analog.0) / (digital.1 - digital.0)
        input.scale = RecordedScale(gain: gain, offset: analog.0 - digital.0 * gain, bits: 16)
        return input
    }

    private mutating func set(period: UInt32, at place: Int) throws(RecordingError) {
        guard period > 0 else {
            throw RecordingError(file: path, place: "byte \(place)", text: "a period of 0; it counts 1/30,000 s")
        }
        let ratio = RecordingText.reduced(30_000, Int64(period))
        rate = RecordedRate(ratio.numerator, ratio.denominator)
    }

    /// The number of channels, whose descriptions of `size` bytes begin at byte `after`.
    private func channels(
        _ count: UInt32, at place: Int, size: Int64, after: Int64, _ file: FileBytes
    ) throws(RecordingError) -> Int {
        let most = min(65_536, max(0, (file.size - after) / size))
        guard count > 0, Int64(count) <= most else {
            throw RecordingError(
                file: path, place: "byte \(place)",
                text: "\(count) channels, expected 1 to \(most), which the file has room for")
        }
        return Int(count)
    }

    /// Gives an input of version 2.1 the factor that the event file beside it states.
    mutating func calibrate(_ index: Int, microvolts: Double) {
        inputs[index].unit = "uV"
        inputs[index].scale = RecordedScale(gain: microvolts, offset: 0, bits: 16)
    }

    /// Year, month, day of the week, day, hour, minute, second and ms, 16 bits each, in UTC.
    static func instant(_ bytes: [UInt8], at place: Int) -> RecordedInstant? {
        let n = (0..<8).map { Int(bytes.unsigned16(at: place + 2 * $0)) }
        guard n[7] < 1_000 else { return nil }
        let fraction = String(n[7] + 1_000).dropFirst()
        return RecordedInstant("\(n[0])-\(n[1])-\(n[3])T\(n[4]):\(n[5]):\(n[6]).\(fraction)Z")
    }
}
