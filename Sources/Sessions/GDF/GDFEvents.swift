import Signal

/// The event table behind the samples of a GDF file.
///
/// Source: A. Schlögl, "GDF - A general dataformat for biosignals", event table: mode, count and rate, then all
/// positions (from 1 on), all types, and in mode 3 all channels and durations.
struct GDFEvents {
    private(set) var events: [RecordedEvent] = []
    private(set) var warnings: [RecordingWarning] = []

    /// The table at byte `offset`; `rate` in Hz holds where the table gives none.
    init(_ file: FileBytes, at offset: Int64, header: GDFHeader, rate: Double?) throws(RecordingError) {
        guard file.size - offset >= 8 else { return }
        let place = "\(file.path): byte \(offset)"
        func warn(_ text: String) -> [RecordingWarning] {
            [RecordingWarning(kind: "events", place: place, text: text)]
        }
        let head = try file.all(at: offset, count: 8)
        let middle = Int(head[1]) | Int(head[2]) << 8 | Int(head[3]) << 16
        let isOld = header.version < 1.94
        let count = isOld ? Int(head.littleEndian(4, UInt32.self)) : middle
        let stated = isOld ? Double(middle) : Double(Float(bitPattern: head.littleEndian(4)))
        let hasDurations = head[0] & 2 != 0
        guard (1...7).contains(head[0]) else {
            if head.contains(where: { $0 != 0 }) {
                warnings = warn("mode \(head[0]) of the event table; it is left out")
            }
            return
        }
        let width = hasDurations ? 12 : 6
        let present = Int((file.size - offset - 8) / Int64(width))
        guard count <= present else {
            warnings = warn("\(count) events, and the file ends after \(present); the table is left out")
            return
        }
        guard let hertz = stated > 0 && stated.isFinite ? stated : rate, count > 0 else {
            if count > 0 { warnings = warn("\(count) events without a rate; they are left out") }
            return
        }
        // At most 12 bytes an event of a count of 24 bits, or of what the file holds.
        let limit = min(count, 1 << 24)
        if limit < count { warnings = warn("\(count) events; the first \(limit) are shown") }
        try read(file, at: offset + 8, count: count, shown: limit, hertz: hertz, hasDurations: hasDurations)
    }

    private mutating func read(
        _ file: FileBytes, at start: Int64, count: Int, shown: Int, hertz: Double, hasDurations: Bool
    ) throws(RecordingError) {
        let all = Int64(count)
        var unplaced = 0
        var first = 0
        while first < shown {
            let here = min(1 << 16, shown - first)
            let from = Int64(first)
            let positions = try file.all(at: start + 4 * from, count: 4 * here)
            let types = try file.all(at: start + 4 * all + 2 * from, count: 2 * here)
            let durations = hasDurations ? try file.all(at: start + 8 * all + 4 * from, count: 4 * here) : []
            for index in 0..<here {
                let position = positions.littleEndian(4 * index, UInt32.self)
                let type = types.littleEndian(2 * index, UInt16.self)
                // 0x7fff carries a value of a channel that is sampled now and then.
                guard position > 0, type != 0x7fff else { unplaced += 1; continue }
                let duration = hasDurations ? durations.littleEndian(4 * index, UInt32.self) : 0
                events.append(
                    RecordedEvent(
                        onset: Double(position - 1) / hertz, duration: duration > 0 ? Double(duration) / hertz : nil,
                        text: String(type)))
            }
            first += here
        }
        guard unplaced > 0 else { return }
        let text = "\(unplaced) events at position 0 or of sparse channels are left out"
        warnings.append(RecordingWarning(kind: "events", place: "\(file.path): byte \(start)", text: text))
    }
}
