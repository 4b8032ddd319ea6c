import Signal

/// Writes one stream as a NumPy array of samples × channels (`<f8`), with a JSON file beside that says what they are.
///
/// Source: NumPy, "NPY format", version 1.0. The sidecar is what the reader of `.npy` asks for.
struct NumPyWriter {
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
                file: path, text: "an array holds one rate, and the channels have several; choose some with --channels")
        }
        self.rate = rate
    }

    /// Writes `stem.npy` and `stem.json`.
    ///
    /// - Throws: when the recording can no longer be read, or the disk takes no more.
    func write(folder: String, stem: String) throws(RecordingError) -> [String] {
        let total = stream.channels.map(\.samples).min() ?? 0
        let output = try OutputFile("\(folder)/\(stem).npy")
        var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(total), \(stream.channels.count)), }"
        // Magic, version, length and header together fill a multiple of 64 bytes; a line break ends the header.
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        try output.put([0x93] + Array("NUMPY".utf8) + [1, 0])
        try output.put(UInt16(header.utf8.count))
        try output.put(header)
        let pieces = stream.channels.indices.map { SamplePiece(file, index, $0) }
        for at in 0..<total {
            for piece in pieces { try output.put(try piece.value(at, before: total).bitPattern) }
        }
        try output.finish()
        let sidecar = try OutputFile("\(folder)/\(stem).json")
        try sidecar.put(description)
        try sidecar.finish()
        return ["\(stem).npy", "\(stem).json"]
    }

    private var description: String {
        let channels = stream.channels.map {
            "    {\"label\": \(JSONText.quoted($0.label)), \"unit\": \(JSONText.quoted($0.unit))}"
        }
        let segments = stream.segments.map {
            "    {\"onset_s\": \($0.onset), \"first_sample\": \($0.firstSample), \"samples\": \($0.samples)}"
        }
        let events = stream.events.map { event in
            "    {\"onset_s\": \(event.onset), \"duration_s\": \(event.duration.map { "\($0)" } ?? "null"), "
                + "\"text\": \(JSONText.quoted(event.text))}"
        }
        func list(_ name: String, _ rows: [String]) -> String {
            "  \"\(name)\": [\n\(rows.joined(separator: ",\n"))\n  ]"
        }
        let start = stream.start.map(JSONText.quoted) ?? "null"
        return "{\n  \"rate_hz\": \(rate.hertz), \"start\": \(start),\n"
            + [list("channels", channels), list("segments", segments), list("events", events)].joined(separator: ",\n")
            + "\n}\n"
    }
}
