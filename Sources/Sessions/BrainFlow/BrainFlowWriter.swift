import Foundation
import Signal

/// Writes one stream as BrainFlow's csv: tab-separated numbers of six decimals, a line a sample, no names.
///
/// Source: BrainFlow 5.23, `DataFilter.write_file`. At most 16 channels are laid out as those of BrainFlow's synthetic
/// board (row 0 a counter that wraps at 256, 1 to 16 channels, 30 time, 31 marker), so that its playback board takes
/// the file; more channels follow the counter, then time and marker. What the columns and markers mean stands in a
/// JSON file beside.
struct BrainFlowWriter {
    private let file: any RecordingFile
    private let stream: RecordedStream
    private let index: Int
    private let rate: RecordedRate

    /// Stream `index` of `file`.
    ///
    /// - Throws: where its channels differ in rate, or have none.
    init(_ file: any RecordingFile, stream index: Int, path: String) throws(RecordingError) {
        self.file = file
        self.index = index
        stream = file.streams[index]
        let rates = Set(stream.channels.map(\.rate))
        guard rates.count == 1, let rate = rates.first ?? nil else {
            throw RecordingError(
                file: path, text: "a table holds one rate, and the channels have several; choose some with --channels")
        }
        self.rate = rate
    }

    /// Columns of a line.
    private var width: Int { stream.channels.count <= 16 ? 32 : stream.channels.count + 3 }

    /// Writes `stem.csv` and `stem.json`.
    ///
    /// - Throws: when the recording can no longer be read, or the disk takes no more.
    func write(folder: String, stem: String) throws(RecordingError) -> [String] {
        let codes = markerCodes
        let output = try OutputFile("\(folder)/\(stem).csv")
        let pieces = stream.channels.indices.map { SamplePiece(file, index, $0) }
        let start = stream.start.flatMap { RecordedInstant($0) }?.secondsSince1970 ?? 0
        var events = stream.events.sorted { $0.onset < $1.onset }[...]
        for segment in stream.segments {
            for at in segment.firstSample..<(segment.firstSample + segment.samples) {
                let seconds = segment.onset + Double(at - segment.firstSample) / rate.hertz
                var row = [Double](repeating: 0, count: width)
                row[0] = Double(at % 256)
                for (place, piece) in pieces.enumerated() {
                    row[place + 1] = try piece.value(at, before: segment.firstSample + segment.samples)
                }
                row[width - 2] = start + seconds
                // One marker a line: the first that waits.
                if let event = events.first, event.onset < seconds + 1 / rate.hertz {
                    row[width - 1] = Double(codes[event.text] ?? 0)
                    events.removeFirst()
                }
                try output.put(row.map { String(format: "%.6f", $0) }.joined(separator: "\t") + "\n")
            }
        }
        try output.finish()
        try describe(folder: folder, stem: stem, codes)
        return ["\(stem).csv", "\(stem).json"]
    }

    /// A number from 1 for each text, in order of appearance.
    private var markerCodes: [String: Int] {
        var codes: [String: Int] = [:]
        for event in stream.events where codes[event.text] == nil { codes[event.text] = codes.count + 1 }
        return codes
    }

    private func describe(folder: String, stem: String, _ codes: [String: Int]) throws(RecordingError) {
        let marks = codes.sorted { $0.value < $1.value }.map { "    \"\($0.value)\": \(JSONText.quoted($0.key))" }
        let channels = stream.channels.enumerated().map { place, channel in
            "    {\"column\": \(place + 1), \"label\": \(JSONText.quoted(channel.label)), "
                + "\"unit\": \(JSONText.quoted(channel.unit))}"
        }
        let text = """
            {
              "format": "BrainFlow csv", "rate_hz": \(rate.hertz), "columns": \(width),
              "counter_column": 0, "time_column": \(width - 2), "marker_column": \(width - 1),
              "start": \(stream.start.map(JSONText.quoted) ?? "null"),
              "channels": [
            \(channels.joined(separator: ",\n"))
              ],
              "markers": {
            \(marks.joined(separator: ",\n"))
              }
            }

            """
        let output = try OutputFile("\(folder)/\(stem).json")
        try output.put(text)
        try output.finish()
    }
}
