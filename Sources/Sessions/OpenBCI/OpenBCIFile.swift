import Signal

extension TableRecording {
    /// A text recording of the OpenBCI GUI: the electrodes are the first stream, accelerometer and inputs the second.
    ///
    /// - Throws: where the header makes no sense, or no line holds samples.
    static func openBCI(_ path: String) throws(RecordingError) -> TableRecording {
        let file = try FileBytes.opened(path)
        let header = try OpenBCIHeader(file)
        var layout = header.layout
        let first = try layout.look(at: file)
        var warnings = header.warnings
        func warn(_ kind: String, _ text: String) {
            warnings.append(RecordingWarning(kind: kind, place: path, text: text))
        }
        let columns = OpenBCIColumns(header, layout, first)
        guard !columns.exg.isEmpty || first.isEmpty else {
            throw RecordingError(
                file: path, place: "line \(layout.line)",
                text: "\(layout.columns) columns, none of an electrode; expected an index, then electrodes")
        }
        if !header.names.isEmpty, header.names.count != layout.columns {
            warn("names", "\(header.names.count) names, \(layout.columns) columns; columns are told by their place")
        }
        if header.rate == nil { warn("rate", "no '%Sample Rate'; the channels have none") }
        if let stated = header.channels, stated != columns.exg.count {
            warn("channels", "\(stated) channels in the header, \(columns.exg.count) columns of electrodes")
        }
        let counter = columns.counter.map { column in RowClock.counter(first.map { $0[column] }) } ?? .none
        var clock = RowClock(rate: header.rate?.hertz ?? 1, counter: header.rate == nil ? .none : counter)
        var rows = TableEvents()
        let table = try NumberTable(file, layout) { row, line in
            let seconds = columns.seconds(row)
            clock.add(count: columns.counter.map { row[$0] } ?? 0, seconds: seconds, line: line)
            rows.add(
                marker: columns.marker.map { row[$0] } ?? 0, seconds: seconds,
                onset: header.rate == nil ? nil : clock.onset, name: nil)
        }
        warnings += table.warnings + clock.warnings(path) + rows.warnings(path)
        func stream(_ name: String, _ chosen: [(column: Int, channel: RecordedChannel)]) -> RecordedStream {
            var channels = chosen.map(\.channel)
            for index in channels.indices { channels[index].samples = table.rows }
            return RecordedStream(
                name: name, channels: channels, start: rows.start,
                segments: header.rate == nil ? rows.segments(table.rows) : clock.segments,
                events: name == "EXG" ? rows.events : [], holdsCounts: false)
        }
        let parts = [("EXG", columns.exg), ("auxiliary", columns.others)].filter { !$0.1.isEmpty || $0.0 == "EXG" }
        return try TableRecording(
            format: "OpenBCI text", streams: parts.map { stream($0.0, $0.1) },
            columns: parts.map { $0.1.map(\.column) }, table: table, warnings: warnings, paths: [path])
    }
}
