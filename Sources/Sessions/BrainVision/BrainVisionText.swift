import Signal

/// The INI text of a BrainVision header or marker file, by section and key, with the lines for errors.
struct BrainVisionText {
    struct Entry {
        let line: Int
        let key: String
        let value: String
    }

    let path: String
    /// Entries by section, in the order of the file; names are lower case.
    private(set) var sections: [String: [Entry]] = [:]
    private(set) var warnings: [RecordingWarning] = []

    /// Parses `bytes`, whose first line must name a `what` file.
    init(_ bytes: [UInt8], path: String, what: String) throws(RecordingError) {
        self.path = path
        let lines = decode(bytes).split(omittingEmptySubsequences: false) { $0.isNewline }
        let first = (lines.first ?? "").filter { !$0.isWhitespace && $0 != "\u{feff}" }
        guard first.lowercased().hasPrefix("brainvisiondataexchange\(what)file") else {
            throw RecordingError(
                file: path, place: "line 1",
                text: "found '\(lines.first ?? "")', expected 'Brain Vision Data Exchange \(what) file …'")
        }
        var section = ""
        for (index, line) in lines.enumerated().dropFirst() {
            let text = RecordingText.trimmed(line)
            if text.isEmpty || text.hasPrefix(";") { continue }
            if text.hasPrefix("["), text.hasSuffix("]") {
                section = text.dropFirst().dropLast().lowercased()
            } else if section != "comment", let equals = text.firstIndex(of: "=") {
                let key = RecordingText.trimmed(text[..<equals])
                let value = RecordingText.trimmed(text[text.index(after: equals)...])
                sections[section, default: []].append(Entry(line: index + 1, key: key, value: value))
            }
        }
    }

    /// The entry of `section` with this key, whatever its case.
    func entry(_ section: String, _ key: String) -> Entry? {
        sections[section]?.first { $0.key.lowercased() == key.lowercased() }
    }

    /// Text in the code page that the file names; without one UTF-8 where it is that, else latin-1.
    private mutating func decode(_ bytes: [UInt8]) -> String {
        let utf8 = RecordingText.utf8(bytes)
        let latin1 = RecordingText.latin1(bytes)
        let line = latin1.split { $0.isNewline }.first { $0.lowercased().hasPrefix("codepage=") }
        let declared = line.map { RecordingText.trimmed($0.dropFirst(9)).uppercased() }
        switch declared {
        case "UTF-8", "UTF8":
            if let utf8 { return utf8 }
            let text = "declared as UTF-8, and is not; read as latin-1"
            warnings.append(RecordingWarning(kind: "text", place: path, text: text))
            return latin1
        case nil: return utf8 ?? latin1
        default: return latin1
        }
    }
}

/// A marker of a BrainVision recording.
public struct BrainVisionMarker: Hashable, Sendable {
    /// What it marks: `Stimulus`, `Response`, `Comment`, `New Segment` and others.
    public var type: String
    public var text: String
    /// Index of its first sample, from 0.
    public var sample: Int64
    /// Length in samples.
    public var size: Int64
    /// Number of the channel from 1; 0: all.
    public var channel: Int
    /// `yyyyMMddHHmmssffffff`, or nil.
    public var date: String?

    /// The marker in the value of a `Mk` entry, or nil when its numbers cannot be read.
    ///
    /// Commas in a text are written `\1`, but some writers leave them bare: the numbers are found from the right.
    init?(_ value: String) {
        let fields = value.split(separator: ",", omittingEmptySubsequences: false).map { RecordingText.trimmed($0) }
        func isDate(_ text: String) -> Bool { text.isEmpty || text.count >= 14 && text.allSatisfy(\.isNumber) }
        let hasDate = fields.count >= 6 && isDate(fields[fields.count - 1])
        let end = fields.count - (hasDate ? 1 : 0)
        guard end >= 5, let position = Int64(fields[end - 3]), position >= 1 else { return nil }
        type = BrainVisionMarker.unescaped(fields[0])
        text = BrainVisionMarker.unescaped(fields[1..<(end - 3)].joined(separator: ","))
        sample = position - 1
        size = Int64(fields[end - 2]) ?? 1
        channel = Int(fields[end - 1]) ?? 0
        date = hasDate && !fields[end].isEmpty ? fields[end] : nil
    }

    /// `text` with its coded commas as commas.
    static func unescaped(_ text: String) -> String {
        text.split(separator: "\\1", omittingEmptySubsequences: false).joined(separator: ",")
    }
}
