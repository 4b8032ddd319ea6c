public import Signal

/// A WFDB record: a header (`.hea`) and the signal files that it names.
///
/// Values are (count − baseline) / gain; counts that mark a missing sample are NaN.
public final class WFDBFile: RecordingFile {
    public let format: String
    public let streams: [RecordedStream]
    public private(set) var warnings: [RecordingWarning]
    public let paths: [String]
    private let header: WFDBHeader
    private let frames: Int64
    /// Frames of all signals.
    var frameCount: Int64 { frames }
    /// Frames a second.
    var frameRate: RecordedRate { header.rate }
    /// For each channel its group and its place in it.
    private let places: [(group: WFDBGroup, signal: Int)]

    /// Opens the record whose header is at `path`.
    ///
    /// - Throws: where the header makes no sense, or a signal file is not there.
    public init(_ path: String) throws(RecordingError) {
        let header = try WFDBHeader(path)
        guard header.segments.isEmpty else {
            throw RecordingError(file: path, text: "a record of segments, where one of signals is expected")
        }
        var warnings = header.warnings
        let groups = try WFDBFile.groups(header, &warnings)
        places = groups.flatMap { group in group.signals.indices.map { (group.group, $0) } }
        let present = groups.map(\.group.frames).min() ?? 0
        frames = min(header.statedFrames ?? present, present)
        if let stated = header.statedFrames, stated != present {
            let isCut = stated > present
            let text =
                "\(stated) samples a signal in the header, \(present) in the signal files; "
                + (isCut ? "these are read" : "the rest is left out")
            warnings.append(RecordingWarning(kind: isCut ? "truncated" : "longer", place: path, text: text))
        }
        (self.header, self.warnings) = (header, warnings)
        let formats = Set(header.signals.map { $0.format.rawValue }).sorted().map(String.init)
        format = "WFDB " + formats.joined(separator: ", ")
        paths = [path] + groups.map(\.path).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        streams = [WFDBFile.stream(header, frames: frames)]
        self.warnings += try scaleWarnings()
    }

    /// Samples of a channel in a frame.
    func samplesPerFrame(_ channel: Int) -> Int { header.signals[channel].samplesPerFrame }

    private static func stream(_ header: WFDBHeader, frames: Int64) -> RecordedStream {
        let channels = header.signals.map { signal in
            let samples = Int64(signal.samplesPerFrame)
            let exact = RecordingText.reduced(header.rate.numerator * samples, header.rate.denominator)
            return RecordedChannel(
                label: signal.label, unit: signal.unit, rate: RecordedRate(exact.numerator, exact.denominator),
                samples: frames * samples,
                scale: RecordedScale(
                    gain: 1 / signal.gain, offset: -signal.baseline / signal.gain, bits: signal.format.bits))
        }
        let most = frames * Int64(header.signals.map(\.samplesPerFrame).max() ?? 1)
        let segment = RecordedSegment(
            onset: 0, duration: Double(frames) / header.rate.hertz, firstSample: 0, samples: most)
        return RecordedStream(
            name: header.name, channels: channels, start: header.start, segments: frames > 0 ? [segment] : [],
            holdsCounts: true)
    }

    private typealias Group = (path: String, signals: [WFDBSignal], group: WFDBGroup)

    /// Neighbouring signals of one file belong together.
    private static func groups(
        _ header: WFDBHeader, _ warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> [Group] {
        var groups: [Group] = []
        var rest = header.signals[...]
        while let first = rest.first {
            let signals = Array(rest.prefix { $0.file == first.file })
            rest = rest.dropFirst(signals.count)
            if let other = signals.first(where: { $0.format != first.format || $0.byteOffset != first.byteOffset }) {
                throw RecordingError(
                    file: header.path, place: other.label,
                    text: "format \(other.format.rawValue)+\(other.byteOffset) in a file of format "
                        + "\(first.format.rawValue)+\(first.byteOffset), expected one format and offset a file")
            }
            let lengths = signals.map(\.samplesPerFrame)
            guard lengths.reduce(0, +) <= 1 << 20 else {
                throw RecordingError(
                    file: header.path, place: first.label,
                    text: "\(lengths.reduce(0, +)) samples in a frame, expected at most 1048576")
            }
            let file = try dataFile(first.file, header, &warnings)
            let group = WFDBGroup(
                file, format: first.format, start: first.byteOffset, lengths: lengths,
                initial: signals.map(\.initialValue))
            groups.append((file.path, signals, group))
        }
        return groups
    }

    /// The signal file of the header's folder, or, where it has been renamed with the header, the header's name with
    /// `.dat`.
    private static func dataFile(
        _ name: String, _ header: WFDBHeader, _ warnings: inout [RecordingWarning]
    ) throws(RecordingError) -> FileBytes {
        let folder = header.path.lastIndex(of: "/").map { header.path[...$0] } ?? ""
        do throws(FileBytesError) { return try FileBytes(folder + name) } catch {
            let renamed = header.path.hasSuffix(".hea") ? header.path.dropLast(4) + ".dat" : ""
            guard Set(header.signals.map(\.file)).count == 1, let file = try? FileBytes(String(renamed)) else {
                throw RecordingError(file: folder + name, text: "\(errorText(error.code)); \(header.path) names it")
            }
            let text = "'\(name)' is not there; '\(renamed)' is read"
            warnings.append(RecordingWarning(kind: "renamed", place: header.path, text: text))
            return file
        }
    }

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        let missing = channel < header.signals.count && channel >= 0 ? header.signals[channel].format.missing : nil
        try read(stream: stream, channel: channel, first: first, count: into.count) { place, count in
            unsafe into[place] = count ?? missing ?? 0
        }
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        guard header.signals.indices.contains(channel) else {
            return try checkRange(stream: stream, channel: channel, first: first, count: into.count)
        }
        let signal = header.signals[channel]
        let missing = signal.format.missing
        try read(stream: stream, channel: channel, first: first, count: into.count) { place, count in
            guard let count, count != missing else { return unsafe into[place] = .nan }
            unsafe into[place] = (Double(count) - signal.baseline) / signal.gain
        }
    }

    /// A signal with a skew is stored that many frames later than it was; behind the file's end it is missing.
    private func read(
        stream: Int, channel: Int, first: Int64, count: Int, take: (Int, Int32?) -> Void
    ) throws(RecordingError) {
        try checkRange(stream: stream, channel: channel, first: first, count: count)
        let (group, place) = places[channel]
        let signal = header.signals[channel]
        let from = first + Int64(signal.skew) * Int64(signal.samplesPerFrame)
        let present = Int(max(0, min(Int64(count), group.frames * Int64(signal.samplesPerFrame) - from)))
        try group.each(signal: place, first: from, count: present) { take($0, $1) }
        for missing in present..<count { take(missing, nil) }
    }
}
