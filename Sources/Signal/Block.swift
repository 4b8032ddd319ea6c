/// What is odd about a block.
public struct BlockFlags: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt16
    /// The flags whose bits are set in `rawValue`.
    @inlinable public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// Samples of ``BlockHeader/missing`` never arrived; their bytes mean nothing.
    public static let gap = BlockFlags(rawValue: 1)
    /// The device itself reported a converter at its end of range.
    public static let saturated = BlockFlags(rawValue: 2)
    /// The device is away; the whole block is missing.
    public static let disconnected = BlockFlags(rawValue: 4)
    /// Blocks were lost before this one because a ring was full.
    public static let overrun = BlockFlags(rawValue: 8)
    /// Blocks before this one came twice or out of order, and were dropped.
    public static let repeated = BlockFlags(rawValue: 16)
    /// The sample counter ran backwards before this block, which stands where the next one was expected.
    public static let restarted = BlockFlags(rawValue: 32)
}

/// Where a block stands in time, and what is odd about it.
public struct BlockHeader: Sendable, BitwiseCopyable {
    /// Index of the block's first sample since the start of the session.
    ///
    /// Block k begins at k × frames.
    public var firstSample: Int64
    /// The device's own clock at the first sample, in nanoseconds since its start.
    public var deviceTime: Int64
    /// CLOCK_MONOTONIC at arrival; in virtual time, the virtual time of the block's end.
    public var hostArrival: Int64
    /// First frame of the block that never arrived.
    ///
    /// A block has at most one missing range: the hull of what is missing.
    public var missingStart: Int32
    /// Frames that never arrived; 0 in a whole block.
    public var missingCount: Int32
    public var flags: BlockFlags

    /// A whole block that begins at `firstSample`.
    @inlinable public init(firstSample: Int64, deviceTime: Int64, hostArrival: Int64, flags: BlockFlags = []) {
        self.firstSample = firstSample
        self.deviceTime = deviceTime
        self.hostArrival = hostArrival
        self.missingStart = 0
        self.missingCount = 0
        self.flags = flags
    }

    /// The frames that never arrived.
    @inlinable public var missing: Range<Int> { Int(missingStart)..<Int(missingStart) + Int(missingCount) }
}

/// One block of samples, `frames × channels`, in memory that it allocates once and keeps.
///
/// A block is filled by one thread and then read by others, never both at a time: the ring that hands it over orders
/// the two. Samples are aligned to 64 bytes.
@safe public final class Block: @unchecked Sendable {
    public let format: BlockFormat
    public var header: BlockHeader
    /// `format.byteCount` bytes, frame by frame.
    public let bytes: UnsafeMutableRawBufferPointer

    /// An empty block: zeros at sample 0.
    public init(format: BlockFormat) {
        self.format = format
        self.header = BlockHeader(firstSample: 0, deviceTime: 0, hostArrival: 0)
        unsafe bytes = .allocate(byteCount: max(64, format.byteCount), alignment: 64)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { unsafe bytes.deallocate() }

    /// The samples as 16-bit counts; only for ``SampleKind/int16``.
    @inlinable public var int16: UnsafeMutableBufferPointer<Int16> {
        precondition(format.kind == .int16)
        return unsafe bytes.bindMemory(to: Int16.self)
    }

    /// The samples as 32-bit counts; only for ``SampleKind/int32``.
    @inlinable public var int32: UnsafeMutableBufferPointer<Int32> {
        precondition(format.kind == .int32)
        return unsafe bytes.bindMemory(to: Int32.self)
    }

    /// The samples in µV; only for ``SampleKind/float32``.
    @inlinable public var float32: UnsafeMutableBufferPointer<Float> {
        precondition(format.kind == .float32)
        return unsafe bytes.bindMemory(to: Float.self)
    }
}
