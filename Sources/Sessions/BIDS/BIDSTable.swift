import Signal

/// A tab-separated table with names in its first line; `n/a` is an empty cell.
struct BIDSTable {
    let path: String
    private(set) var rows: [[String]] = []
    private var names: [String] = []

    init(_ path: String) throws(RecordingError) {
        self.path = path
        let bytes: [UInt8]
        do throws(FileBytesError) { bytes = try FileBytes.contents(of: path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        var text = (RecordingText.utf8(bytes) ?? RecordingText.latin1(bytes))[...]
        if text.first == "\u{feff}" { text = text.dropFirst() }
        for line in text.split(whereSeparator: \.isNewline) {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map { RecordingText.trimmed($0) }
            if names.isEmpty { names = cells } else { rows.append(cells) }
        }
    }

    /// A cell by the name of its column; empty where there is none, or it is `n/a`.
    func cell(_ row: [String], _ name: String) -> String {
        guard let column = names.firstIndex(of: name), row.indices.contains(column), row[column] != "n/a" else {
            return ""
        }
        return row[column]
    }
}
