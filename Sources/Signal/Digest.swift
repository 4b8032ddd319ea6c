/// The 32-bit digest by which a stage's output is compared in a replay: FNV-1a over 32-bit words.
///
/// It finds differences; it is no protection against intent, which is the journal's hash chain's work.
/// Source: Fowler, Noll, Vo (RFC 9923), 32-bit offset basis and prime, applied to words instead of bytes.
public struct Digest32: Hashable, Sendable, BitwiseCopyable {
    public var value: UInt32 = 0x811c_9dc5

    /// The digest of nothing.
    @inlinable public init() {}

    /// Adds a word.
    @inlinable public mutating func add(_ word: UInt32) { value = (value ^ word) &* 0x0100_0193 }

    /// Adds the bits of a float.
    @inlinable public mutating func add(_ float: Float) { add(float.bitPattern) }

    /// Adds both halves of a wide word.
    @inlinable public mutating func add(_ word: Int64) {
        add(UInt32(truncatingIfNeeded: word))
        add(UInt32(truncatingIfNeeded: word >> 32))
    }
}
