public import Signal

/// An Open Ephys recording in the binary format, GUI 0.4 to 1.0: a folder with `structure.oebin`.
///
/// A stream whose samples are absent is listed without any, with a warning.
public final class OpenEphysFile: RecordingFile {
    public let format: String
    public private(set) var streams: [RecordedStream] = []
    public private(set) var warnings: [RecordingWarning]
    public private(set) var paths: [String]
    private let structure: OpenEphysStructure
    /// The samples of each stream; nil where they are absent.
    private var samples: [PacketedCounts?] = []

    /// Opens the `structure.oebin` at `path`.
    public init(_ path: String) throws(RecordingError) {
        structure = try OpenEphysStructure(path)
        warnings = structure.warnings
        paths = [path]
        format = structure.version.isEmpty ? "Open Ephys" : "Open Ephys \(structure.version)"
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let start = OpenEphysFile.start(folder)
        var clocks: [OpenEphysClock?] = []
        for stream in structure.streams { clocks.append(try add(stream, folder, start)) }
        guard !streams.isEmpty else {
            throw RecordingError(file: path, place: "continuous", text: "lists no stream")
        }
        for events in structure.events { try add(events, folder, clocks) }
    }

    private func warn(_ kind: String, _ place: String, _ text: String) {
        warnings.append(RecordingWarning(kind: kind, place: place, text: text))
    }

    private func add(
        _ stream: OpenEphysStructure.Stream, _ folder: String, _ start: String?
    ) throws(RecordingError) -> OpenEphysClock? {
        let place = folder + "/continuous/" + stream.folder
        var clock: OpenEphysClock?
        var counts: PacketedCounts?
        if RecordingFolder.isFile(place + "/continuous.dat") {
            let file = try FileBytes.opened(place + "/continuous.dat")
            paths.append(file.path)
            let frameBytes = 2 * Int64(stream.inputs.count)
            let (frames, rest) = file.size.quotientAndRemainder(dividingBy: frameBytes)
            if rest > 0 { warn("truncated", file.path, "\(rest) bytes behind the last whole frame are left out") }
            let opened = PacketedCounts(file, channels: stream.inputs.count)
            try opened.append(offset: 0, stride: max(1, frames * frameBytes), frames: frames)
            let found = try OpenEphysClock(place, frames: frames, rate: stream.rate)
            warnings += found.warnings
            (counts, clock) = (opened, found)
        } else {
            warn("absent", place, "continuous.dat is absent; the stream is listed without samples")
        }
        let channels = stream.inputs.map { input in
            RecordedChannel(
                label: input.label, unit: input.unit, rate: stream.rate, samples: counts?.frames ?? 0,
                scale: input.gain.map { RecordedScale(gain: $0, offset: 0, bits: 16) })
        }
        var described = RecordedStream(
            name: stream.folder, channels: channels, start: counts == nil ? nil : start,
            segments: clock?.segments.segments ?? [], holdsCounts: true)
        described.firstStamp = clock?.firstStamp
        streams.append(described)
        samples.append(counts)
        return clock
    }

    /// Events belong to the stream whose folder theirs begins with, else to the first that has samples.
    private func add(
        _ events: OpenEphysStructure.Events, _ folder: String, _ clocks: [OpenEphysClock?]
    ) throws(RecordingError) {
        let place = folder + "/events/" + events.folder
        guard RecordingFolder.isFolder(place) else {
            return warn("absent", place, "the folder is absent; its events are left out")
        }
        let own = structure.streams.firstIndex { events.folder.hasPrefix($0.folder + "/") }
        guard let index = own ?? samples.firstIndex(where: { $0 != nil }), let clock = clocks[index] else {
            return warn("events", place, "no stream with samples that its events could belong to; left out")
        }
        let found: OpenEphysEvents
        do throws(RecordingError) { found = try OpenEphysEvents(events, at: place) } catch {
            return warn("events", error.file, "\(error.place) \(error.text); the folder's events are left out")
        }
        warnings += found.warnings
        let placed = found.since(clock, hertz: structure.streams[index].rate.hertz)
        if placed.count < found.rows.count {
            warn("events", place, "\(found.rows.count - placed.count) events without a usable time are left out")
        }
        streams[index].events += placed
    }

    /// The wall clock's time that `sync_messages.txt` gives from GUI 0.6 on, in ms since 1970.
    private static func start(_ folder: String) -> String? {
        guard let bytes = try? FileBytes.contents(of: folder + "/sync_messages.txt", limit: 65_536) else { return nil }
        for line in RecordingText.latin1(bytes).split(whereSeparator: \.isNewline)
        where line.contains("milliseconds since midnight Jan 1st 1970 UTC") {
            let digits = line.split(separator: ":").last.map { RecordingText.trimmed($0) } ?? ""
            guard let milliseconds = Int64(digits), (0..<4_000_000_000_000).contains(milliseconds) else { return nil }
            // In two steps: a Double of 2 billion seconds does not hold a ns.
            return RecordedInstant("1970-01-01T00:00:00Z")?.adding(seconds: Double(milliseconds / 1_000))
                .adding(seconds: Double(milliseconds % 1_000) / 1e3).text
        }
        return nil
    }

    private func part(_ stream: Int, _ channel: Int) throws(RecordingError) -> PacketedCounts {
        guard samples.indices.contains(stream), streams[stream].channels.indices.contains(channel) else {
            throw RecordingError(file: paths[0], text: "stream \(stream), channel \(channel) asked; there is none")
        }
        guard let found = samples[stream] else {
            throw RecordingError(file: paths[0], text: "stream '\(streams[stream].name)' has no continuous.dat")
        }
        return found
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        try part(stream, channel).read(channel: channel, first: first, count: into.count) {
            unsafe into[$0] = Int32($1)
        }
    }

    /// Count · bit_volts.
    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        let counts = try part(stream, channel)
        let gain = structure.streams[stream].inputs[channel].gain ?? 1
        try counts.read(channel: channel, first: first, count: into.count) { unsafe into[$0] = Double($1) * gain }
    }
}
