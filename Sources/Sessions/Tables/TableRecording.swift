public import Signal

/// A recording whose channels are columns of a text file.
public final class TableRecording: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public private(set) var warnings: [RecordingWarning]
    public let paths: [String]
    private let table: NumberTable
    /// For each stream the columns of its channels.
    private let columns: [[Int]]

    init(
        format: String, streams: [RecordedStream], columns: [[Int]], table: NumberTable,
        warnings: [RecordingWarning], paths: [String]
    ) throws(RecordingError) {
        (self.format, self.streams, self.columns) = (format, streams, columns)
        (self.table, self.warnings, self.paths) = (table, warnings, paths)
        self.warnings += try scaleWarnings()
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        throw RecordingError(file: paths[0], text: "values in text are physical; ask for values")
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        try checkRange(stream: stream, channel: channel, first: first, count: into.count)
        try table.each(column: columns[stream][channel], first: first, count: into.count) { place, value in
            unsafe into[place] = value
        }
    }
}
