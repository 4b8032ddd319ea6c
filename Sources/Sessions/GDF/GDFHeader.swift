import Foundation
import Signal

/// One channel of a GDF file.
struct GDFChannel {
    var label: String
    var unit: String
    var number: StoredNumber
    var samplesPerRecord: Int
    /// Where in a record its block begins.
    var offset: Int64
    /// value = stored · gain + shift; nil where the ranges give none.
    var scale: (gain: Double, shift: Double)?
}

/// The header of a GDF file of versions 1 and 2.
///
/// Source: A. Schlögl, "GDF - A general dataformat for biosignals" (arXiv cs/0608052); the duration as one double from
/// version 2.21 on is from libbiosig's documentation of its writer.
struct GDFHeader {
    let path: String
    let version: Double
    /// As the file spells it, such as `2.10`.
    let versionText: String
    private(set) var headerBytes: Int64 = 0
    /// As the header says; negative: unknown.
    private(set) var statedRecords: Int64 = -1
    private(set) var channels: [GDFChannel] = []
    private(set) var recordBytes: Int64 = 0
    private(set) var start: String?
    private(set) var warnings: [RecordingWarning] = []
    private var rates: [Int: RecordedRate] = [:]

    /// Whether fields lie as in version 1.
    var isOld: Bool { version < 1.9 }

    init(_ file: FileBytes) throws(RecordingError) {
        path = file.path
        guard file.size >= 256 else {
            throw RecordingError(
                file: path, place: "byte \(file.size)", text: "the file ends inside the header of 256 bytes")
        }
        let head = try file.all(at: 0, count: 256)
        let text = RecordingText.trimmed(RecordingText.latin1(head[4..<8]))
        guard head.starts(with: Array("GDF ".utf8)), let version = Double(text), version >= 1, version < 4 else {
            throw RecordingError(file: path, place: "byte 4", text: "version '\(text)', expected 1.0 to 3.9")
        }
        (self.version, versionText) = (version, text)
        let count = isOld ? Int64(head.littleEndian(252, UInt32.self)) : Int64(head.littleEndian(252, UInt16.self))
        headerBytes =
            isOld
            ? Int64(bitPattern: head.littleEndian(184)) : Int64(head.littleEndian(184, UInt16.self)) * 256
        let place = "byte 184"
        guard count <= 65_535, headerBytes >= 256 * (count + 1), headerBytes <= file.size else {
            let found = "\(count) channels and a header of \(headerBytes) bytes in a file of \(file.size)"
            let expected = "expected at least 256 bytes and 256 a channel, inside the file"
            throw RecordingError(file: path, place: place, text: "\(found); \(expected)")
        }
        statedRecords = Int64(bitPattern: head.littleEndian(236))
        readStart(head)
        let fields = try file.all(at: 256, count: Int(256 * count))
        for index in 0..<Int(count) { try readChannel(fields, index, of: Int(count)) }
        readRates(head)
    }

    private mutating func warn(_ kind: String, _ place: String, _ text: String) {
        warnings.append(RecordingWarning(kind: kind, place: "\(path): \(place)", text: text))
    }

    /// Samples a second of a channel; nil where the file does not say.
    func rate(_ channel: GDFChannel) -> RecordedRate? { rates[channel.samplesPerRecord] }

    /// Version 1: `yyyyMMddhhmmsscc`; version 2: days since the year 0, times 2^32.
    private mutating func readStart(_ head: [UInt8]) {
        if isOld {
            let text = RecordingText.trimmed(RecordingText.latin1(head[168..<184]))
            let digits = Array(text)
            guard !text.isEmpty else { return }
            func part(_ range: Range<Int>) -> String { digits.count >= range.upperBound ? String(digits[range]) : "" }
            let day = "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))"
            let instant = "\(day)T\(part(8..<10)):\(part(10..<12)):\(part(12..<14))"
            let hundredths = part(14..<16)
            start = RecordedInstant(hundredths.isEmpty ? instant : "\(instant).\(hundredths)")?.text
            if start == nil { warn("date", "byte 168", "'\(text)' is no date; the start is unknown") }
            return
        }
        let ticks = head.littleEndian(168, UInt64.self)
        guard ticks > 0 else { return }
        // Day 719529 is 1970-01-01; a tick is 20 µs.
        let seconds = ((Double(ticks) / 4_294_967_296 - 719_529) * 86_400 * 1e4).rounded() / 1e4
        start = RecordedInstant(secondsSince1970: seconds, zone: "")?.text
        if start == nil { warn("date", "byte 168", "day \(ticks >> 32) is no date; the start is unknown") }
    }

    private mutating func readChannel(_ fields: [UInt8], _ index: Int, of count: Int) throws(RecordingError) {
        // Fields come one after the other, each for all channels.
        func text(_ from: Int, _ width: Int) -> String {
            let start = from * count + index * width
            return RecordingText.trimmed(RecordingText.latin1(fields[start..<(start + width)].prefix { $0 != 0 }))
        }
        func double(_ from: Int) -> Double { fields.double(from * count + index * 8) }
        func limit(_ from: Int) -> Double {
            isOld ? Double(Int64(bitPattern: fields.littleEndian(from * count + index * 8))) : double(from)
        }
        let label = text(0, 16)
        let samples = Int(fields.littleEndian(216 * count + index * 4, UInt32.self))
        let code = fields.littleEndian(220 * count + index * 4, UInt32.self)
        guard let number = GDFHeader.number(code) else {
            throw RecordingError(
                file: path, place: "channel \(index), byte \(256 + 220 * count + index * 4)",
                text: "number type \(code) of '\(label)', expected 1 to 8, 16, 17, 279 or 535")
        }
        var channel = GDFChannel(
            label: label, unit: isOld ? text(96, 8) : text(96, 6), number: number, samplesPerRecord: samples,
            offset: recordBytes)
        if !isOld {
            let unit = fields.littleEndian(102 * count + index * 2, UInt16.self)
            if let known = GDFUnit.text(unit) { channel.unit = unit == 0 ? channel.unit : known }
        }
        let physical = (low: double(104), high: double(112))
        let digital = (low: limit(120), high: limit(128))
        let gain = (physical.high - physical.low) / (digital.high - digital.low)
        if gain.isFinite, gain != 0, (physical.low - digital.low * gain).isFinite {
            channel.scale = (gain, physical.low - digital.low * gain)
        } else {
            channel.unit = ""
            let ranges = "\(digital.low) to \(digital.high) onto \(physical.low) to \(physical.high)"
            warn("calibration", "channel \(index)", "'\(label)' maps \(ranges): values are as stored")
        }
        recordBytes += Int64(samples) * Int64(number.size)
        channels.append(channel)
    }

    /// How numbers of a type are stored; nil for those of odd bits and of 128.
    private static func number(_ code: UInt32) -> StoredNumber? {
        switch code {
        case 1, 3, 5, 7: StoredNumber(kind: .signed, size: 1 << Int(code / 2))
        case 2, 4, 6, 8: StoredNumber(kind: .unsigned, size: 1 << Int(code / 2 - 1))
        case 16: StoredNumber(kind: .float, size: 4)
        case 17: StoredNumber(kind: .float, size: 8)
        case 279: StoredNumber(kind: .signed, size: 3)
        case 535: StoredNumber(kind: .unsigned, size: 3)
        default: nil
        }
    }

    /// Rates from samples a record and the record's duration, a ratio or, from version 2.21 on, a double.
    private mutating func readRates(_ head: [UInt8]) {
        let ratio = (Int64(head.littleEndian(244, UInt32.self)), Int64(head.littleEndian(248, UInt32.self)))
        let isRatio = version < 2.205
        let seconds = isRatio ? Double(ratio.0) / Double(ratio.1) : head.double(244)
        for samples in Set(channels.map(\.samplesPerRecord)) where samples > 0 {
            let (ticks, overflow) = Int64(samples).multipliedReportingOverflow(by: ratio.1)
            guard seconds > 0, let near = RecordedRate(hertz: Double(samples) / seconds) else { continue }
            rates[samples] = near
            if isRatio, !overflow, ticks < 1 << 46 {
                let exact = RecordingText.reduced(ticks, ratio.0)
                rates[samples] = RecordedRate(exact.numerator, exact.denominator)
            }
        }
        if rates.isEmpty, !channels.isEmpty {
            warn("rate", "byte 244", "records of \(seconds) s give no rate; the channels have none")
        }
    }
}
