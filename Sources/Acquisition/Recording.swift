public import Signal

/// A recording as a source: any ``RecordingReader``, selected channels, float32.
///
/// Values stay what the reader says; volts, millivolts and nanovolts become µV. The last block, where it is not full,
/// is padded with a missing range; then the source has ended.
@safe public final class Recording: PacedSource, @unchecked Sendable {
    /// The driver's name in device files.
    public static let driver = "recording"
    public static var isVirtual: Bool { true }
    public let format: BlockFormat
    public let montage: Montage
    public let pacer = Pacer()
    /// Instants in the recording.
    public let length: Int64

    private let reader: any RecordingReader
    private let loops: Bool
    private let readerChannels: Int
    private let columns: [Int]
    private let gains: [Float]
    private let rows: UnsafeMutableBufferPointer<Float>
    private var position: Int64 = 0

    /// A source over `reader`, from its first sample.
    ///
    /// - Parameters:
    ///   - reader: The recording.
    ///   - channels: Labels to take, in this order; nil takes all.
    ///   - frames: Instants in a block.
    ///   - loop: Begin again at the end, without end.
    /// - Throws: a block without samples, or a label that the recording lacks.
    public init(
        reader: any RecordingReader, channels: [String]? = nil, frames: Int, loop: Bool = false
    ) throws(SourceError) {
        guard frames > 0 else { throw .option(key: "frames", text: "\(frames) is not positive") }
        let all = reader.montage
        let columns = try Self.columns(of: channels, in: all)
        guard reader.frames > 0, !columns.isEmpty else {
            throw .option(key: "recording", text: "it holds no samples of these channels")
        }
        self.reader = reader
        self.loops = loop
        self.columns = columns
        length = reader.frames
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
        try self.init(reader: reader, channels: request.channels, frames: request.frames)
    }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        guard loops || position < length else { return .ended }
        var filled = 0
        while filled < format.frames, loops || position + Int64(filled) < length {
            let start = (position + Int64(filled)) % length
            let count = min(format.frames - filled, Int(clamping: length - start))
            try read(from: start, count: count, into: block, at: filled)
            filled += count
        }
        let end = format.nanoseconds(ofSample: position + Int64(format.frames))
        block.header = BlockHeader(
            firstSample: position, deviceTime: format.nanoseconds(ofSample: position), hostArrival: end)
        if filled < format.frames { pad(block, from: filled) }
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
            for channel in 0..<columns.count {
                unsafe output[(frame + row) * columns.count + channel] =
                    rows[row * readerChannels + columns[channel]] * gains[channel]
            }
        }
    }

    private func pad(_ block: Block, from frame: Int) {
        for index in frame * columns.count..<format.frames * columns.count { unsafe block.float32[index] = 0 }
        block.header.missingStart = Int32(frame)
        block.header.missingCount = Int32(format.frames - frame)
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
