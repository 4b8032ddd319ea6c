import Signal

/// Events with the stamps of a device's clock, in the order of their file.
struct StampedEvents {
    let path: String
    /// Stamps a second.
    let hertz: Double
    private(set) var rows: [(stamp: UInt64, text: String)] = []
    private(set) var warnings: [RecordingWarning] = []
    /// Events that may be kept.
    static let most = 1_000_000

    /// No events yet.
    init(path: String, hertz: Double) {
        self.path = path
        self.hertz = hertz
    }

    /// The earliest stamp.
    var first: UInt64? { rows.map(\.stamp).min() }

    /// Adds an event; says whether there was room.
    mutating func add(_ stamp: UInt64, _ text: String) -> Bool {
        guard rows.count < StampedEvents.most else {
            warn("events", path, "more than \(StampedEvents.most) events; the rest is left out")
            return false
        }
        rows.append((stamp, text))
        return true
    }

    mutating func warn(_ kind: String, _ place: String, _ text: String) {
        warnings.append(RecordingWarning(kind: kind, place: place, text: text))
    }

    /// The events in seconds since the stamp `start` of a clock with `clock` stamps a second.
    ///
    /// Those that are more than 30 years away carry a broken stamp, and are left out with a warning.
    func since(_ start: UInt64, clock: Double, _ warnings: inout [RecordingWarning]) -> [RecordedEvent] {
        var events: [RecordedEvent] = []
        events.reserveCapacity(rows.count)
        for (stamp, text) in rows {
            let onset =
                clock == hertz
                ? Double(Int64(bitPattern: stamp &- start)) / hertz : Double(stamp) / hertz - Double(start) / clock
            if abs(onset) < 1e9 { events.append(RecordedEvent(onset: onset, text: text)) }
        }
        if events.count < rows.count {
            let text = "\(rows.count - events.count) events whose stamps are decades away are left out"
            warnings.append(RecordingWarning(kind: "damaged", place: path, text: text))
        }
        return events
    }
}
