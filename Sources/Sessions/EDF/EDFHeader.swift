import Signal

/// One signal of an EDF or BDF file as its header describes it.
public struct EDFSignal: Hashable, Sendable {
    public var label: String
    public var transducer: String
    /// Unit as the header spells it.
    public var unit: String
    public var physicalMinimum: Double
    public var physicalMaximum: Double
    public var digitalMinimum: Double
    public var digitalMaximum: Double
    public var prefilter: String
    public var samplesPerRecord: Int
    /// Where the signal's samples begin in each record, in bytes.
    public var offset: Int
    /// Whether it holds annotations instead of samples.
    public var isAnnotation: Bool

    /// Whether the header allows counts to be scaled.
    public var isCalibrated: Bool { digitalMinimum != digitalMaximum && physicalMinimum != physicalMaximum }
    /// Physical units in one count; negative for an inverted range, 1 where no calibration is possible.
    public var gain: Double {
        isCalibrated ? (physicalMaximum - physicalMinimum) / (digitalMaximum - digitalMinimum) : 1
    }
    /// The physical value of a count.
    public func physical(_ digital: Int32) -> Double {
        isCalibrated ? (Double(digital) - digitalMinimum) * gain + physicalMinimum : Double(digital)
    }
}

/// The header of an EDF, EDF+, BDF or BDF+ file.
///
/// Source: Kemp et al. 1992, Kemp & Olivan 2003; www.biosemi.com/faq.
struct EDFHeader {
    let path: String
    var isBDF = false
    /// `EDF+C`, `EDF+D`, `BDF+C`, `BDF+D`: annotations, and with D gaps.
    var isPlus = false
    var isDiscontinuous = false
    var patient = ""
    var recording = ""
    /// `yyyy-MM-ddTHH:mm:ss` in the recording's local time, or nil when the header has no possible date.
    var start: String?
    var headerBytes = 0
    var records: Int64 = 0
    /// Length of a record in seconds; nil when the file gives 0, as files with annotations alone do.
    var duration: (numerator: Int64, denominator: Int64)?
    var signals: [EDFSignal] = []
    var recordBytes = 0
    var warnings: [RecordingWarning] = []
    private let bytes: [UInt8]

    var sampleBytes: Int { isBDF ? 3 : 2 }

    /// The header at the start of `file`.
    init(_ file: FileBytes) throws(RecordingError) {
        path = file.path
        do throws(FileBytesError) {
            let first = try file.bytes(at: 0, count: 256)
            let count = first.count == 256 ? EDFHeader.integer(first[252..<256]) ?? 0 : 0
            bytes = try file.bytes(at: 0, count: 256 * (1 + max(0, min(count, 4096))))
        } catch { throw RecordingError(file: file.path, text: errorText(error.code)) }
        guard bytes.count >= 256 else { throw error(0, "\(bytes.count) bytes, a header has at least 256") }
        try readFixedPart()
        try readSignals()
        countRecords(fileSize: file.size)
    }

    private mutating func readFixedPart() throws(RecordingError) {
        isBDF = bytes[0] == 0xff && text(1, 7) == "BIOSEMI"
        guard isBDF || text(0, 8) == "0" else {
            throw error(0, "neither '0' (EDF) nor 255 'BIOSEMI' (BDF) at the start")
        }
        patient = text(8, 80)
        recording = text(88, 80)
        start = EDFHeader.start(date: text(168, 8), time: text(176, 8), recording: recording)
        if start == nil { warn("date", 168, "'\(text(168, 8)) \(text(176, 8))' is no date; the start time is unknown") }
        guard let size = EDFHeader.integer(bytes[184..<192]) else {
            throw error(184, "'\(text(184, 8))' is no number of header bytes")
        }
        headerBytes = size
        let (reserved, mark) = (text(192, 44), isBDF ? "BDF+" : "EDF+")
        isPlus = reserved.hasPrefix(mark)
        isDiscontinuous = reserved.hasPrefix(mark + "D")
        if isBDF, reserved.hasPrefix("EDF+") {
            warn("reserved", 192, "a BDF file that says '\(reserved)'; read as plain")
        }
        guard let count = EDFHeader.integer(bytes[236..<244]) else {
            throw error(236, "'\(text(236, 8))' is no number of records")
        }
        records = Int64(count)
        duration = RecordingText.fraction(text(244, 8))
        if duration == nil, EDFHeader.number(text(244, 8)) != 0 {
            throw error(244, "'\(text(244, 8))' is no length of a record in seconds")
        }
    }

    private mutating func readSignals() throws(RecordingError) {
        guard let count = EDFHeader.integer(bytes[252..<256]), (1...4096).contains(count) else {
            throw error(252, "'\(text(252, 4))' signals, allowed are 1 to 4096")
        }
        guard headerBytes == 256 * (count + 1) else {
            throw error(184, "\(headerBytes) header bytes, \(count) signals need \(256 * (count + 1))")
        }
        guard bytes.count == headerBytes else {
            throw error(Int64(bytes.count), "the file ends inside the header of \(headerBytes) bytes")
        }
        for index in 0..<count {
            let signal = try readSignal(index, of: count)
            recordBytes += signal.samplesPerRecord * sampleBytes
            signals.append(signal)
        }
        if isPlus, !signals.contains(where: \.isAnnotation) {
            warn("reserved", 192, "marked as + without an annotation signal; read as plain")
            isPlus = false
            isDiscontinuous = false
        }
        if duration == nil, signals.contains(where: { !$0.isAnnotation }) {
            throw error(244, "records of 0 s, but there are ordinary signals")
        }
    }

    private mutating func readSignal(_ index: Int, of count: Int) throws(RecordingError) -> EDFSignal {
        func place(_ before: Int, _ width: Int) -> Int { 256 + before * count + width * index }
        let label = text(place(0, 16), 16)
        let size = place(216, 8)
        guard let samples = EDFHeader.integer(bytes[size..<size + 8]), (1...(1 << 26)).contains(samples) else {
            throw error(Int64(size), "'\(text(size, 8))' samples in a record of '\(label)', at least 1 is needed")
        }
        var signal = EDFSignal(
            label: label, transducer: text(place(16, 80), 80), unit: text(place(96, 8), 8),
            physicalMinimum: number(place(104, 8)), physicalMaximum: number(place(112, 8)),
            digitalMinimum: number(place(120, 8)), digitalMaximum: number(place(128, 8)),
            prefilter: text(place(136, 80), 80), samplesPerRecord: samples, offset: recordBytes, isAnnotation: false)
        signal.isAnnotation = isPlus && label == (isBDF ? "BDF Annotations" : "EDF Annotations")
        if !signal.isAnnotation, !signal.isCalibrated {
            warn("calibration", place(104, 8), "'\(label)' has an empty range; its values are counts")
        }
        return signal
    }

    /// Bytes over headers: whole records that exist, up to the header's count.
    private mutating func countRecords(fileSize: Int64) {
        let present = (fileSize - Int64(headerBytes)) / Int64(recordBytes)
        let rest = (fileSize - Int64(headerBytes)) % Int64(recordBytes)
        if records < 0 {
            warn("truncated", 236, "the header does not say how many records; \(present) whole ones are there")
            records = present
        } else if present < records {
            warn("truncated", 236, "\(records) records in the header, \(present) whole ones in the file")
            records = present
        } else if present > records {
            warn("longer", 236, "\(records) records in the header, \(present) in the file; the rest is left out")
        } else if rest != 0 {
            warn("longer", 236, "\(rest) bytes behind the last record")
        }
    }

    private func error(_ offset: Int64, _ text: String) -> RecordingError {
        RecordingError(file: path, place: "byte \(offset)", text: text)
    }

    private mutating func warn(_ kind: String, _ offset: Int, _ text: String) {
        warnings.append(RecordingWarning(kind: kind, place: "\(path): byte \(offset)", text: text))
    }

    private func text(_ offset: Int, _ count: Int) -> String {
        RecordingText.trimmed(RecordingText.latin1(bytes[offset..<offset + count]))
    }

    /// A number of the calibration; an unreadable one is 0, so that the range is empty and counts are given.
    private mutating func number(_ offset: Int) -> Double {
        let found = text(offset, 8)
        if let value = EDFHeader.number(found) {
            if found.contains(",") { warn("number", offset, "'\(found)' has a decimal comma") }
            return value
        }
        warn("number", offset, "'\(found)' is no number; read as 0")
        return 0
    }

    private static func number(_ text: String) -> Double? {
        guard let value = Double(text.map { $0 == "," ? "." : String($0) }.joined()), value.isFinite else { return nil }
        return value
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int? {
        Int(RecordingText.trimmed(RecordingText.latin1(bytes)))
    }

    /// `dd.mm.yy` and `hh.mm.ss`; the recording field's `Startdate dd-MMM-yyyy` wins over the date.
    private static func start(date: String, time: String, recording: String) -> String? {
        func parts(_ text: String) -> [Int] {
            text.split { !$0.isASCII || !$0.isNumber }.compactMap { Int($0) }
        }
        let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
        var (day, clock) = (parts(date), parts(time))
        if day.count == 3 { day[2] += day[2] >= 85 ? 1900 : 2000 }
        let words = recording.split(separator: " ")
        if words.count >= 2, words[0] == "Startdate" {
            let fields = words[1].split(separator: "-")
            if fields.count == 3, let month = months.firstIndex(of: fields[1].uppercased()),
                let number = Int(fields[0]), let year = Int(fields[2])
            {
                day = [number, month + 1, year]
            }
        }
        if clock.count != 3 { clock = [] }
        guard day.count == 3, clock.count == 3, (1...31).contains(day[0]), (1...12).contains(day[1]),
            (0..<24).contains(clock[0]), (0..<60).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(day[2])-\(two(day[1]))-\(two(day[0]))T" + clock.map(two).joined(separator: ":")
    }
}
