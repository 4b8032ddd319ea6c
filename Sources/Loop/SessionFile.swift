public import Sessions
public import Signal

/// A session with all that it decided: the signal, the decisions of each loop as streams of their own, and what
/// happened as events.
///
/// Events are pulses that the device accepted (with their duration), refusals, changes of the mode, latches, and
/// spikes where they are asked for.
public final class SessionFile: RecordingFile {
    public let format = "Ansa session"
    public let streams: [RecordedStream]
    public var warnings: [RecordingWarning] { signal.warnings }
    public var paths: [String] { signal.paths }
    private let signal: JournalFile
    /// Decisions by loop in order of their ticks.
    private let decisions: [[SessionStory.Decided]]
    private let ticks: Int64

    /// The session in `directory`, closed or not.
    ///
    /// - Throws: when there is no session, or a record is damaged.
    public init(_ directory: String, spikes: Bool) throws(RecordingError) {
        let story: SessionStory
        do throws(JournalError) { story = try SessionStory(directory, spikes: spikes) } catch {
            throw RecordingError(file: directory, text: error.description)
        }
        signal = try JournalFile(directory, start: story.start, events: story.events)
        decisions = story.decisions
        let ticks = story.ticks
        self.ticks = ticks
        let shape = story.format
        let rate = RecordingRatio.reduced(shape.rateNumerator, shape.rateDenominator * Int64(shape.frames))
        streams =
            signal.streams
            + story.decisions.indices.map { lane in
                let channels = SessionFile.decisionChannels.map {
                    RecordedChannel(label: $0.label, unit: $0.unit, rate: rate, samples: ticks)
                }
                let segment = RecordedSegment(
                    onset: 0, duration: Double(ticks) / rate.hertz, firstSample: 0, samples: ticks)
                return RecordedStream(
                    name: story.decisions.count > 1 ? "decisions \(lane + 1)" : "decisions", channels: channels,
                    start: story.start, segments: ticks == 0 ? [] : [segment], holdsCounts: false)
            }
    }

    private static let decisionChannels: [(label: String, unit: String)] = [
        ("decision", ""), ("decision second", ""), ("confidence", ""), ("valid", ""),
    ]

    public func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError) {
        guard stream == 0 else {
            throw RecordingError(file: paths[0], text: "decisions are values, and no counts")
        }
        try unsafe signal.readCounts(stream: 0, channel: channel, first: first, into: into)
    }

    public func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError) {
        guard stream > 0, streams.indices.contains(stream) else {
            return try unsafe signal.readValues(stream: stream, channel: channel, first: first, into: into)
        }
        guard SessionFile.decisionChannels.indices.contains(channel), first >= 0, first <= ticks,
            Int64(into.count) <= ticks - first
        else {
            throw RecordingError(
                file: paths[0],
                text: "channel \(channel), samples \(first) + \(into.count) asked; there are 4 × \(ticks)")
        }
        unsafe into.update(repeating: 0)
        let records = decisions[stream - 1]
        var at = records.partitioningIndex { $0.tick >= first }
        while at < records.count, records[at].tick < first + Int64(into.count) {
            let decision = records[at].record.decision
            let value: Double =
                switch channel {
                case 0: Double(decision.value)
                case 1: Double(decision.second)
                case 2: Double(decision.confidence)
                default: decision.isValid ? 1 : 0
                }
            unsafe into[Int(records[at].tick - first)] = value
            at += 1
        }
    }

    public func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader {
        if stream == 0 { return try signal.reader(stream: 0, channels: channels) }
        return try StreamReader(self, stream: stream, channels: channels)
    }
}

extension Array {
    /// The first place from which on `isBehind` holds.
    fileprivate func partitioningIndex(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

/// Rates as ratios.
private enum RecordingRatio {
    static func reduced(_ numerator: Int64, _ denominator: Int64) -> RecordedRate {
        var (x, y) = (numerator, denominator)
        while y != 0 { (x, y) = (y, x % y) }
        return RecordedRate(numerator / x, denominator / x)
    }
}
