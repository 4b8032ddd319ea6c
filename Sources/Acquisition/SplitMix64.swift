/// A seeded source of 64-bit words: the same seed gives the same words on every machine.
///
/// Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014 (the constants of Java's
/// SplittableRandom). The finaliser ``mix(_:)`` also serves as a counter-based generator.
public struct SplitMix64: Sendable, BitwiseCopyable {
    @usableFromInline var state: UInt64

    /// The stream of `seed`.
    @inlinable public init(seed: UInt64) { state = seed }

    /// Stream `stream` of `seed`; streams of one seed share no stretch in practice.
    @inlinable public init(seed: UInt64, stream: UInt64) {
        state = Self.mix(Self.mix(seed) ^ (stream &* 0xD134_2543_DE82_EF95))
    }

    /// The next word.
    @inlinable public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.finalise(state)
    }

    /// A word that depends on all bits of `word`.
    @inlinable public static func mix(_ word: UInt64) -> UInt64 { finalise(word &+ 0x9E37_79B9_7F4A_7C15) }

    @inlinable static func finalise(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
