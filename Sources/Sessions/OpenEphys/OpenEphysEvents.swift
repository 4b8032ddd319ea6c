import Signal

/// One folder of events of an Open Ephys recording: changes of digital lines, or messages.
struct OpenEphysEvents {
    struct Row {
        /// Number of the sample that it fell on, by the counter of its stream; nil where only seconds are known.
        var number: Double?
        /// Seconds by the clock that the streams share.
        var seconds: Double?
        var text: String
    }

    let folder: String
    private(set) var rows: [Row] = []
    private(set) var warnings: [RecordingWarning] = []

    /// Reads the folder at `path`.
    init(_ events: OpenEphysStructure.Events, at path: String) throws(RecordingError) {
        folder = events.folder
        let numbers = try OpenEphysClock.column(path + "/sample_numbers.npy")
        let stamps = try OpenEphysClock.column(path + "/timestamps.npy")
        let said = RecordingFolder.isFile(path + "/text.npy") ? try NumPyColumn(path + "/text.npy") : nil
        var states = try OpenEphysClock.column(path + "/states.npy")
        if states == nil { states = try OpenEphysClock.column(path + "/channel_states.npy") }
        let counts = [numbers, stamps, said, states].compactMap { $0?.count }
        guard numbers != nil || stamps != nil, let count = counts.min() else {
            throw RecordingError(file: path, text: "neither sample_numbers.npy nor timestamps.npy")
        }
        if Set(counts).count > 1 {
            let text = "columns of \(counts.map { "\($0)" }.joined(separator: ", ")) events; \(count) are read"
            warnings.append(RecordingWarning(kind: "events", place: path, text: text))
        }
        let name = events.name.isEmpty ? events.folder : events.name
        for index in 0..<min(count, Int64(StampedEvents.most)) {
            var text = name
            if let said {
                text = try said.text(index)
            } else if let state = try states?.numbers(index, 1)[0], state.isFinite, abs(state) < 1e6 {
                text = "\(name) \(Int(abs(state))) \(state > 0 ? "on" : "off")"
            }
            let number = try numbers?.numbers(index, 1)[0]
            let stamp = try stamps?.numbers(index, 1)[0]
            // Before GUI 0.6, timestamps.npy holds numbers of samples.
            let isSeconds = stamps?.kind == "f"
            rows.append(Row(number: number ?? (isSeconds ? nil : stamp), seconds: isSeconds ? stamp : nil, text: text))
        }
    }

    /// The events in seconds since the first sample of a stream.
    func since(_ clock: OpenEphysClock, hertz: Double) -> [RecordedEvent] {
        rows.compactMap { row in
            var onset: Double?
            if let number = row.number, let first = clock.firstNumber {
                onset = (number - first) / hertz
            } else if let seconds = row.seconds, let first = clock.firstStamp {
                onset = seconds - first
            }
            guard let onset, abs(onset) < 1e9 else { return nil }
            return RecordedEvent(onset: onset, text: row.text)
        }
    }
}
