import Glibc

/// Random numbers for calibration: the same seed and stream give the same numbers.
///
/// Words: SplitMix64 (Steele, Lea, Flood 2014, OOPSLA). Normal numbers: Box & Muller 1958, Ann. Math. Statist. 29:610.
public struct SeededStream: Sendable, BitwiseCopyable {
    private var state: UInt64

    /// Stream `stream` of `seed`.
    public init(seed: UInt64, stream: UInt64) {
        state = SeededStream.finalised(SeededStream.finalised(seed &+ step) ^ (stream &* 0xD134_2543_DE82_EF95))
    }

    /// The next word.
    public mutating func next() -> UInt64 {
        state &+= step
        return SeededStream.finalised(state)
    }

    /// 0 ≤ x < 1, in steps of 2⁻⁵³.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// 0 ≤ n < `count`.
    public mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

    /// Mean 0, standard deviation 1.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * Double.pi * uniform())
    }

    /// The numbers below `count` in random order (Fisher & Yates).
    public mutating func shuffled(_ count: Int) -> [Int] {
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) { order.swapAt(index, below(index + 1)) }
        return order
    }

    private static func finalised(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

private let step: UInt64 = 0x9E37_79B9_7F4A_7C15
