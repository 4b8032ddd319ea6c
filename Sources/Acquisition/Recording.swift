public import Signal

/// A recording as a source: any ``RecordingReader``, selected channels, float32.
///
/// Values stay what the reader says; volts, millivolts and nanovolts become µV. A gap of the recording is a missing
/// range of the blocks that it touches, and so are stored instants at which every channel is NaN: nothing is made up.
/// The last block, where it is not full, is padded with a missing range; then the source has ended.
@safe public final class Recording: PacedSource, @unchecked Sendable {
    /// The driver's name in device files.
    public static let driver = "recording"
    public static var isVirtual: Bool { true }
    public let format: BlockFormat
    public let montage: Montage
    public let pacer = Pacer()
    /// Instants that are played, gaps counted.
    public let length: Int64

    private let reader: any RecordingReader
    private let timeline: RecordingTimeline
    private let start: Int64
    private let loops: Bool
    private let readerChannels: Int
    private let columns: [Int]
    private let gains: [Float]
    private let rows: UnsafeMutableBufferPointer<Float>
    private var position: Int64 = 0

    /// A source over `reader`.
    ///
    /// - Parameters:
    ///   - reader: The recording.
    ///   - channels: Labels to take, in this order; nil takes all.
    ///   - frames: Instants in a block.
    ///   - range: What is played, in instants since the recording's first, gaps counted; nil: all.
    ///   - loop: Begin again at the end, without end.
    /// - Throws: a block without samples, a label that the recording lacks, or a range that is not in it.
    public init(
        reader: any RecordingReader, channels: [String]? = nil, frames: Int, range: Range<Int64>? = nil,
        loop: Bool = false
    ) throws(SourceError) {
        guard frames > 0 else { throw .option(key: "frames", text: "\(frames) is not positive") }
        let all = reader.montage
        let columns = try Self.columns(of: channels, in: all)
        guard reader.frames > 0, !columns.isEmpty else {
            throw .option(key: "recording", text: "it holds no samples of these channels")
        }
        timeline = try RecordingTimeline(frames: reader.frames, gaps: reader.gaps)
        let range = range ?? 0..<timeline.length
        guard range.lowerBound >= 0, range.upperBound <= timeline.length, !range.isEmpty else {
            throw .option(
                key: "range",
                text: "samples \(range.lowerBound) to \(range.upperBound) asked, the recording has \(timeline.length)")
        }
        self.reader = reader
        self.loops = loop
        self.columns = columns
        start = range.lowerBound
        length = Int64(range.count)
        readerChannels = all.channels.count
        gains = columns.map { Self.microvolts(perUnit: all.channels[$0].unit) ?? 1 }
        montage = Montage(columns.map { Self.converted(all.channels[$0]) })
        format = BlockFormat(
            channels: columns.count, frames: frames, rateNumerator: reader.rate.numerator,
            rateDenominator: reader.rate.denominator, kind: .float32)
        unsafe rows = .allocate(capacity: frames * readerChannels)
        unsafe rows.initialize(repeating: 0)
    }

    deinit { unsafe rows.deallocate() }

    convenience init(_ request: SourceRequest) throws(SourceError) {
        guard let reader = request.recording else {
            throw .option(key: "recording", text: "the driver needs a recording to play")
        }
        try self.init(reader: reader, channels: request.channels, frames: request.frames, range: request.range)
    }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        guard loops || position < length else { return .ended }
        let end = format.nanoseconds(ofSample: position + Int64(format.frames))
        block.header = BlockHeader(
            firstSample: position, deviceTime: format.nanoseconds(ofSample: position), hostArrival: end)
        var filled = 0
        while filled < format.frames, loops || position + Int64(filled) < length {
            let now = (position + Int64(filled)) % length
            let stretch = timeline.stretch(at: start + now)
            let room = min(Int64(format.frames - filled), length - now)
            let count = Int(min(room, stretch.count))
            if let stored = stretch.stored {
                try read(from: stored, count: count, into: block, at: filled)
            } else {
                miss(block, filled..<filled + count)
            }
            filled += count
        }
        if filled < format.frames { miss(block, filled..<format.frames) }
        position += Int64(format.frames)
        return .block
    }

    private func read(from start: Int64, count: Int, into block: Block, at frame: Int) throws(SourceError) {
        do throws(RecordingError) {
            unsafe try reader.read(first: start, count: count, into: rows)
        } catch {
            throw .recording(error)
        }
        let output = unsafe block.float32
        for row in 0..<count {
            var isPresent = false
            for channel in 0..<readerChannels where unsafe !rows[row * readerChannels + channel].isNaN {
                isPresent = true
                break
            }
            guard isPresent else {
                miss(block, frame + row..<frame + row + 1)
                continue
            }
            for channel in 0..<columns.count {
                unsafe output[(frame + row) * columns.count + channel] =
                    rows[row * readerChannels + columns[channel]] * gains[channel]
            }
        }
    }

    /// Marks `missing` and, where the block has such a range already, what lies between: a block has one.
    private func miss(_ block: Block, _ missing: Range<Int>) {
        for index in missing.lowerBound * columns.count..<missing.upperBound * columns.count {
            unsafe block.float32[index] = 0
        }
        let known = block.header.missing
        let first = known.isEmpty ? missing.lowerBound : min(known.lowerBound, missing.lowerBound)
        let end = known.isEmpty ? missing.upperBound : max(known.upperBound, missing.upperBound)
        block.header.missingStart = Int32(first)
        block.header.missingCount = Int32(end - first)
        block.header.flags.insert(.gap)
    }

    private static func columns(of labels: [String]?, in montage: Montage) throws(SourceError) -> [Int] {
        guard let labels else { return Array(montage.channels.indices) }
        var columns: [Int] = []
        for label in labels {
            guard let column = montage.index(of: label) else {
                let known = montage.channels.map(\.label).joined(separator: ", ")
                throw .option(key: "channels", text: "no channel \"\(label)\"; there are: \(known)")
            }
            columns.append(column)
        }
        return columns
    }

    /// Nil where the unit is no potential.
    private static func microvolts(perUnit unit: String) -> Float? {
        switch unit {
        case "V": 1e6
        case "mV": 1e3
        case "uV", "µV", "\u{3bc}V": 1
        case "nV": 1e-3
        default: nil
        }
    }

    private static func converted(_ channel: Channel) -> Channel {
        let unit = microvolts(perUnit: channel.unit) == nil ? channel.unit : "uV"
        return Channel(label: channel.label, kind: channel.kind, unit: unit, unitsPerCount: 1)
    }
}
