import Signal

/// Markers and times of a table's rows.
struct TableEvents {
    static let most = 1_000_000

    private(set) var events: [RecordedEvent] = []
    private(set) var isCut = false
    private var first: Double?
    private var last: Double?

    /// Takes the next row: a marker that is not 0 is an event, `name` its text, else the number.
    ///
    /// `onset`: seconds since the first row; nil: the host's clock says.
    mutating func add(marker: Double, seconds: Double, onset: Double?, name: ((Double) -> String?)?) {
        if first == nil, seconds.isFinite { first = seconds }
        if seconds.isFinite { last = seconds }
        guard marker != 0, !marker.isNaN, let onset = onset ?? first.map({ seconds - $0 }), onset.isFinite else {
            return
        }
        guard events.count < TableEvents.most else { isCut = true; return }
        let number = Int(exactly: marker).map(String.init) ?? "\(marker)"
        events.append(RecordedEvent(onset: onset, text: name?(marker) ?? number))
    }

    /// The first row's time since 1970, in UTC.
    var start: String? {
        guard let first, first > 0 else { return nil }
        return RecordedInstant(secondsSince1970: first, zone: "Z")?.text
    }

    /// One stretch of `rows` rows that lasts as the host's clock says.
    func segments(_ rows: Int64) -> [RecordedSegment] {
        let seconds = (last ?? 0) - (first ?? 0)
        return [RecordedSegment(onset: 0, duration: max(0, seconds), firstSample: 0, samples: rows)]
    }

    func warnings(_ path: String) -> [RecordingWarning] {
        isCut
            ? [
                RecordingWarning(
                    kind: "events", place: path, text: "more than \(TableEvents.most); the rest is left out")
            ] : []
    }
}
