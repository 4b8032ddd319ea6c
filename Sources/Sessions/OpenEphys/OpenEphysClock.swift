import Signal

/// Which samples of an Open Ephys stream follow each other, by the numbers or stamps beside them.
///
/// From GUI 0.6 on, `sample_numbers.npy` has the numbers and `timestamps.npy` seconds; before, `timestamps.npy` has the
/// numbers.
struct OpenEphysClock {
    /// Number of the first sample by the device's counter.
    private(set) var firstNumber: Double?
    /// Seconds of the first sample by the clock that the streams share.
    private(set) var firstStamp: Double?
    private(set) var segments: GrowingSegments
    private(set) var warnings: [RecordingWarning] = []
    private let hertz: Double

    /// Looks into `folder`, whose file of samples has `frames` frames.
    init(_ folder: String, frames: Int64, rate: RecordedRate) throws(RecordingError) {
        hertz = rate.hertz
        segments = GrowingSegments(hertz: rate.hertz, path: folder)
        let numbers = try OpenEphysClock.column(folder + "/sample_numbers.npy")
        let stamps = try OpenEphysClock.column(folder + "/timestamps.npy")
        if let stamps, stamps.count > 0 {
            let first = try stamps.numbers(0, 1)[0]
            firstStamp = stamps.kind == "f" ? first : first / hertz
        }
        if firstStamp.map({ !$0.isFinite || abs($0) > 1e12 }) == true { firstStamp = nil }
        guard let column = numbers ?? stamps else {
            warn("stamps", folder, "neither sample_numbers.npy nor timestamps.npy; gaps cannot be seen")
            try segments.add(frames, onset: nil)
            return
        }
        let counted = min(column.count, frames)
        if column.count != frames {
            warn(
                "stamps", column.file.path,
                "\(column.count) stamps for \(frames) samples; beyond \(counted) gaps cannot be seen")
        }
        guard counted > 0 else {
            try segments.add(frames, onset: nil)
            return
        }
        firstNumber = try number(column, 0, 1)[0]
        try divide(column, counted, frames)
    }

    private mutating func warn(_ kind: String, _ place: String, _ text: String) {
        guard warnings.count < 100 else { return }
        warnings.append(RecordingWarning(kind: kind, place: place, text: text))
    }

    static func column(_ path: String) throws(RecordingError) -> NumPyColumn? {
        guard RecordingFolder.isFile(path) else { return nil }
        let column = try NumPyColumn(path)
        guard "iuf".contains(column.kind) else {
            throw RecordingError(file: path, place: "descr", text: "holds texts, expected numbers")
        }
        return column
    }

    /// Sample numbers; from seconds, the nearest.
    private func number(_ column: NumPyColumn, _ first: Int64, _ count: Int) throws(RecordingError) -> [Double] {
        let values = try column.numbers(first, count)
        return column.kind == "f" ? values.map { ($0 * hertz).rounded() } : values
    }

    /// Finds where numbers do not go up by 1.
    ///
    /// Numbers grow: a stretch whose last differs from its first by its length has no gap, so an hour is seen in a
    /// few reads.
    private mutating func divide(_ column: NumPyColumn, _ counted: Int64, _ frames: Int64) throws(RecordingError) {
        var (begun, back) = (Int64(0), Int64(0))
        var onset: Double?
        var open: [(low: Int64, high: Int64)] = [(0, counted - 1)]
        while let (low, high) = open.popLast() {
            let (first, last) = (try number(column, low, 1)[0], try number(column, high, 1)[0])
            if last - first == Double(high - low) { continue }
            if high - low > 4_096 {
                let middle = low + (high - low) / 2
                open.append((middle, high))
                open.append((low, middle))
                continue
            }
            let values = try number(column, low, Int(high - low) + 1)
            for index in 1..<values.count where values[index] - values[index - 1] != 1 {
                let since = (values[index] - (firstNumber ?? 0)) / hertz
                guard since.isFinite, abs(since) < 1e9 else {
                    throw RecordingError(
                        file: column.file.path, place: "element \(low + Int64(index))",
                        text: "\(values[index]) is decades away from the first, \(firstNumber ?? 0)")
                }
                let next = low + Int64(index)
                try segments.add(next - begun, onset: onset)
                (begun, onset) = (next, since)
                if values[index] <= values[index - 1] { back += 1 }
            }
        }
        try segments.add(frames - begun, onset: onset)
        if back > 0 { warn("clock", column.file.path, "sample numbers step back \(back) times") }
    }
}
