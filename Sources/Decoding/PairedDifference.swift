/// The mean of paired differences with its 95 % interval, by resampling the pairs.
///
/// Source: percentile bootstrap, Efron & Tibshirani 1993, §13.
public struct PairedDifference: Hashable, Sendable, Encodable {
    public let mean: Double
    /// Lower and upper end of the 95 % interval.
    public let low: Double
    public let high: Double
    public let pairs: Int

    /// Of `a` less `b`, pair by pair.
    public init(_ a: [Double], _ b: [Double], draws: Int = 10_000, seed: UInt64 = 1) {
        precondition(a.count == b.count && !a.isEmpty)
        let differences = zip(a, b).map { $0 - $1 }
        let count = differences.count
        var stream = SeededStream(seed: seed, stream: 0xD1FF)
        var means: [Double] = []
        for _ in 0..<draws {
            var sum = 0.0
            for _ in 0..<count { sum += differences[stream.below(count)] }
            means.append(sum / Double(count))
        }
        means.sort()
        mean = differences.reduce(0, +) / Double(count)
        low = means[draws * 25 / 1_000]
        high = means[min(draws - 1, draws * 975 / 1_000)]
        pairs = count
    }

    /// True where 0 lies outside the interval.
    public var excludesZero: Bool { low > 0 || high < 0 }
}
