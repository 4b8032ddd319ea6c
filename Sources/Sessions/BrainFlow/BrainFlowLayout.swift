import Signal

/// What the columns of a BrainFlow csv are, as a JSON file beside it says.
///
/// Either the description that `BoardShim.get_board_descr` gives, in `NAME.json` or `NAME_board_descr.json`, or the
/// file that ``BrainFlowWriter`` writes.
struct BrainFlowLayout {
    var rate: RecordedRate?
    var counter: Int?
    var time: Int?
    var marker: Int?
    /// Whether rows are written with the times of their samples, not of their arrival.
    var hasExactTimes = false
    var start: String?
    /// Texts of markers.
    var texts: [Int: String] = [:]
    var exg: [(column: Int, label: String, unit: String)] = []
    var others: [(column: Int, label: String, unit: String)] = []

    /// The JSON file beside the table at `path`; nil: there is none.
    static func beside(_ path: String) -> String? {
        let json = NumPyFile.sidecarPath(path)
        return [json, json.dropLast(5) + "_board_descr.json"].first { JSONSidecar.exists(String($0)) }.map {
            String($0)
        }
    }

    /// Reads the JSON file.
    ///
    /// - Throws: where it describes another table than one of `columns` columns.
    init(_ json: JSONSidecar, columns: Int) throws(RecordingError) {
        let isOwn = json.value("counter_column") != nil
        let all = 0..<columns
        let stated = try json.number(isOwn ? "columns" : "num_rows")
        guard stated == Double(columns) else {
            throw json.wrong(isOwn ? "columns" : "num_rows", "\(columns), the columns of the table")
        }
        let name = isOwn ? "rate_hz" : "sampling_rate"
        guard let hertz = try json.number(name), let rate = RecordedRate(hertz: hertz) else {
            throw json.wrong(name, "a rate in Hz, above 0")
        }
        self.rate = rate
        counter = try json.columns(isOwn ? "counter_column" : "package_num_channel", all)?.first
        time = try json.columns(isOwn ? "time_column" : "timestamp_channel", all)?.first
        marker = try json.columns(isOwn ? "marker_column" : "marker_channel", all)?.first
        if isOwn { try readOwn(json, all) } else { try readBoard(json, all) }
    }

    /// Without a description every column is a channel without a rate; a time since 1970 is one by its size.
    init(unknown columns: Int, _ first: [[Double]]) {
        time = (0..<columns).first { column in
            !first.isEmpty && first.allSatisfy { $0[column] > 1e9 && $0[column] < 1e10 }
        }
        exg = (0..<columns).map { ($0, "column \($0)", "") }
    }

    private mutating func readOwn(_ json: JSONSidecar, _ all: Range<Int>) throws(RecordingError) {
        start = try json.text("start")
        hasExactTimes = true
        for (index, row) in (try json.objects("channels") ?? []).enumerated() {
            guard let column = row["column"] as? Int, all.contains(column), let label = row["label"] as? String,
                let unit = row["unit"] as? String
            else {
                throw RecordingError(
                    file: json.path, place: "channels[\(index)]",
                    text: "expected {\"column\": 0 to \(all.upperBound - 1), \"label\": …, \"unit\": …}")
            }
            exg.append((column, label, unit))
        }
        for (number, text) in json.value("markers") as? [String: String] ?? [:] {
            if let number = Int(number) { texts[number] = text }
        }
    }

    private mutating func readBoard(_ json: JSONSidecar, _ all: Range<Int>) throws(RecordingError) {
        var kinds: [Int: (label: String, unit: String)] = [:]
        let names = (try json.text("eeg_names"))?.split(separator: ",").map(RecordingText.trimmed) ?? []
        for key in ["eeg_channels", "ecg_channels", "emg_channels", "eog_channels"] {
            for (place, column) in (try json.columns(key, all) ?? []).enumerated() where kinds[column] == nil {
                let isNamed = key == "eeg_channels" && place < names.count
                kinds[column] = (isNamed ? names[place] : "EXG \(place)", "uV")
            }
        }
        exg = kinds.sorted { $0.key < $1.key }.map { ($0.key, $0.value.label, $0.value.unit) }
        for key in json.fields.keys.sorted() where key.hasSuffix("_channels") || key.hasSuffix("_channel") {
            for (place, column) in (try json.columns(key, all) ?? []).enumerated() where kinds[column] == nil {
                let label = key.split(separator: "_").dropLast().joined(separator: " ")
                kinds[column] = (key.hasSuffix("s") ? "\(label) \(place)" : label, "")
            }
        }
        others = all.filter { column in !exg.contains { $0.column == column } }.map { column in
            (column, kinds[column]?.label ?? "column \(column)", "")
        }
    }
}
