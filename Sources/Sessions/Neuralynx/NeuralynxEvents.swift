import Signal

/// Events of a Neuralynx recording (`.nev`), in the order of the file, which need not be that of time.
///
/// A record: six bytes, stamp in µs, event number, digital inputs, six bytes, eight extra numbers, 128 bytes of text.
enum NeuralynxEvents {
    /// The events of `file`, stamped in µs.
    static func read(_ file: FileBytes) throws(RecordingError) -> StampedEvents {
        guard try NeuralynxHeader(file).holdsEvents else {
            throw RecordingError(file: file.path, place: "FileType", text: "no Neuralynx event file")
        }
        var events = StampedEvents(path: file.path, hertz: 1e6)
        let size = Int64(NeuralynxHeader.eventRecord)
        let (records, rest) = (file.size - Int64(NeuralynxHeader.byteCount)).quotientAndRemainder(dividingBy: size)
        if rest > 0 { events.warn("truncated", file.path, "\(rest) bytes behind the last whole event are left out") }
        for record in 0..<records {
            let bytes = try file.exactly(at: Int64(NeuralynxHeader.byteCount) + record * size, count: Int(size))
            let said = bytes.text(at: 56, count: 128)
            let (event, inputs) = (bytes.signed16(at: 14), bytes.unsigned16(at: 16))
            let text = said.isEmpty ? "event \(event), inputs \(inputs)" : said
            guard events.add(bytes.unsigned64(at: 6), text) else { break }
        }
        return events
    }
}
