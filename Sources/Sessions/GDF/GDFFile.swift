public import Signal

/// A GDF recording (versions 1 and 2) with all its channels, each at its own rate, and its event table.
///
/// An event's text is its code in decimal, as the tables of GDF's authors list them.
public final class GDFFile: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public private(set) var warnings: [RecordingWarning]
    public let paths: [String]
    private let file: FileBytes
    private let header: GDFHeader
    /// Channels that have samples; the others are sparse.
    private let channels: [GDFChannel]
    private let records: FramePieces?

    /// Opens the file at `path`.
    public init(_ path: String) throws(RecordingError) {
        let file = try FileBytes.opened(path)
        let header = try GDFHeader(file)
        let channels = header.channels.filter { $0.samplesPerRecord > 0 }
        (self.file, self.header, self.channels, paths) = (file, header, channels, [path])
        format = "GDF " + header.versionText
        warnings = header.warnings
        let present = header.recordBytes > 0 ? (file.size - header.headerBytes) / header.recordBytes : 0
        let isKnown = header.statedRecords >= 0
        let isWhole = header.recordBytes == 0 || isKnown && header.statedRecords <= present
        let count = isWhole && header.recordBytes > 0 ? header.statedRecords : present
        var events: [RecordedEvent] = []
        if isWhole {
            let rates = channels.compactMap { header.rate($0)?.hertz }
            let end = header.headerBytes + count * header.recordBytes
            let table = try GDFEvents(file, at: end, header: header, rate: rates.max())
            events = table.events
            warnings += table.warnings
        } else {
            let stated = isKnown ? "\(header.statedRecords)" : "an unknown number of"
            let text = "\(stated) records; the \(present) whole ones are read, an event table cannot be found"
            warnings.append(RecordingWarning(kind: "truncated", place: "\(path): byte 236", text: text))
        }
        if channels.count < header.channels.count {
            let text = "\(header.channels.count - channels.count) channels without samples in a record are left out"
            warnings.append(RecordingWarning(kind: "sparse", place: path, text: text))
        }
        let isSmall = header.recordBytes <= 1 << 20
        records =
            isSmall
            ? FramePieces(file, start: header.headerBytes, frameBytes: Int(header.recordBytes), frames: count) : nil
        streams = [GDFFile.stream(header, channels, records: count, events)]
        warnings += try scaleWarnings()
    }

    private static func stream(
        _ header: GDFHeader, _ channels: [GDFChannel], records: Int64, _ events: [RecordedEvent]
    ) -> RecordedStream {
        let described = channels.map { channel in
            RecordedChannel(
                label: channel.label, unit: channel.unit, rate: header.rate(channel),
                samples: records * Int64(channel.samplesPerRecord),
                scale: channel.scale.flatMap { scale in
                    guard channel.number.fitsInt32 else { return nil }
                    return RecordedScale(
                        gain: scale.gain, offset: scale.shift,
                        bits: 8 * channel.number.size + (channel.number.kind == .unsigned ? 8 : 0))
                })
        }
        let fastest = described.max { $0.samples < $1.samples }
        var segments: [RecordedSegment] = []
        if let fastest, fastest.samples > 0 {
            let duration = fastest.rate.map { Double(fastest.samples) / $0.hertz } ?? 0
            segments = [RecordedSegment(onset: 0, duration: duration, firstSample: 0, samples: fastest.samples)]
        }
        return RecordedStream(
            name: "", channels: described, start: header.start, segments: segments, events: events,
            holdsCounts: !channels.isEmpty && channels.allSatisfy { $0.number.fitsInt32 })
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        try checkRange(stream: stream, channel: channel, first: first, count: into.count)
        let number = channels[channel].number
        guard number.fitsInt32 else {
            throw RecordingError(file: paths[0], text: "channel \(channel) holds no counts of 32 bits; ask for values")
        }
        try read(channels[channel], first: first, count: into.count) { place, bytes, at in
            unsafe into[place] = number.count(bytes, at)
        }
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        try checkRange(stream: stream, channel: channel, first: first, count: into.count)
        let number = channels[channel].number
        let (gain, shift) = channels[channel].scale ?? (1, 0)
        try read(channels[channel], first: first, count: into.count) { place, bytes, at in
            unsafe into[place] = number.value(bytes, at) * gain + shift
        }
    }

    /// Record by record; one that is larger than a mebibyte is not read whole.
    private func read(
        _ channel: GDFChannel, first: Int64, count: Int, take: (Int, [UInt8], Int) -> Void
    ) throws(RecordingError) {
        let (samples, size) = (channel.samplesPerRecord, channel.number.size)
        var (record, inside) = first.quotientAndRemainder(dividingBy: Int64(samples))
        var done = 0
        if let records {
            let needed = (Int(inside) + count + samples - 1) / samples
            try records.each(first: record, count: count > 0 ? needed : 0) { place, bytes, at in
                let begin = place == 0 ? Int(inside) : 0
                for sample in begin..<min(samples, begin + count - done) {
                    take(done, bytes, at + Int(channel.offset) + sample * size)
                    done += 1
                }
            }
            return
        }
        while done < count {
            let here = min(count - done, samples - Int(inside), 1 << 17)
            let offset = header.headerBytes + record * header.recordBytes + channel.offset + inside * Int64(size)
            let bytes = try file.all(at: offset, count: here * size)
            for place in 0..<here { take(done + place, bytes, place * size) }
            done += here
            inside += Int64(here)
            if inside == samples { (record, inside) = (record + 1, 0) }
        }
    }
}
