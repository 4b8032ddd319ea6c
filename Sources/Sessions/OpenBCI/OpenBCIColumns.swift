import Signal

/// What the columns of a recording of the OpenBCI GUI are.
///
/// Columns are told by their place, because names repeat (`Not Used`).
struct OpenBCIColumns {
    var counter: Int?
    /// Milliseconds or seconds since 1970.
    var time: Int?
    var marker: Int?
    private(set) var exg: [(column: Int, channel: RecordedChannel)] = []
    private(set) var others: [(column: Int, channel: RecordedChannel)] = []

    /// By names where the header has them, else by the places that older versions wrote.
    init(_ header: OpenBCIHeader, _ layout: TableLayout, _ first: [[Double]]) {
        let count = header.channels ?? max(0, header.names.count { OpenBCIColumns.isElectrode($0) })
        let hasNames = header.names.count == layout.columns
        for column in 0..<layout.columns where !layout.texts.contains(column) {
            let name = hasNames ? header.names[column] : ""
            switch name.lowercased() {
            case "sample index": counter = column
            case "timestamp": time = column
            case "marker channel", "marker": marker = column
            case "not used": break
            case "": addUnnamed(column, electrodes: count, first)
            default: add(column, name, isElectrode: OpenBCIColumns.isElectrode(name), header.rate)
            }
        }
        for index in exg.indices { exg[index].channel.rate = header.rate }
        for index in others.indices { others[index].channel.rate = header.rate }
    }

    private static func isElectrode(_ name: String) -> Bool {
        ["exg", "eeg", "emg", "ecg"].contains { name.lowercased().hasPrefix($0) }
    }

    private mutating func add(_ column: Int, _ name: String, isElectrode: Bool, _ rate: RecordedRate?) {
        let unit = isElectrode ? "uV" : name.lowercased().hasPrefix("accel") ? "g" : "count"
        let channel = RecordedChannel(label: name, unit: unit, rate: rate, samples: 0)
        if isElectrode { exg.append((column, channel)) } else { others.append((column, channel)) }
    }

    /// Index, electrodes in µV, three of an accelerometer, then whatever; a time since 1970 is one by its size.
    private mutating func addUnnamed(_ column: Int, electrodes: Int, _ first: [[Double]]) {
        if column == 0 { counter = 0; return }
        if !first.isEmpty, first.allSatisfy({ $0[column] > 1e9 && $0[column] < 1e14 }) { time = column; return }
        if column <= electrodes { return add(column, "EXG Channel \(column - 1)", isElectrode: true, nil) }
        let place = column - electrodes - 1
        add(column, place < 3 ? "Accel Channel \(place)" : "Column \(column)", isElectrode: false, nil)
    }

    /// Seconds since 1970 in a row; NaN where it has none.
    func seconds(_ row: [Double]) -> Double {
        guard let time else { return .nan }
        return abs(row[time]) > 1e11 ? row[time] / 1_000 : row[time]
    }
}
