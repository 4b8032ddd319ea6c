public import Signal

/// A recording as its file holds it: streams of channels, each with its own rate, nothing resampled.
///
/// One type a format conforms; `ansa session show`, the exporters and replay read every format through it. A reader
/// that feeds the loop comes from ``reader(stream:channels:)``.
public protocol RecordingFile: AnyObject {
    /// The format as a person calls it, such as `EDF+C` or `XDF`.
    var format: String { get }
    /// Streams in the order of the file; the channels of one stream may have several rates.
    var streams: [RecordedStream] { get }
    /// What is odd about the file.
    var warnings: [RecordingWarning] { get }
    /// Every file that belongs to the recording, the opened one first.
    var paths: [String] { get }
    /// Reads stored counts of one channel from its sample `first` until `into` is full.
    ///
    /// - Throws: where the stream holds no counts (see ``RecordedStream/holdsCounts``), the range is not in the file,
    ///   or the file can no longer be read.
    func readCounts(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Int32>
    ) throws(RecordingError)
    /// Reads physical values of one channel, in the unit of ``RecordedChannel/unit``, from its sample `first` until
    /// `into` is full.
    ///
    /// - Throws: where the range is not in the file, or the file can no longer be read.
    func readValues(
        stream: Int, channel: Int, first: Int64, into: UnsafeMutableBufferPointer<Double>
    ) throws(RecordingError)
    /// The loop's view of some channels of a stream, all of one rate; nil: all that have the commonest rate.
    ///
    /// - Throws: where the channels differ in rate, or are not there.
    func reader(stream: Int, channels: [Int]?) throws(RecordingError) -> any RecordingReader
}

/// One stream of a recording: channels that share a clock.
public struct RecordedStream: Hashable, Sendable {
    /// The stream's own name, or that of its file.
    public var name: String
    public var channels: [RecordedChannel]
    /// Start of the first sample as `yyyy-MM-ddTHH:mm:ss[.fraction][zone]`, or nil where the file does not say.
    public var start: String?
    /// The first sample's stamp in seconds by a clock that the file's streams share; nil where there is none.
    public var firstStamp: Double?
    /// Stretches without a gap, in order of time.
    public var segments: [RecordedSegment]
    /// Remarks, markers and other instants, in order of the file.
    public var events: [RecordedEvent]
    /// Whether samples are stored as integers of at most 32 bits: then a fingerprint is made of counts, else of
    /// physical values as float32.
    public var holdsCounts: Bool

    /// A stream of `channels`.
    public init(
        name: String, channels: [RecordedChannel], start: String? = nil, segments: [RecordedSegment] = [],
        events: [RecordedEvent] = [], holdsCounts: Bool
    ) {
        self.name = name
        self.channels = channels
        self.start = start
        self.segments = segments
        self.events = events
        self.holdsCounts = holdsCounts
    }

    /// Seconds from the first sample to the end of the last segment, gaps included.
    public var duration: Double { segments.last.map { $0.onset + $0.duration } ?? 0 }
}

/// One channel of a stream.
public struct RecordedChannel: Hashable, Sendable {
    /// As the file spells it; may be empty, may repeat.
    public var label: String
    /// Unit of a physical value as the file spells it; empty where it has none.
    public var unit: String
    /// Hz as a ratio; nil where samples come at irregular times.
    public var rate: RecordedRate?
    /// Samples in all segments together.
    public var samples: Int64
    /// How counts become physical values; nil where the stream holds none, or the file does not say.
    public var scale: RecordedScale?

    /// A channel of `samples` samples.
    public init(label: String, unit: String, rate: RecordedRate?, samples: Int64, scale: RecordedScale? = nil) {
        self.label = label
        self.unit = unit
        self.rate = rate
        self.samples = samples
        self.scale = scale
    }
}

/// How a count becomes a physical value: count × gain + offset.
public struct RecordedScale: Hashable, Sendable {
    /// Units in one count; negative for an inverted input.
    public var gain: Double
    /// The unit's value of count 0.
    public var offset: Double
    /// Bits of a stored count, sign included: 16, 24 or 32.
    public var bits: Int

    /// A scale of counts of `bits` bits.
    public init(gain: Double, offset: Double, bits: Int) {
        self.gain = gain
        self.offset = offset
        self.bits = bits
    }
}

/// A sampling rate in Hz as an exact ratio.
public struct RecordedRate: Hashable, Sendable {
    public var numerator: Int64
    public var denominator: Int64

    /// `numerator / denominator` Hz, both above 0.
    public init(_ numerator: Int64, _ denominator: Int64) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// The rate in Hz.
    public var hertz: Double { Double(numerator) / Double(denominator) }
}

/// A stretch of a stream without a gap.
public struct RecordedSegment: Hashable, Sendable {
    /// Seconds from the stream's first sample to the segment's first.
    public var onset: Double
    /// Seconds.
    public var duration: Double
    /// The segment's first sample, counted on the channel that has most samples.
    public var firstSample: Int64
    /// Samples of that channel in the segment.
    public var samples: Int64

    /// A segment that begins `onset` seconds after the stream's first sample.
    public init(onset: Double, duration: Double, firstSample: Int64, samples: Int64) {
        self.onset = onset
        self.duration = duration
        self.firstSample = firstSample
        self.samples = samples
    }
}

/// An instant or a stretch that the recording remarks on.
public struct RecordedEvent: Hashable, Sendable {
    /// Seconds since the stream's first sample.
    public var onset: Double
    /// Seconds; nil where the file gives none.
    public var duration: Double?
    public var text: String

    /// A remark at `onset`.
    public init(onset: Double, duration: Double? = nil, text: String) {
        self.onset = onset
        self.duration = duration
        self.text = text
    }
}
