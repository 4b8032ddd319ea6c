public import Signal

/// A Neuralynx recording: one file of continuous samples (`.ncs`) a channel, and the events (`.nev`) beside them.
///
/// Files of one folder with the same rate and the same stamps are the channels of one stream. Source: Neuralynx,
/// "Neuralynx Data File Formats".
public final class NeuralynxFile: RecordingFile {
    public let format = "Neuralynx"
    public private(set) var streams: [RecordedStream] = []
    public private(set) var warnings: [RecordingWarning] = []
    public private(set) var paths: [String]
    /// The channels of each stream.
    private var channels: [[NeuralynxChannel]] = []

    /// Opens a file of samples with the events beside it, or a file of events alone.
    public convenience init(_ path: String) throws(RecordingError) { try self.init([path]) }

    /// Opens several files of samples of one recording.
    init(_ files: [String]) throws(RecordingError) {
        paths = files
        for path in files {
            let file = try FileBytes.opened(path)
            let header = try NeuralynxHeader(file)
            if header.holdsEvents, files.count == 1 {
                let events = try NeuralynxEvents.read(file)
                warnings = events.warnings
                let alone = events.since(events.first ?? 0, clock: 1e6, &warnings)
                streams = [RecordedStream(name: "events", channels: [], events: alone, holdsCounts: true)]
                streams[0].firstStamp = events.first.map { Double($0) / 1e6 }
                return
            }
            guard header.holdsSamples else {
                let type = header["FileType"].isEmpty ? header["NLX_Base_Class_Type"] : header["FileType"]
                throw RecordingError(
                    file: path, place: "FileType",
                    text: "'\(type)', of which no samples are read; continuous samples (.ncs) and events (.nev) are")
            }
            add(try NeuralynxChannel(file, header))
        }
        let beside = try NeuralynxFile.events(beside: files[0], &warnings)
        paths += beside.map(\.path)
        for group in channels {
            var stream = NeuralynxFile.stream(group)
            if let start = group[0].firstStamp {
                for events in beside { stream.events += events.since(start, clock: 1e6, &warnings) }
            }
            streams.append(stream)
        }
    }

    private func add(_ channel: NeuralynxChannel) {
        warnings += channel.warnings
        let place = channels.firstIndex { group in
            group[0].rate == channel.rate && group[0].firstStamp == channel.firstStamp
                && group[0].segments.segments == channel.segments.segments
        }
        if let place { channels[place].append(channel) } else { channels.append([channel]) }
    }

    private static func stream(_ group: [NeuralynxChannel]) -> RecordedStream {
        let described = group.map { channel in
            RecordedChannel(
                label: channel.header.label, unit: channel.header.gain == nil ? "" : "uV", rate: channel.rate,
                samples: channel.counts.frames,
                scale: channel.header.gain.map { RecordedScale(gain: $0, offset: 0, bits: 16) })
        }
        var stream = RecordedStream(
            name: "", channels: described, start: group[0].header.created, segments: group[0].segments.segments,
            holdsCounts: true)
        stream.firstStamp = group[0].firstStamp.map { Double($0) / 1e6 }
        return stream
    }

    private static func events(
        beside path: String, _ warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> [StampedEvents] {
        var found: [StampedEvents] = []
        for other in RecordingFolder.files(beside: path, endingIn: ["nev"]) {
            let file = try FileBytes.opened(other)
            let first = try? file.bytes(at: 0, count: NeuralynxHeader.magic.count)
            guard let first, first.starts(with: NeuralynxHeader.magic) else { continue }
            let events = try NeuralynxEvents.read(file)
            warnings += events.warnings
            found.append(events)
        }
        return found
    }

    private func channel(_ stream: Int, _ number: Int) throws(RecordingError) -> NeuralynxChannel {
        guard channels.indices.contains(stream), channels[stream].indices.contains(number) else {
            throw RecordingError(file: paths[0], text: "stream \(stream), channel \(number) asked; there is none")
        }
        return channels[stream][number]
    }

    public func readCounts(
        stream: Int, channel number: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        let channel = try channel(stream, number)
        try channel.counts.read(channel: 0, first: first, count: into.count) { unsafe into[$0] = Int32($1) }
    }

    /// Count · ADBitVolts, negative where the input was inverted.
    public func readValues(
        stream: Int, channel number: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        let channel = try channel(stream, number)
        let gain = channel.header.gain ?? 1
        try channel.counts.read(channel: 0, first: first, count: into.count) { unsafe into[$0] = Double($1) * gain }
    }
}
