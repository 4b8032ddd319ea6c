public import Signal

/// The raw samples of a session as a recording: one stream, a segment for each stretch that arrived whole.
public final class JournalFile: RecordingFile {
    public let format = "Ansa session"
    public let streams: [RecordedStream]
    public let warnings: [RecordingWarning]
    public let paths: [String]
    private let recording: JournalRecording
    private let stretches: [Range<Int64>]
    /// What was read last: its samples, counted as the stream counts, and their bytes.
    private var held: (samples: Range<Int64>, bytes: [UInt8]) = (0..<0, [])

    /// The session in `directory`, closed or not; `events` and `start` come from who can read its other records.
    ///
    /// - Throws: when there is no session, or a record is damaged.
    public init(
        _ directory: String, start: String? = nil, events: [RecordedEvent] = []
    ) throws(RecordingError) {
        let recording = try JournalRecording(directory)
        self.recording = recording
        paths = [directory + "/" + SessionFolder.journal]
        let stretches = recording.stretches
        self.stretches = stretches
        // Segments say what is absent.
        warnings = recording.warnings.filter { $0.kind != "gap" }
        let shape = recording.format
        let rate = RecordedRate(shape.rateNumerator, shape.rateDenominator)
        let total = stretches.reduce(0) { $0 + Int64($1.count) }
        let bits = shape.kind == .int16 ? 16 : 32
        let channels = recording.stored.channels.map { channel in
            RecordedChannel(
                label: channel.label, unit: channel.unit, rate: rate, samples: total,
                scale: shape.kind == .float32
                    ? nil : RecordedScale(gain: Double(channel.unitsPerCount), offset: 0, bits: bits))
        }
        var first: Int64 = 0
        let origin = stretches.first?.lowerBound ?? 0
        let segments = stretches.map { stretch in
            defer { first += Int64(stretch.count) }
            return RecordedSegment(
                onset: Double(stretch.lowerBound - origin) / rate.hertz,
                duration: Double(stretch.count) / rate.hertz, firstSample: first, samples: Int64(stretch.count))
        }
        streams = [
            RecordedStream(
                name: "signal", channels: channels, start: start, segments: segments, events: events,
                holdsCounts: shape.kind != .float32)
        ]
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        guard streams[0].holdsCounts else {
            throw RecordingError(file: paths[0], text: "the session holds values, and no counts")
        }
        let kind = recording.format.kind
        try read(stream, channel, first, into.count) { index, word in
            unsafe into[index] = kind == .int16 ? Int32(Int16(truncatingIfNeeded: word)) : Int32(bitPattern: word)
        }
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        let kind = recording.format.kind
        try check(stream, channel, first, into.count)
        let gain = Double(recording.stored.channels[channel].unitsPerCount)
        try read(stream, channel, first, into.count) { index, word in
            let stored =
                switch kind {
                case .int16: Double(Int16(truncatingIfNeeded: word))
                case .int32: Double(Int32(bitPattern: word))
                case .float32: Double(Float(bitPattern: word))
                }
            unsafe into[index] = stored * gain
        }
    }

    private func check(_ stream: Int, _ channel: Int, _ first: Int64, _ count: Int) throws(RecordingError) {
        let total = streams[0].channels.first?.samples ?? 0
        guard stream == 0, streams[0].channels.indices.contains(channel), first >= 0, first <= total,
            Int64(count) <= total - first
        else {
            throw RecordingError(
                file: paths[0],
                text: "stream \(stream), channel \(channel), samples \(first) + \(count) asked; there are "
                    + "\(streams[0].channels.count) × \(total)")
        }
    }

    /// Hands over the stored words of one channel; what was read for it serves the next channel of equal range too.
    private func read(
        _ stream: Int, _ channel: Int, _ first: Int64, _ count: Int, _ take: (Int, UInt32) -> Void
    ) throws(RecordingError) {
        try check(stream, channel, first, count)
        let samples = first..<(first + Int64(count))
        if held.samples != samples { held = (samples, try load(samples)) }
        let size = recording.format.kind.byteCount
        let row = recording.format.channels * size
        for index in 0..<count {
            let at = index * row + channel * size
            var word = UInt32(held.bytes[at]) | UInt32(held.bytes[at + 1]) << 8
            if size == 4 { word |= UInt32(held.bytes[at + 2]) << 16 | UInt32(held.bytes[at + 3]) << 24 }
            take(index, word)
        }
    }

    private func load(_ samples: Range<Int64>) throws(RecordingError) -> [UInt8] {
        var bytes: [UInt8] = []
        for (segment, stretch) in zip(streams[0].segments, stretches) {
            let here = samples.clamped(to: segment.firstSample..<(segment.firstSample + segment.samples))
            guard !here.isEmpty else { continue }
            let shift = stretch.lowerBound - segment.firstSample
            bytes += try recording.storedBytes((here.lowerBound + shift)..<(here.upperBound + shift))
        }
        return bytes
    }

    public func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader {
        if stream == 0, channels == nil { return recording }
        return try StreamReader(self, stream: stream, channels: channels)
    }
}
