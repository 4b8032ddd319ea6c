import Signal

/// One channel of a Neuralynx recording: a file (`.ncs`) of records of up to 512 samples, each with its stamp in µs.
struct NeuralynxChannel {
    let header: NeuralynxHeader
    let counts: PacketedCounts
    let rate: RecordedRate
    /// Stamp of the first sample in µs; nil where there is none.
    private(set) var firstStamp: UInt64?
    private(set) var segments: GrowingSegments
    private(set) var warnings: [RecordingWarning] = []
    private var stamp: (last: UInt64, frames: Int64) = (0, 0)
    /// Records that were left out, and the byte of the first of them.
    private var damaged: (count: Int64, first: Int64) = (0, 0)
    private var steps: (count: Int64, first: Int64) = (0, 0)
    private let tolerance: Double

    var path: String { counts.file.path }

    init(_ file: FileBytes, _ header: NeuralynxHeader) throws(RecordingError) {
        self.header = header
        counts = PacketedCounts(file, channels: 1)
        let size = Int64(NeuralynxHeader.samplesRecord)
        let (records, rest) = (file.size - Int64(NeuralynxHeader.byteCount)).quotientAndRemainder(dividingBy: size)
        var rate = header.rate
        if rate == nil, records > 0 {
            let stated = try file.exactly(at: Int64(NeuralynxHeader.byteCount), count: 20).unsigned32(at: 12)
            if stated > 0 { rate = RecordedRate(Int64(stated), 1) }
        }
        guard let rate else {
            throw RecordingError(
                file: file.path, place: "SamplingFrequency",
                text: "'\(header["SamplingFrequency"])', expected a rate in Hz")
        }
        self.rate = rate
        tolerance = header.tolerance(rate)
        segments = GrowingSegments(hertz: rate.hertz, path: file.path)
        if rest > 0 {
            let text = "\(rest) bytes behind the last whole record are left out"
            warnings.append(RecordingWarning(kind: "truncated", place: file.path, text: text))
        }
        if header.gain == nil {
            let text = "ADBitVolts is '\(header["ADBitVolts"])'; values are counts"
            warnings.append(RecordingWarning(kind: "scale", place: file.path, text: text))
        }
        try scan(file, records: records)
        report()
    }

    private mutating func scan(_ file: FileBytes, records: Int64) throws(RecordingError) {
        let size = NeuralynxHeader.samplesRecord
        var record: Int64 = 0
        while record < records {
            let here = Int(min(1_000, records - record))
            let start = Int64(NeuralynxHeader.byteCount) + record * Int64(size)
            let bytes = try file.exactly(at: start, count: here * size)
            for index in 0..<here {
                try take(
                    stamp: bytes.unsigned64(at: index * size), valid: bytes.unsigned32(at: index * size + 16),
                    at: start + Int64(index * size))
            }
            record += Int64(here)
        }
    }

    private mutating func take(stamp new: UInt64, valid: UInt32, at offset: Int64) throws(RecordingError) {
        guard valid > 0 else { return }
        let first = firstStamp ?? new
        let since = Double(Int64(bitPattern: new &- first)) / 1e6
        // 512 samples fit; and no recording spans 30 years.
        guard valid <= 512, abs(since) < 1e9 else {
            if damaged.count == 0 { damaged.first = offset }
            damaged.count += 1
            return
        }
        var onset: Double?
        if firstStamp != nil {
            let step = Double(Int64(bitPattern: new &- stamp.last))
            let off = step - Double(stamp.frames) * 1e6 / rate.hertz
            if abs(off) >= tolerance {
                onset = since
                if step < 0 {
                    if steps.count == 0 { steps.first = offset }
                    steps.count += 1
                }
            }
        }
        firstStamp = first
        stamp = (new, Int64(valid))
        try segments.add(Int64(valid), onset: onset)
        try counts.append(
            offset: offset + 20, stride: Int64(NeuralynxHeader.samplesRecord), frames: Int64(valid))
    }

    private mutating func report() {
        if damaged.count > 0 {
            warnings.append(
                RecordingWarning(
                    kind: "damaged", place: "\(path): byte \(damaged.first)",
                    text: "\(damaged.count) records claim more than 512 samples or a stamp decades away; left out"))
        }
        if steps.count > 0 {
            warnings.append(
                RecordingWarning(
                    kind: "clock", place: "\(path): byte \(steps.first)",
                    text: "stamps step back \(steps.count) times; each begins a segment"))
        }
    }
}
