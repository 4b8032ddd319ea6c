import Signal

/// One signal line of a WFDB header.
struct WFDBSignal {
    var file: String
    var format: WFDBFormat
    var samplesPerFrame: Int
    /// Frames by which the signal lags behind in the file.
    var skew: Int
    var byteOffset: Int64
    /// Counts in one unit; above or below 0.
    var gain: Double
    /// The count of value 0.
    var baseline: Double
    var unit: String
    /// What differences add up to before the first, in format 8.
    var initialValue: Int64
    var label: String
}

/// The header (`.hea`) of a WFDB record.
///
/// Source: WFDB Applications Guide, "header(5)" and "signal(5)" (PhysioNet).
struct WFDBHeader {
    let path: String
    private(set) var name = ""
    private(set) var rate = RecordedRate(250, 1)
    /// Frames that the header states; nil: it does not.
    private(set) var statedFrames: Int64?
    private(set) var start: String?
    private(set) var signals: [WFDBSignal] = []
    /// Parts of a record of several segments, each with a header of its own; then there are no signals.
    private(set) var segments: [(name: String, frames: Int64)] = []
    private(set) var warnings: [RecordingWarning] = []

    /// Whether `first` begins as a header does: a record line, then a line of a signal with a format.
    static func begins(_ first: [UInt8]) -> Bool {
        let lines = RecordingText.latin1(first).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        guard lines.count >= 2, first.allSatisfy({ $0 >= 0x20 || $0 == 9 || $0 == 10 || $0 == 13 }) else {
            return false
        }
        let (record, signal) = (lines[0].split(whereSeparator: \.isWhitespace), lines[1].split(separator: " "))
        return record.count >= 2
            && record[0].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-/".contains($0)) }
            && record[1].allSatisfy { ("0"..."9").contains($0) } && signal.count >= 2
            && (signal[1].first.map { ("0"..."9").contains($0) } == true)
    }

    /// Whether the record line names a number of segments.
    static func beginsSegments(_ first: [UInt8]) -> Bool {
        let lines = RecordingText.latin1(first).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        return lines.first?.split(whereSeparator: \.isWhitespace).first?.contains("/") == true
    }

    init(_ path: String) throws(RecordingError) {
        self.path = path
        let file = try FileBytes.opened(path)
        let text = RecordingText.latin1(try file.all(at: 0, count: Int(min(file.size, 1 << 22))))
        var lines: [(number: Int, text: Substring)] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            if !line.hasPrefix("#"), !RecordingText.trimmed(line).isEmpty { lines.append((index + 1, line)) }
        }
        guard let record = lines.first else {
            throw RecordingError(file: path, place: "line 1", text: "no record line")
        }
        let words = record.text.split(whereSeparator: \.isWhitespace).map(String.init)
        let place = "line \(record.number)"
        let names = words[0].split(separator: "/", omittingEmptySubsequences: false)
        guard words.count >= 2, let count = Int(words[1]), (1...4_096).contains(count), names.count <= 2 else {
            throw RecordingError(file: path, place: place, text: "expected a name and 1 to 4096 signals")
        }
        name = String(names[0])
        try readRecord(Array(words.dropFirst(2)), place)
        let expected = names.count == 1 ? count : Int(names[1]) ?? 0
        guard (1...20_000).contains(expected), lines.count > expected else {
            throw RecordingError(
                file: path, place: "line \(lines.last?.number ?? 1)",
                text: "\(lines.count - 1) lines of signals or segments, and the record line says \(expected)")
        }
        for (index, line) in lines[1...expected].enumerated() {
            if names.count == 1 {
                try readSignal(line.text, index, "line \(line.number)")
            } else {
                try readSegment(line.text, "line \(line.number)")
            }
        }
    }

    /// `name frames`; `~` is a stretch without signals.
    private mutating func readSegment(_ line: Substring, _ place: String) throws(RecordingError) {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard words.count >= 2, let frames = Int64(words[1]), (0..<1 << 46).contains(frames),
            !words[0].contains("/"), words[0] != ".", words[0] != ".."
        else {
            throw RecordingError(
                file: path, place: place, text: "'\(line.prefix(60))', expected the name of a segment and its samples")
        }
        segments.append((words[0], frames))
    }

    /// Adds a warning on the way.
    mutating func warn(_ kind: String, _ place: String, _ text: String) {
        warnings.append(RecordingWarning(kind: kind, place: "\(path): \(place)", text: text))
    }

    /// Rate, number of frames, time and date, each of which may be absent.
    private mutating func readRecord(_ words: [String], _ place: String) throws(RecordingError) {
        if let word = words.first {
            let digits = word.prefix { $0 != "/" && $0 != "(" }
            guard let hertz = Double(digits), let found = RecordedRate(hertz: hertz) else {
                throw RecordingError(file: path, place: place, text: "'\(word)' is no rate in Hz")
            }
            rate = found
        } else {
            warn("rate", place, "no rate; 250 Hz, as the format's rule is")
        }
        if words.count > 1 {
            guard let frames = Int64(words[1]), frames >= 0 else {
                throw RecordingError(file: path, place: place, text: "'\(words[1])' is no number of samples")
            }
            statedFrames = frames > 0 ? frames : nil
        }
        guard words.count > 3 else { return }
        let date = words[3].split(separator: "/").map(String.init)
        // An hour may have one digit.
        let clock = words[2].split(separator: ":").map { $0.count == 1 ? "0" + $0 : String($0) }
        if date.count == 3, clock.count == 3 {
            start = RecordedInstant("\(date[2])-\(date[1])-\(date[0])T\(clock.joined(separator: ":"))")?.text
        }
        if start == nil { warn("date", place, "'\(words[2]) \(words[3])' is no time and date; the start is unknown") }
    }

    /// `file format gain adcres adczero initval checksum blocksize description`.
    private mutating func readSignal(_ line: Substring, _ index: Int, _ place: String) throws(RecordingError) {
        let words = line.split(maxSplits: 8, whereSeparator: \.isWhitespace).map(String.init)
        func integer(_ at: Int) throws(RecordingError) -> Int64? {
            guard words.indices.contains(at) else { return nil }
            guard let value = Int64(words[at]), abs(value) <= 1 << 40 else {
                throw RecordingError(file: path, place: place, text: "'\(words[at])' is no integer")
            }
            return value
        }
        guard words.count >= 2 else {
            throw RecordingError(file: path, place: place, text: "expected a file and a format")
        }
        guard !words[0].contains("/"), words[0] != ".", words[0] != "..", words[0] != "~", words[0] != "-" else {
            throw RecordingError(file: path, place: place, text: "'\(words[0])', expected a file beside the header")
        }
        let storage = try WFDBHeader.storage(words[1], path, place)
        let zero = try integer(4) ?? 0
        let scale = try WFDBHeader.scale(words.count > 2 ? words[2] : "", Double(zero), path, place)
        var signal = WFDBSignal(
            file: words[0], format: storage.format, samplesPerFrame: storage.samplesPerFrame, skew: storage.skew,
            byteOffset: storage.byteOffset, gain: scale.gain, baseline: scale.baseline, unit: scale.unit,
            initialValue: try integer(5) ?? zero, label: "\(name), signal \(index)")
        if words.count > 8 { signal.label = RecordingText.trimmed(words[8]) }
        if scale.isAssumed {
            warn("calibration", place, "'\(signal.label)' has no gain; 200 counts a unit, as the format's rule is")
        }
        signals.append(signal)
    }

    /// `format[xN][:skew][+offset]`.
    private static func storage(
        _ word: String, _ path: String, _ place: String
    ) throws(RecordingError) -> (format: WFDBFormat, samplesPerFrame: Int, skew: Int, byteOffset: Int64) {
        var numbers: [Character: Int64] = ["f": 0, "x": 1, ":": 0, "+": 0]
        var (key, digits) = ("f" as Character, "")
        for character in word + "\n" {
            if ("0"..."9").contains(character), digits.count < 18 { digits.append(character); continue }
            guard let value = Int64(digits), character == "\n" || numbers[character] != nil && character != "f" else {
                throw RecordingError(
                    file: path, place: place, text: "format '\(word)', expected such as 16, 212x4, 16+24")
            }
            numbers[key] = value
            (key, digits) = (character, "")
        }
        let code = numbers["f"] ?? 0
        guard let format = WFDBFormat(rawValue: Int(code)) else {
            let why = [508, 516, 524].contains(code) ? " (FLAC); unpack it with WFDB's xform" : ""
            let known = WFDBFormat.allCases.map { String($0.rawValue) }.joined(separator: ", ")
            throw RecordingError(file: path, place: place, text: "format \(code)\(why); \(known) can be read")
        }
        let (samples, skew) = (numbers["x"] ?? 1, numbers[":"] ?? 0)
        guard (1...65_536).contains(samples), skew <= 1 << 30 else {
            throw RecordingError(
                file: path, place: place, text: "'\(word)', expected 1 to 65536 samples a frame and a skew below 2^30")
        }
        return (format, Int(samples), Int(skew), numbers["+"] ?? 0)
    }

    /// `gain[(baseline)][/units]`.
    private static func scale(
        _ word: String, _ zero: Double, _ path: String, _ place: String
    ) throws(RecordingError) -> (gain: Double, baseline: Double, unit: String, isAssumed: Bool) {
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = (parts.first ?? "").split(separator: "(", omittingEmptySubsequences: false)
        let unit = parts.count > 1 ? String(parts[1]) : "mV"
        let gain = numbers.first.map { $0.isEmpty ? 0 : Double($0) ?? .nan } ?? 0
        let baseline = numbers.count > 1 ? Double(numbers[1].prefix { $0 != ")" }) ?? .nan : zero
        guard gain.isFinite, baseline.isFinite, gain == 0 || abs(gain) > 1e-300 else {
            throw RecordingError(
                file: path, place: place, text: "gain '\(word)', expected such as 200, 200(1024) or 200(1024)/mV")
        }
        return (gain == 0 ? 200 : gain, baseline, unit, gain == 0)
    }
}
