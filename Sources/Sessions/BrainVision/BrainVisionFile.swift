public import Signal

/// A BrainVision recording: header, samples and markers as one stream.
public final class BrainVisionFile: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public let warnings: [RecordingWarning]
    public let paths: [String]
    private let opened: BrainVisionReader

    /// Opens the recording whose header is at `path`.
    public init(_ path: String) throws(RecordingError) {
        let opened = try BrainVisionReader(path)
        self.opened = opened
        format = "BrainVision"
        warnings = opened.warnings
        paths = opened.paths
        let rate = RecordedRate(opened.rate.numerator, opened.rate.denominator)
        let channels = opened.channels.map {
            RecordedChannel(label: $0.label, unit: $0.unit.isEmpty ? "µV" : $0.unit, rate: rate, samples: opened.frames)
        }
        let seconds = { (samples: Int64) in Double(samples) / rate.hertz }
        // A new segment that is not the first marks a gap whose length only dates say, where both have one.
        let whole = RecordedSegment(
            onset: 0, duration: seconds(opened.frames), firstSample: 0, samples: opened.frames)
        streams = [
            RecordedStream(
                name: "", channels: channels, start: BrainVisionFile.start(opened.markers),
                segments: opened.frames > 0 ? [whole] : [],
                events: opened.markers.map {
                    RecordedEvent(
                        onset: seconds($0.sample), duration: seconds($0.size),
                        text: $0.text.isEmpty ? $0.type : "\($0.type)/\($0.text)")
                }, holdsCounts: false)
        ]
    }

    /// `2013-11-13T16:14:03.794232` of the first new segment's `20131113161403794232`.
    private static func start(_ markers: [BrainVisionMarker]) -> String? {
        guard let date = markers.first(where: { $0.type == "New Segment" })?.date, date.count >= 14,
            date.allSatisfy(\.isNumber), !date.hasPrefix("0000")
        else { return nil }
        let digits = Array(date)
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        let fraction = digits.count > 14 ? "." + part(14..<digits.count) : ""
        return part(0..<4) + "-" + part(4..<6) + "-" + part(6..<8) + "T" + part(8..<10) + ":" + part(10..<12) + ":"
            + part(12..<14) + fraction
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        throw RecordingError(file: paths[0], text: "values of BrainVision are scaled; it gives no counts")
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        guard stream == 0 else { throw RecordingError(file: paths[0], text: "stream \(stream) asked; there is one") }
        try unsafe opened.readStored(channel: channel, first: first, into: into)
    }

    public func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader {
        if stream == 0, channels == nil { return opened }
        return try StreamReader(self, stream: stream, channels: channels)
    }
}
