import Signal

/// What a JSON file beside a NumPy array says of it: the array alone has neither rate nor labels nor units.
///
///     {"rate_hz": 1000, "channels": [{"label": "LFP_L1", "unit": "uV"}, {"label": "LFP_L2", "unit": "uV"}]}
///
/// `labels` and `units` may stand in place of `channels`. `start`, `segments` and `events` are as
/// ``NumPyWriter`` writes them.
struct NumPySidecar {
    /// What it must hold, for messages.
    static let demand =
        "a JSON object with rate_hz (Hz), and channels, a list of {\"label\": …, \"unit\": …}, such as "
        + "{\"rate_hz\": 1000, \"channels\": [{\"label\": \"Cz\", \"unit\": \"uV\"}]}; "
        + "start, segments and events may follow"

    let path: String
    let rate: RecordedRate
    let names: [(label: String, unit: String)]
    let start: String?
    /// First sample, and onset in seconds; in order.
    let pieces: [(first: Int64, onset: Double)]
    let events: [RecordedEvent]
    private(set) var warnings: [RecordingWarning] = []

    init(_ json: JSONSidecar) throws(RecordingError) {
        path = json.path
        guard let hertz = try json.number("rate_hz"), let rate = RecordedRate(hertz: hertz) else {
            throw json.wrong("rate_hz", "a rate in Hz, above 0; the file must be \(NumPySidecar.demand)")
        }
        self.rate = rate
        names = try NumPySidecar.names(json)
        start = try json.text("start")
        pieces = try NumPySidecar.pieces(json, rate)
        events = try NumPySidecar.events(json)
        let known: Set = ["rate_hz", "channels", "labels", "units", "start", "segments", "events"]
        for key in json.fields.keys.sorted() where !known.contains(key) {
            let text = "nothing is known of this field; known are \(known.sorted().joined(separator: ", "))"
            warnings.append(RecordingWarning(kind: "sidecar", place: "\(path): \(key)", text: text))
        }
    }

    private static func names(_ json: JSONSidecar) throws(RecordingError) -> [(label: String, unit: String)] {
        if let rows = try json.objects("channels") {
            var names: [(label: String, unit: String)] = []
            for (index, row) in rows.enumerated() {
                guard let label = row["label"] as? String, let unit = row["unit"] as? String else {
                    throw RecordingError(
                        file: json.path, place: "channels[\(index)]", text: "expected {\"label\": …, \"unit\": …}")
                }
                names.append((label, unit))
            }
            return names
        }
        guard let labels = try json.texts("labels"), let units = try json.texts("units"), labels.count == units.count
        else {
            throw json.wrong("channels", "labels and units; the file must be \(demand)")
        }
        return Array(zip(labels, units)).map { (label: $0.0, unit: $0.1) }
    }

    private static func pieces(
        _ json: JSONSidecar, _ rate: RecordedRate
    ) throws(RecordingError) -> [(first: Int64, onset: Double)] {
        var pieces: [(first: Int64, onset: Double)] = []
        for (index, row) in (try json.objects("segments") ?? []).enumerated() {
            guard let onset = row["onset_s"] as? Double, onset >= 0, onset.isFinite,
                let number = row["first_sample"] as? Double, let first = Int64(exactly: number)
            else {
                throw RecordingError(
                    file: json.path, place: "segments[\(index)]", text: "expected onset_s from 0 on and first_sample")
            }
            // Half a sample is left to the rounding of the onset.
            let earliest = pieces.last.map { $0.onset + (Double(first - $0.first) - 0.5) / rate.hertz } ?? 0
            guard first > pieces.last?.first ?? -1, pieces.isEmpty ? first == 0 : onset >= earliest else {
                throw RecordingError(
                    file: json.path, place: "segments[\(index)]",
                    text: "first_sample \(first) at \(onset) s, expected in order from sample 0 on, and none before "
                        + "\(earliest) s")
            }
            pieces.append((first, onset))
        }
        return pieces
    }

    private static func events(_ json: JSONSidecar) throws(RecordingError) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        for (index, row) in (try json.objects("events") ?? []).enumerated() {
            guard let onset = row["onset_s"] as? Double, onset.isFinite, let text = row["text"] as? String else {
                throw RecordingError(
                    file: json.path, place: "events[\(index)]", text: "expected {\"onset_s\": …, \"text\": …}")
            }
            events.append(RecordedEvent(onset: onset, duration: row["duration_s"] as? Double, text: text))
        }
        return events
    }
}
