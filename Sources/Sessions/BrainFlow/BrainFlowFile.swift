import Signal

extension TableRecording {
    /// Whether `first` begins as BrainFlow writes: lines of at least four decimal numbers with tabs between.
    static func beginsAsBrainFlow(_ first: [UInt8]) -> Bool {
        let line = first.prefix { $0 != 10 && $0 != 13 }
        let fields = RecordingText.latin1(line).split(separator: "\t", omittingEmptySubsequences: false)
        // The last field may be cut by the end of `first`.
        let whole = line.count < first.count ? fields[...] : fields.dropLast()
        return fields.count >= 4 && whole.allSatisfy { Double($0) != nil } && fields[0].contains(".")
    }

    /// A BrainFlow csv: the electrodes are the first stream, what else the board gives the second.
    ///
    /// - Throws: where the description beside it is of another table, or no line holds samples.
    static func brainFlow(_ path: String) throws(RecordingError) -> TableRecording {
        let file = try FileBytes.opened(path)
        var layout = TableLayout(separator: 9, start: 0, line: 1)
        let first = try layout.look(at: file)
        var warnings: [RecordingWarning] = []
        let json = BrainFlowLayout.beside(path)
        let columns: BrainFlowLayout
        if let json {
            columns = try BrainFlowLayout(try JSONSidecar(json), columns: layout.columns)
        } else {
            columns = BrainFlowLayout(unknown: layout.columns, first)
            let place = NumPyFile.sidecarPath(path)
            let text = "nothing says what the columns are: write what BoardShim.get_board_descr gives to \(place)"
            warnings.append(RecordingWarning(kind: "columns", place: path, text: text))
        }
        let counter = columns.counter.map { column in RowClock.counter(first.map { $0[column] }) } ?? .none
        var clock = RowClock(
            rate: columns.rate?.hertz ?? 1, counter: columns.rate == nil ? .none : counter,
            isExact: columns.hasExactTimes)
        var rows = TableEvents()
        let table = try NumberTable(file, layout) { row, line in
            let seconds = columns.time.map { row[$0] } ?? .nan
            clock.add(count: columns.counter.map { row[$0] } ?? 0, seconds: seconds, line: line)
            rows.add(
                marker: columns.marker.map { row[$0] } ?? 0, seconds: seconds,
                onset: columns.rate == nil ? nil : clock.onset
            ) { marker in Int(exactly: marker).flatMap { columns.texts[$0] } }
        }
        warnings += table.warnings + clock.warnings(path) + rows.warnings(path)
        func stream(_ name: String, _ chosen: [(column: Int, label: String, unit: String)]) -> RecordedStream {
            RecordedStream(
                name: name,
                channels: chosen.map {
                    RecordedChannel(label: $0.label, unit: $0.unit, rate: columns.rate, samples: table.rows)
                },
                start: columns.hasExactTimes ? columns.start : rows.start,
                segments: columns.rate == nil ? rows.segments(table.rows) : clock.segments,
                events: name == "EXG" ? rows.events : [], holdsCounts: false)
        }
        let parts = [("EXG", columns.exg), ("auxiliary", columns.others)].filter { !$0.1.isEmpty || $0.0 == "EXG" }
        return try TableRecording(
            format: "BrainFlow csv", streams: parts.map { stream($0.0, $0.1) },
            columns: parts.map { $0.1.map(\.column) }, table: table, warnings: warnings,
            paths: [path] + [json].compactMap { $0 })
    }
}
