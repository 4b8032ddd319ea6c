public import Signal

/// An XDF recording: numeric streams with their channels, text streams as events, each by its own or the common clock.
public final class XDFFile: RecordingFile {
    public let format = "XDF"
    public private(set) var streams: [RecordedStream] = []
    public private(set) var warnings: [RecordingWarning]
    public let paths: [String]
    /// Which time the stamps are given in.
    public let clock: XDFClock
    private let chunks: XDFChunks
    private var times: [XDFTimes] = []
    /// What was read last, instant by instant.
    private var held: (stream: Int, samples: Range<Int64>, values: [Double]) = (-1, 0..<0, [])

    /// Opens the file at `path`; stamps are by `clock`.
    public init(_ path: String, clock: XDFClock = .dejittered) throws(RecordingError) {
        let file: FileBytes
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        let chunks = try XDFChunks(file)
        self.chunks = chunks
        self.clock = clock
        paths = [path]
        warnings = chunks.warnings
        let date = chunks.fileHeader?.value("datetime") ?? ""
        for stream in chunks.streams {
            var events: [(Double, String)] = []
            let time = try XDFTimes(stream, in: chunks, clock: clock) { _, stamp, walk, place in
                if stream.storage == .string { events.append((stamp, walk.texts(place).joined(separator: "; "))) }
            }
            times.append(time)
            if time.lost > 0 {
                let text = "\(time.lost) samples of stream \(stream.id) are announced and not there"
                warnings.append(RecordingWarning(kind: "truncated", place: path, text: text))
            }
            if clock == .dejittered, stream.rate != nil {
                for stretch in time.stretches where stretch.count > 1 && !events.isEmpty {
                    let line = stretch.line
                    for index in 0..<stretch.count {
                        events[Int(stretch.first + index)].0 = line.start + line.step * Double(index)
                    }
                }
            }
            streams.append(
                XDFFile.describe(stream, time, events, clock, start: RecordedInstant(date) == nil ? nil : date))
            if streams.last?.start != nil { warnStart(path) }
        }
    }

    /// The date in the file's header is when the recorder started, and no stamp says how long before the first sample.
    private func warnStart(_ path: String) {
        guard !warnings.contains(where: { $0.kind == "start" }) else { return }
        warnings.append(
            RecordingWarning(
                kind: "start", place: path, text: "the start is the recorder's; first stamps are by its own clock"))
    }

    private static func describe(
        _ stream: XDFChunks.Stream, _ time: XDFTimes, _ events: [(Double, String)], _ clock: XDFClock, start: String?
    ) -> RecordedStream {
        let name = stream.header.value("name")
        var recorded = RecordedStream(name: name, channels: [], start: start, holdsCounts: false)
        let first = time.stretches.first.map { clock == .dejittered && stream.rate != nil ? $0.line.start : $0.start }
        recorded.firstStamp = first
        guard stream.storage != .string else {
            recorded.events = events.map { RecordedEvent(onset: $0.0 - (first ?? 0), text: $0.1) }
            return recorded
        }
        let described = stream.header["desc"]?["channels"]?.children.filter { $0.name == "channel" } ?? []
        let bits = (stream.storage.byteCount ?? 0) * 8
        let isCounts = [.int8, .int16, .int32].contains(stream.storage)
        recorded.holdsCounts = isCounts
        recorded.channels = (0..<stream.channels).map { index in
            let own = described.indices.contains(index) ? described[index] : nil
            let unit = own?.value("unit") ?? ""
            return RecordedChannel(
                label: own?.value("label") ?? "", unit: ["microvolts", "microvolt"].contains(unit) ? "uV" : unit,
                rate: stream.rate, samples: time.samples,
                scale: isCounts ? RecordedScale(gain: 1, offset: 0, bits: max(16, bits)) : nil)
        }
        recorded.segments = time.stretches.map { stretch in
            let line = stretch.line
            let start = clock == .dejittered && stream.rate != nil ? line.start : stretch.start
            let step = stream.rate.map { 1 / $0.hertz } ?? 0
            let length = stream.rate == nil ? stretch.last - stretch.start : Double(stretch.count) * step
            return RecordedSegment(
                onset: start - (first ?? 0), duration: length, firstSample: stretch.first, samples: stretch.count)
        }
        return recorded
    }

    /// The stamps of every sample of a stream, in seconds by ``clock``.
    ///
    /// - Throws: where the file can no longer be read.
    public func stamps(stream: Int) throws(RecordingError) -> [Double] {
        var stamps: [Double] = []
        let time = try XDFTimes(chunks.streams[stream], in: chunks, clock: clock) { _, stamp, _, _ in
            stamps.append(stamp)
        }
        guard clock == .dejittered, chunks.streams[stream].rate != nil else { return stamps }
        for stretch in time.stretches where stretch.count > 1 {
            let line = stretch.line
            for index in 0..<stretch.count {
                stamps[Int(stretch.first + index)] = line.start + line.step * Double(index)
            }
        }
        return stamps
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        guard streams.indices.contains(stream), streams[stream].holdsCounts else {
            throw RecordingError(file: paths[0], text: "stream \(stream) holds no counts")
        }
        try load(stream, channel, first, into.count)
        let width = streams[stream].channels.count
        for index in 0..<into.count { unsafe into[index] = Int32(held.values[index * width + channel]) }
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        try load(stream, channel, first, into.count)
        let width = streams[stream].channels.count
        for index in 0..<into.count { unsafe into[index] = held.values[index * width + channel] }
    }

    private func load(_ stream: Int, _ channel: Int, _ first: Int64, _ count: Int) throws(RecordingError) {
        guard streams.indices.contains(stream), streams[stream].channels.indices.contains(channel), first >= 0,
            first <= times[stream].samples, Int64(count) <= times[stream].samples - first
        else {
            throw RecordingError(
                file: paths[0], text: "stream \(stream), channel \(channel), samples \(first) + \(count) do not exist")
        }
        let samples = first..<(first + Int64(count))
        if held.stream == stream, held.samples == samples { return }
        let described = chunks.streams[stream]
        var values: [Double] = []
        values.reserveCapacity(count * described.channels)
        let firsts = times[stream].firsts
        var (low, high) = (0, firsts.count)
        while low < high {
            let middle = (low + high) / 2
            if firsts[middle] <= first { low = middle + 1 } else { high = middle }
        }
        var chunk = max(0, low - 1)
        while chunk < firsts.count, firsts[chunk] < samples.upperBound {
            let end = chunk + 1 < firsts.count ? firsts[chunk + 1] : times[stream].samples
            let bytes = try chunks.bytes(described.chunks[chunk].offset, described.chunks[chunk].length)
            var walk = XDFSamples(bytes, storage: described.storage, channels: described.channels)
            var at = firsts[chunk]
            while at < min(end, samples.upperBound), let (_, place) = walk?.next() {
                if at >= samples.lowerBound, let walk {
                    for index in 0..<described.channels { values.append(walk.value(place, channel: index)) }
                }
                at += 1
            }
            chunk += 1
        }
        guard values.count == count * described.channels else {
            throw RecordingError(file: paths[0], text: "the file has become shorter")
        }
        held = (stream, samples, values)
    }
}
