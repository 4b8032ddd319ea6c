import Foundation
public import Signal

/// A recording inside a BIDS dataset, with what the tables beside it say.
///
/// `*_events.tsv` takes the place of the file's own markers, as BIDS asks; `*_channels.tsv` gives units where the file
/// has none, and marks bad channels. The samples stay those of the file.
public final class BIDSFile: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public let warnings: [RecordingWarning]
    public let paths: [String]
    private let inner: any RecordingFile

    /// `file` with the tables beside it; nil where its name is none of BIDS or no table is there.
    ///
    /// - Throws: a table that cannot be read.
    static func around(_ file: any RecordingFile) throws(RecordingError) -> BIDSFile? {
        guard let main = file.paths.first else { return nil }
        let folder = main.lastIndex(of: "/").map { String(main[..<$0]) } ?? "."
        let name = main.split(separator: "/").last.map(String.init) ?? main
        let parts = name.split(separator: ".")[0].split(separator: "_").map(String.init)
        guard name.hasPrefix("sub-"), ["eeg", "ieeg"].contains(parts.last ?? ""), file.streams.count == 1 else {
            return nil
        }
        let stem = folder + "/" + parts.dropLast().joined(separator: "_")
        let tables = try ["_channels.tsv", "_events.tsv"].map { suffix throws(RecordingError) -> BIDSTable? in
            FileManager.default.fileExists(atPath: stem + suffix) ? try BIDSTable(stem + suffix) : nil
        }
        guard tables.contains(where: { $0 != nil }) else { return nil }
        return BIDSFile(file, channels: tables[0], events: tables[1])
    }

    private init(_ file: any RecordingFile, channels: BIDSTable?, events: BIDSTable?) {
        inner = file
        format = file.format + " in BIDS"
        paths = file.paths + [channels?.path, events?.path].compactMap(\.self)
        var warnings = file.warnings
        var stream = file.streams[0]
        if let channels {
            if channels.rows.count != stream.channels.count {
                let text = "\(channels.rows.count) channels, the recording has \(stream.channels.count)"
                warnings.append(RecordingWarning(kind: "channels", place: channels.path, text: text))
            }
            for row in channels.rows {
                let name = channels.cell(row, "name")
                guard let place = stream.channels.firstIndex(where: { $0.label == name }) else {
                    let text = "'\(name)' is no channel of the recording"
                    warnings.append(RecordingWarning(kind: "channels", place: channels.path, text: text))
                    continue
                }
                let unit = channels.cell(row, "units")
                if stream.channels[place].unit.isEmpty, !unit.isEmpty { stream.channels[place].unit = unit }
                if channels.cell(row, "status") == "bad" {
                    let why = channels.cell(row, "status_description")
                    let text = "'\(name)' is marked bad" + (why.isEmpty ? "" : ": \(why)")
                    warnings.append(RecordingWarning(kind: "bad channel", place: channels.path, text: text))
                }
            }
        }
        if let events {
            stream.events = events.rows.compactMap { row in
                guard let onset = Double(events.cell(row, "onset")), onset.isFinite else { return nil }
                let texts = ["trial_type", "value", "stim_file"].map { events.cell(row, $0) }.filter { !$0.isEmpty }
                return RecordedEvent(
                    onset: onset, duration: Double(events.cell(row, "duration")),
                    text: texts.joined(separator: " "))
            }
        }
        streams = [stream]
        self.warnings = warnings
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        try unsafe inner.readCounts(stream: stream, channel: channel, first: first, into: into)
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        try unsafe inner.readValues(stream: stream, channel: channel, first: first, into: into)
    }

    public func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader {
        try inner.reader(stream: stream, channels: channels)
    }
}
