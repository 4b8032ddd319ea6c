/// How a sample is stored in a block.
public enum SampleKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Counts of a converter, little-endian, 16 bits.
    case int16 = 1
    /// Counts of a converter, little-endian, 32 bits.
    case int32 = 2
    /// Microvolts, IEEE 754 single precision.
    case float32 = 3

    /// Bytes that one sample takes.
    @inlinable public var byteCount: Int { self == .int16 ? 2 : 4 }
}

/// The shape of all blocks of one source: `frames × channels`, laid out frame by frame.
public struct BlockFormat: Hashable, Sendable, BitwiseCopyable {
    /// Samples that belong to one instant: the number of channels.
    public var channels: Int
    /// Instants in one block.
    public var frames: Int
    /// Instants in a second, as an exact ratio: `rateNumerator / rateDenominator` Hz.
    public var rateNumerator: Int64
    /// See ``rateNumerator``.
    public var rateDenominator: Int64
    public var kind: SampleKind

    /// A format of `frames × channels` at `rateNumerator / rateDenominator` Hz.
    public init(
        channels: Int, frames: Int, rateNumerator: Int64, rateDenominator: Int64 = 1, kind: SampleKind
    ) {
        self.channels = channels
        self.frames = frames
        self.rateNumerator = rateNumerator
        self.rateDenominator = rateDenominator
        self.kind = kind
    }

    /// Sampling rate in Hz.
    @inlinable public var rate: Double { Double(rateNumerator) / Double(rateDenominator) }

    /// Bytes of the samples of one block.
    @inlinable public var byteCount: Int { channels * frames * kind.byteCount }

    /// The time of sample `index` in nanoseconds since sample 0, rounded down.
    ///
    /// Exact: no drift over days.
    @inlinable public func nanoseconds(ofSample index: Int64) -> Int64 {
        let product = index.multipliedFullWidth(by: 1_000_000_000 &* rateDenominator)
        return rateNumerator.dividingFullWidth(product).quotient
    }

    /// The length of one block in nanoseconds, rounded down.
    @inlinable public var blockNanoseconds: Int64 { nanoseconds(ofSample: Int64(frames)) }
}
