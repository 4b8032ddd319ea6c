/// Durations in nanoseconds, counted in buckets whose width is at most 1/64 of their value, up to about 18 minutes.
///
/// Adding neither allocates nor divides. Quantiles are the upper edge of their bucket: never smaller than the truth,
/// and
/// at most 1.6 % larger. The layout is that of HdrHistogram (G. Tene) with six bits of precision.
@safe public final class LatencyHistogram: @unchecked Sendable {
    private static let precision = 6
    private static let buckets = 64 * 36
    private let counts: UnsafeMutablePointer<Int64>
    public private(set) var count: Int64 = 0
    public private(set) var maximum: Int64 = 0

    /// An empty histogram.
    public init() {
        unsafe counts = .allocate(capacity: Self.buckets)
        unsafe counts.initialize(repeating: 0, count: Self.buckets)
    }

    deinit { unsafe counts.deallocate() }

    /// Adds a duration; a negative one counts as 0.
    public func add(_ nanoseconds: Int64) {
        let value = max(0, nanoseconds)
        let index = min(Self.index(of: value), Self.buckets - 1)
        unsafe counts[index] += 1
        count += 1
        maximum = max(maximum, value)
    }

    /// The duration that the share `quantile` (0…1) of all does not exceed, in nanoseconds; nil when empty.
    public func value(at quantile: Double) -> Int64? {
        guard count > 0 else { return nil }
        let wanted = max(1, Int64((quantile * Double(count)).rounded(.up)))
        var seen: Int64 = 0
        for index in 0..<Self.buckets {
            seen += unsafe counts[index]
            if seen >= wanted { return min(Self.upperEdge(of: index), maximum) }
        }
        return maximum
    }

    static func index(of value: Int64) -> Int {
        let bits = 64 - value.leadingZeroBitCount
        let shift = max(0, bits - precision - 1)
        return shift * 64 + Int(value >> Int64(shift))
    }

    static func upperEdge(of index: Int) -> Int64 {
        let shift = max(0, index / 64 - 1)
        let mantissa = Int64(index - shift * 64)
        return (mantissa + 1) << Int64(shift) - 1
    }
}
