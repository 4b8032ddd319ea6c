import Signal

/// The lines above the rows of a recording of the OpenBCI GUI: remarks that begin with `%`, then, from GUI 5 on, a row
/// of names.
///
/// Source: OpenBCI documentation, "OpenBCI GUI data files".
struct OpenBCIHeader {
    private(set) var channels: Int?
    private(set) var rate: RecordedRate?
    private(set) var board = ""
    /// Names of the columns; empty where there are none.
    private(set) var names: [String] = []
    private(set) var layout = TableLayout(separator: 0x2c, start: 0, line: 1)
    private(set) var warnings: [RecordingWarning] = []

    /// Whether `first` begins as a recording of the GUI does.
    static func begins(_ first: [UInt8]) -> Bool {
        let text = RecordingText.latin1(first).lowercased()
        return text.hasPrefix("%") && (text.contains("openbci") || text.contains("%number of channels"))
    }

    init(_ file: FileBytes) throws(RecordingError) {
        var (line, start, firstLine): (Int, Int64, Int) = (0, 0, 1)
        var remarks: [(line: Int, text: String)] = []
        var names: [String] = []
        try LineReader(file: file).each(from: 0) { bytes, range, place, _ in
            line += 1
            (start, firstLine) = (place, line)
            let text = RecordingText.trimmed(RecordingText.latin1(bytes[range].prefix(65_536)))
            if text.hasPrefix("%") { remarks.append((line, text)) }
            if text.isEmpty || text.hasPrefix("%") { return line < 1_000 }
            let fields = text.split(separator: ",", omittingEmptySubsequences: false).map(RecordingText.trimmed)
            // A row of names is the first that begins with no number; samples follow it.
            guard names.isEmpty, fields.count > 1, Double(fields[0]) == nil, fields[0].contains(where: \.isLetter)
            else {
                return false
            }
            names = fields
            return true
        }
        self.names = names
        layout = TableLayout(separator: 0x2c, start: start, line: firstLine)
        for (line, remark) in remarks { try readRemark(remark, "line \(line)", file.path) }
    }

    /// `%Name = value`.
    private mutating func readRemark(_ text: String, _ place: String, _ path: String) throws(RecordingError) {
        let parts = text.dropFirst().split(separator: "=", maxSplits: 1).map(RecordingText.trimmed)
        guard parts.count == 2 else { return }
        switch parts[0].lowercased() {
        case "number of channels":
            guard let count = Int(parts[1]), (1...1_024).contains(count) else {
                throw RecordingError(file: path, place: place, text: "'\(parts[1])', expected 1 to 1024 channels")
            }
            channels = count
        case "sample rate":
            let digits = parts[1].prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ",") }
            guard let hertz = Double(digits.replacing(",", with: ".")), let found = RecordedRate(hertz: hertz) else {
                throw RecordingError(file: path, place: place, text: "'\(parts[1])', expected a rate such as 250 Hz")
            }
            rate = found
        case "board": board = parts[1]
        default: break
        }
    }
}
