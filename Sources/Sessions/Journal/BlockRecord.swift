public import Signal

/// What a block record holds before its samples: 32 bytes, no padding, little-endian as the machine is.
struct BlockRecordHeader: BitwiseCopyable {
    static let byteCount = 32
    var firstSample: Int64
    var deviceTime: Int64
    var missingStart: Int32
    var missingCount: Int32
    var flags: UInt32
    var zero: UInt32 = 0

    init(_ header: BlockHeader) {
        firstSample = header.firstSample
        deviceTime = header.deviceTime
        missingStart = header.missingStart
        missingCount = header.missingCount
        flags = UInt32(header.flags.rawValue)
    }
}

/// A block as the journal keeps it: everything but the host's clock.
public struct BlockRecord: Hashable, Sendable {
    /// Index of the first sample since the start of the session.
    public var firstSample: Int64
    /// The device's own clock at the first sample, in nanoseconds.
    public var deviceTime: Int64
    /// First missing frame of the block.
    public var missingStart: Int32
    /// Frames that never arrived.
    public var missingCount: Int32
    public var flags: BlockFlags
    /// The raw samples, frame by frame, in the kind that the session's format names.
    public var samples: ArraySlice<UInt8>

    public static func == (a: Self, b: Self) -> Bool {
        a.firstSample == b.firstSample && a.deviceTime == b.deviceTime && a.missingStart == b.missingStart
            && a.missingCount == b.missingCount && a.flags == b.flags && a.samples.elementsEqual(b.samples)
    }

    /// The block in the payload of a ``RecordKind/block`` record, or nil when the payload is too short.
    public init?(payload: [UInt8]) {
        var reader = PayloadReader(payload)
        firstSample = reader.get()
        deviceTime = reader.get()
        missingStart = reader.get()
        missingCount = reader.get()
        flags = BlockFlags(rawValue: UInt16(truncatingIfNeeded: reader.get(UInt32.self)))
        _ = reader.get(UInt32.self)
        guard !reader.failed else { return nil }
        samples = payload[BlockRecordHeader.byteCount...]
    }

    /// Copies header and samples into `block`, whose `hostArrival` becomes 0.
    ///
    /// False: the sizes differ.
    public func fill(_ block: Block) -> Bool {
        guard samples.count == block.format.byteCount else { return false }
        block.header = BlockHeader(firstSample: firstSample, deviceTime: deviceTime, hostArrival: 0, flags: flags)
        block.header.missingStart = missingStart
        block.header.missingCount = missingCount
        unsafe samples.withUnsafeBytes { from in
            guard let start = from.baseAddress else { return }
            unsafe block.bytes.baseAddress?.copyMemory(from: start, byteCount: from.count)
        }
        return true
    }
}
