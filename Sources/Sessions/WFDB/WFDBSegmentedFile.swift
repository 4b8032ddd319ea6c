public import Signal

/// A WFDB record of several segments, each a record of its own; stretches without signals are gaps.
///
/// Segments may have different signals: channels are told by their labels, and what a segment lacks is NaN. Segments
/// are opened when they are read, one at a time.
public final class WFDBSegmentedFile: RecordingFile {
    /// One segment that has samples.
    private struct Part {
        var path: String
        /// Its first frame among those that are stored.
        var first: Int64
        var frames: Int64
        /// For each channel its place in the segment; nil: the segment lacks it.
        var places: [Int?]
    }

    public let format = "WFDB segments"
    public private(set) var streams: [RecordedStream] = []
    public private(set) var warnings: [RecordingWarning]
    public private(set) var paths: [String]
    private var parts: [Part] = []
    private var samplesPerFrame: [Int64] = []
    private var kept: (part: Int, file: WFDBFile)?

    /// Opens the record whose header is at `path`.
    ///
    /// - Throws: where a segment is not there, or does not fit the others.
    public init(_ path: String) throws(RecordingError) {
        let header = try WFDBHeader(path)
        (warnings, paths) = (header.warnings, [path])
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
        var (channels, segments): ([RecordedChannel], [RecordedSegment]) = ([], [])
        var (stored, elapsed): (Int64, Int64) = (0, 0)
        var last: (name: String, file: WFDBFile)?
        for segment in header.segments {
            // A layout has no frames, and is a header alone.
            if segment.name != "~", segment.frames > 0 {
                let file: WFDBFile
                if let last, last.name == segment.name {
                    file = last.file
                } else {
                    file = try WFDBFile(folder + segment.name + ".hea")
                }
                last = (segment.name, file)
                let stream = file.streams[0]
                let frames = min(segment.frames, file.frameCount)
                let places = try add(stream, of: file, header.rate, to: &channels)
                note(file, segment, frames)
                if frames > 0 {
                    parts.append(Part(path: file.paths[0], first: stored, frames: frames, places: places))
                    segments.append(
                        RecordedSegment(
                            onset: Double(elapsed) / header.rate.hertz, duration: Double(frames) / header.rate.hertz,
                            firstSample: stored, samples: frames))
                }
                stored += frames
            }
            elapsed += segment.frames
            guard elapsed < 1 << 46 else {
                throw RecordingError(file: path, text: "segments of \(elapsed) samples, more than any recording has")
            }
        }
        let most = samplesPerFrame.max() ?? 1
        for index in channels.indices { channels[index].samples = stored * samplesPerFrame[index] }
        for index in segments.indices {
            segments[index].firstSample *= most
            segments[index].samples *= most
        }
        streams = [
            RecordedStream(
                name: header.name, channels: channels, start: header.start, segments: segments, holdsCounts: false)
        ]
        warnings += try scaleWarnings()
    }

    /// What is odd about a segment.
    private func note(_ file: WFDBFile, _ segment: (name: String, frames: Int64), _ frames: Int64) {
        for other in file.paths where !paths.contains(other) { paths.append(other) }
        // Its own header may state another length than the record's.
        warnings += file.warnings.filter { $0.kind != "scale" && $0.kind != "truncated" && $0.kind != "longer" }
        guard frames < segment.frames else { return }
        let text = "\(segment.frames) samples of '\(segment.name)' in the record's header, \(frames) are there"
        warnings.append(RecordingWarning(kind: "truncated", place: file.paths[0], text: text))
    }

    /// The places of the channels in `stream`; those that are new are added.
    private func add(
        _ stream: RecordedStream, of file: WFDBFile, _ rate: RecordedRate, to channels: inout [RecordedChannel]
    ) throws(RecordingError) -> [Int?] {
        guard file.frameRate == rate else {
            throw RecordingError(
                file: file.paths[0], text: "\(file.frameRate.hertz) Hz, and the record has \(rate.hertz) Hz")
        }
        var places = [Int?](repeating: nil, count: channels.count)
        for (place, channel) in stream.channels.enumerated() {
            // Labels may repeat: the first of its label that is not yet taken.
            let known = channels.indices.first { channels[$0].label == channel.label && places[$0] == nil }
            guard let known else {
                channels.append(
                    RecordedChannel(label: channel.label, unit: channel.unit, rate: channel.rate, samples: 0))
                samplesPerFrame.append(Int64(file.samplesPerFrame(place)))
                places.append(place)
                continue
            }
            guard channels[known].rate == channel.rate, channels[known].unit == channel.unit else {
                throw RecordingError(
                    file: file.paths[0], place: channel.label,
                    text: "another rate or unit than in the segments before; expected "
                        + "\(channels[known].rate?.hertz ?? 0) Hz and '\(channels[known].unit)'")
            }
            places[known] = place
        }
        return places
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        throw RecordingError(file: paths[0], text: "segments may have several scales; ask for values")
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        try checkRange(stream: stream, channel: channel, first: first, count: into.count)
        let length = samplesPerFrame[channel]
        var done = 0
        // The first part that ends behind the first sample.
        var (low, high) = (0, parts.count)
        while low < high {
            let middle = (low + high) / 2
            if (parts[middle].first + parts[middle].frames) * length <= first {
                low = middle + 1
            } else {
                high = middle
            }
        }
        while done < into.count {
            let part = parts[low]
            let inside = first + Int64(done) - part.first * length
            let here = Int(min(Int64(into.count - done), part.frames * length - inside))
            let room = unsafe UnsafeMutableBufferPointer(rebasing: into[done..<(done + here)])
            if channel < part.places.count, let place = part.places[channel] {
                try unsafe open(low).readValues(stream: 0, channel: place, first: inside, into: room)
            } else {
                unsafe room.update(repeating: .nan)
            }
            done += here
            low += 1
        }
    }

    private func open(_ part: Int) throws(RecordingError) -> WFDBFile {
        if let kept, kept.part == part { return kept.file }
        let file = try WFDBFile(parts[part].path)
        kept = (part, file)
        return file
    }
}
