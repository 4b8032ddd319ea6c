public import Signal

/// The loop's view of some channels of a recorded stream: one rate, frame by frame, potentials in µV.
///
/// Works on every ``RecordingFile``; a format whose files interleave channels may have a faster reader of its own.
public final class StreamReader: RecordingReader {
    public let montage: Montage
    public let rate: (numerator: Int64, denominator: Int64)
    public let frames: Int64
    public let warnings: [RecordingWarning]
    public let gaps: [RecordingGap]
    private let file: any RecordingFile
    private let stream: Int
    private let channels: [Int]
    private let factors: [Double]
    private var column: [Double] = []

    /// The channels of `stream` numbered `channels`; nil: all that have the commonest rate, the faster on a tie.
    ///
    /// - Throws: where a channel is not there, or the channels differ in rate or have none.
    public init(_ file: any RecordingFile, stream index: Int, channels asked: [Int]? = nil) throws(RecordingError) {
        let path = file.paths.first ?? ""
        guard file.streams.indices.contains(index) else {
            throw RecordingError(file: path, text: "stream \(index) asked; there are \(file.streams.count)")
        }
        let stream = file.streams[index]
        let chosen = asked ?? StreamReader.commonest(stream.channels)
        for channel in chosen where !stream.channels.indices.contains(channel) {
            throw RecordingError(file: path, text: "channel \(channel) asked; there are \(stream.channels.count)")
        }
        let rates = Set(chosen.map { stream.channels[$0].rate })
        guard rates.count == 1, let rate = rates.first ?? nil else {
            let text = rates.count > 1 ? "have several rates; choose one" : "have no regular rate"
            throw RecordingError(file: path, text: "the channels \(chosen) of stream '\(stream.name)' \(text)")
        }
        self.file = file
        self.stream = index
        self.channels = chosen
        self.rate = (rate.numerator, rate.denominator)
        frames = chosen.map { stream.channels[$0].samples }.min() ?? 0
        gaps = StreamReader.gaps(stream, rate: rate, frames: frames)
        factors = chosen.map { RecordingText.unit(stream.channels[$0].unit).factor }
        warnings = file.warnings
        montage = Montage(
            chosen.map { number in
                let unit = RecordingText.unit(stream.channels[number].unit).name
                let label = stream.channels[number].label
                return Channel(label: label, kind: RecordingText.kind(label, unit: unit), unit: unit)
            })
    }

    public func read(first: Int64, count: Int, into: UnsafeMutableBufferPointer<Float>) throws(RecordingError) {
        guard first >= 0, count >= 0, first <= frames, Int64(count) <= frames - first,
            into.count >= count * channels.count
        else {
            let path = file.paths.first ?? ""
            throw RecordingError(file: path, text: "samples \(first) + \(count) asked, 0 to \(frames) exist")
        }
        if column.count < count { column = [Double](repeating: 0, count: count) }
        for (place, channel) in channels.enumerated() {
            var failure: RecordingError?
            unsafe column.withUnsafeMutableBufferPointer { values in
                let part = unsafe UnsafeMutableBufferPointer(rebasing: values[..<count])
                do throws(RecordingError) {
                    unsafe try file.readValues(stream: stream, channel: channel, first: first, into: part)
                } catch { failure = error }
            }
            if let failure { throw failure }
            for frame in 0..<count {
                unsafe into[frame * channels.count + place] = Float(column[frame] * factors[place])
            }
        }
    }

    /// The gaps between the segments of `stream` in whole samples at `rate`.
    ///
    /// A gap that is shorter than half a sample is none: such a step is a device clock's jitter.
    static func gaps(_ stream: RecordedStream, rate: RecordedRate, frames: Int64) -> [RecordingGap] {
        let fastest = stream.channels.map(\.samples).max() ?? 0
        guard stream.segments.count > 1, fastest > 0 else { return [] }
        return zip(stream.segments, stream.segments.dropFirst()).compactMap { earlier, later in
            let missing = ((later.onset - earlier.onset - earlier.duration) * rate.hertz).rounded()
            // Segments count samples of the fastest channel; these have `frames` of them.
            let share = later.firstSample.multipliedFullWidth(by: frames)
            let before = fastest.dividingFullWidth(share).quotient
            guard missing >= 1, missing < 1e14, before > 0, before < frames else { return nil }
            return RecordingGap(before: before, count: Int64(missing))
        }
    }

    /// The channels of the rate that most have; the faster rate on a tie.
    private static func commonest(_ channels: [RecordedChannel]) -> [Int] {
        var counts: [RecordedRate: Int] = [:]
        for channel in channels { if let rate = channel.rate { counts[rate, default: 0] += 1 } }
        let best = counts.max { ($0.value, $0.key.hertz) < ($1.value, $1.key.hertz) }?.key
        return channels.indices.filter { channels[$0].rate == best && best != nil }
    }
}

extension RecordingFile {
    /// A reader that asks the file channel by channel.
    ///
    /// - Returns: the loop's view of the channels.
    public func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader {
        try StreamReader(self, stream: stream, channels: channels)
    }
}
