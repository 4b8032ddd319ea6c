public import Signal

/// A Blackrock recording: a file of continuous samples (`.ns1` to `.ns9`) a rate, and the events (`.nev`) beside them.
public final class BlackrockFile: RecordingFile {
    public let format: String
    public private(set) var streams: [RecordedStream] = []
    public private(set) var warnings: [RecordingWarning] = []
    public private(set) var paths: [String]
    private var samples: [BlackrockSamples] = []

    /// Opens a file of samples with the events beside it, or a file of events alone.
    public convenience init(_ path: String) throws(RecordingError) { try self.init([path]) }

    /// Opens the files of samples of one recording, each as a stream.
    init(_ files: [String]) throws(RecordingError) {
        paths = files
        let first = try FileBytes.opened(files[0])
        if files.count == 1, BlackrockEvents.isOne(try first.exactly(at: 0, count: Int(min(8, first.size)))) {
            format = "Blackrock NEV"
            let found = try BlackrockEvents(first)
            warnings = found.events.warnings
            let zero = found.events.hertz == 1e9 ? found.events.first ?? 0 : 0
            let events = found.events.since(zero, clock: found.events.hertz, &warnings)
            streams = [
                RecordedStream(
                    name: "events", channels: [], start: zero == 0 ? found.origin?.text : nil, events: events,
                    holdsCounts: true)
            ]
            return
        }
        let headers = try files.map { path throws(RecordingError) in
            let file = try FileBytes.opened(path)
            return (file, try BlackrockHeader(file))
        }
        format = "Blackrock NSx \(headers[0].1.version)"
        let beside = try BlackrockFile.events(beside: files[0])
        if let beside {
            paths.append(beside.events.path)
            warnings += beside.events.warnings
        }
        for (file, header) in headers {
            var one = try BlackrockSamples(file, header)
            one.calibrate(beside?.factors ?? [:])
            warnings += one.warnings
            samples.append(one)
            streams.append(stream(one, beside))
        }
    }

    private func stream(_ one: BlackrockSamples, _ beside: BlackrockEvents?) -> RecordedStream {
        let channels = one.header.inputs.map { input in
            RecordedChannel(
                label: input.label, unit: input.unit, rate: one.header.rate, samples: one.counts.frames,
                scale: input.scale)
        }
        var stream = RecordedStream(
            name: String(one.path.split(separator: ".").last ?? ""), channels: channels, start: one.start,
            segments: one.segments.segments, holdsCounts: true)
        stream.firstStamp = one.firstStamp.map { Double($0) / one.header.clock }
        // Version 2.1 has no stamps: its first sample is that of stamp 0.
        stream.events = beside?.events.since(one.firstStamp ?? 0, clock: one.header.clock, &warnings) ?? []
        return stream
    }

    /// The events in the file with the same name and the ending `nev`.
    private static func events(beside path: String) throws(RecordingError) -> BlackrockEvents? {
        guard let dot = path.lastIndex(of: ".") else { return nil }
        let stem = path[..<dot]
        for other in RecordingFolder.files(beside: path, endingIn: ["nev"]) where other.dropLast(4) == stem {
            let file = try FileBytes.opened(other)
            if let first = try? file.bytes(at: 0, count: 8), BlackrockEvents.isOne(first) {
                return try BlackrockEvents(file)
            }
        }
        return nil
    }

    private func part(_ stream: Int, _ channel: Int) throws(RecordingError) -> BlackrockSamples {
        guard samples.indices.contains(stream), samples[stream].header.inputs.indices.contains(channel) else {
            throw RecordingError(file: paths[0], text: "stream \(stream), channel \(channel) asked; there is none")
        }
        return samples[stream]
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        try part(stream, channel).counts.read(channel: channel, first: first, count: into.count) {
            unsafe into[$0] = Int32($1)
        }
    }

    /// (count − least digital) · analog range / digital range + least analog.
    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        let one = try part(stream, channel)
        let scale = one.header.inputs[channel].scale ?? RecordedScale(gain: 1, offset: 0, bits: 16)
        try one.counts.read(channel: channel, first: first, count: into.count) {
            unsafe into[$0] = Double($1) * scale.gain + scale.offset
        }
    }
}
