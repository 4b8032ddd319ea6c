public import Signal

/// Some channels of a recording, in a stretch of its time.
///
/// The stretch counts in seconds since each stream's first sample. Samples keep their values, segments their times;
/// onsets count from the excerpt's start.
public final class RecordingExcerpt: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public let warnings: [RecordingWarning]
    public let paths: [String]
    private let file: any RecordingFile
    private let sources: [Source]

    /// Where a stream's channels come from.
    private struct Source {
        let stream: Int
        let channels: [Int]
        /// For each channel, the stored samples that stay, in order.
        let pieces: [[Range<Int64>]]
    }

    /// The channels that `patterns` fit (all where there are none) between `from` and `to` seconds.
    ///
    /// Streams of which nothing is left are left out.
    ///
    /// - Throws: a pattern that fits no channel, or a stretch that holds nothing.
    public init(
        _ file: any RecordingFile, channels patterns: [String] = [], from: Double = 0, to: Double = .infinity
    ) throws(RecordingError) {
        self.file = file
        format = file.format
        warnings = file.warnings
        paths = file.paths
        for pattern in patterns {
            let all = file.streams.flatMap(\.channels).map(\.label)
            guard all.contains(where: { LabelPattern(pattern).fits($0) }) else {
                let shown = all.prefix(64).map { "'\($0)'" }.joined(separator: ", ")
                throw RecordingError(
                    file: file.paths.first ?? "", text: "'\(pattern)' fits no channel; there are: \(shown)")
            }
        }
        var streams: [RecordedStream] = []
        var sources: [Source] = []
        for (index, stream) in file.streams.enumerated() {
            let chosen = stream.channels.indices.filter { place in
                patterns.isEmpty || patterns.contains { LabelPattern($0).fits(stream.channels[place].label) }
            }
            guard !chosen.isEmpty || (stream.channels.isEmpty && patterns.isEmpty) else { continue }
            let (cut, pieces) = RecordingExcerpt.cut(stream, chosen, from: from, to: to)
            guard !cut.segments.isEmpty || !cut.events.isEmpty else { continue }
            streams.append(cut)
            sources.append(Source(stream: index, channels: chosen, pieces: pieces))
        }
        guard !streams.isEmpty else {
            throw RecordingError(
                file: file.paths.first ?? "", text: "nothing is left of it between \(from) and \(to) s")
        }
        self.streams = streams
        self.sources = sources
    }

    private static func cut(
        _ stream: RecordedStream, _ chosen: [Int], from: Double, to: Double
    ) -> (RecordedStream, [[Range<Int64>]]) {
        let fastest = max(1, stream.channels.map(\.samples).max() ?? 1)
        var result = stream
        var pieces = [[Range<Int64>]](repeating: [], count: chosen.count)
        // Segments count samples of the fastest channel that is left.
        let lead = chosen.indices.max { stream.channels[chosen[$0]].samples < stream.channels[chosen[$1]].samples }
        var segments: [RecordedSegment] = []
        var first: Int64 = 0
        for segment in stream.segments where segment.onset < to && segment.onset + segment.duration > from {
            var length: Int64 = 0
            var onset = segment.onset
            for (place, number) in chosen.enumerated() {
                let channel = stream.channels[number]
                let share = Double(channel.samples) / Double(fastest)
                let begin = Int64((Double(segment.firstSample) * share).rounded())
                let count = Int64((Double(segment.samples) * share).rounded())
                guard let rate = channel.rate?.hertz else {
                    if from <= 0, to == .infinity { pieces[place].append(begin..<(begin + count)) }
                    continue
                }
                let low = min(count, max(0, Int64(((from - segment.onset) * rate).rounded(.up))))
                let high = min(
                    count, max(low, to == .infinity ? count : Int64(((to - segment.onset) * rate).rounded(.up))))
                pieces[place].append((begin + low)..<(begin + high))
                if place == lead {
                    length = high - low
                    onset += Double(low) / rate
                }
            }
            guard length > 0, let lead, let rate = stream.channels[chosen[lead]].rate?.hertz else { continue }
            segments.append(
                RecordedSegment(
                    onset: onset, duration: Double(length) / rate, firstSample: first, samples: length))
            first += length
        }
        let origin = from > 0 ? segments.first?.onset ?? from : 0
        result.segments = segments.map { segment in
            var moved = segment
            moved.onset -= origin
            return moved
        }
        result.events = stream.events.filter { $0.onset >= from && $0.onset < to }.map { event in
            var moved = event
            moved.onset -= origin
            return moved
        }
        result.channels = chosen.enumerated().map { place, number in
            var channel = stream.channels[number]
            channel.samples = pieces[place].reduce(0) { $0 + Int64($1.count) }
            return channel
        }
        if origin > 0 { result.start = stream.start.flatMap { RecordedInstant($0)?.adding(seconds: origin).text } }
        return (result, pieces)
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        for (place, range) in try parts(stream, channel, first, into.count) {
            let part = unsafe UnsafeMutableBufferPointer(rebasing: into[place..<(place + range.count)])
            try unsafe file.readCounts(
                stream: sources[stream].stream, channel: sources[stream].channels[channel], first: range.lowerBound,
                into: part)
        }
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        for (place, range) in try parts(stream, channel, first, into.count) {
            let part = unsafe UnsafeMutableBufferPointer(rebasing: into[place..<(place + range.count)])
            try unsafe file.readValues(
                stream: sources[stream].stream, channel: sources[stream].channels[channel], first: range.lowerBound,
                into: part)
        }
    }

    /// Where the samples of an asked range go, and where they are stored.
    private func parts(
        _ stream: Int, _ channel: Int, _ first: Int64, _ count: Int
    ) throws(RecordingError) -> [(place: Int, range: Range<Int64>)] {
        guard sources.indices.contains(stream), sources[stream].channels.indices.contains(channel), first >= 0,
            first <= streams[stream].channels[channel].samples,
            Int64(count) <= streams[stream].channels[channel].samples - first
        else {
            throw RecordingError(
                file: paths.first ?? "",
                text: "stream \(stream), channel \(channel), samples \(first) + \(count) asked; not in the excerpt")
        }
        var result: [(place: Int, range: Range<Int64>)] = []
        var before: Int64 = 0
        for piece in sources[stream].pieces[channel] {
            let asked = (first - before + piece.lowerBound)..<(first + Int64(count) - before + piece.lowerBound)
            let here = asked.clamped(to: piece)
            if !here.isEmpty {
                result.append((Int(before + here.lowerBound - piece.lowerBound - first), here))
            }
            before += Int64(piece.count)
        }
        return result
    }
}
