/// Whether a slow direction is a line attractor: pushed along it activity stays, pushed off it activity returns.
///
/// Time constants of undisturbed activity cannot tell: a network that forgets at once is as slow as what drives it.
///
/// Claimed only where both hold, with the bounds of 95 % intervals over pulses:
/// along the direction at least ``leastKept`` of the first response is left after ``delay``, and of a response to
/// pulses off it at most ``mostKept``, wherever it went.
///
/// Source of the experiment: Vinograd et al. 2024, Nature 634:910. The bounds are choices of this program.
public struct AttractorTest: Sendable {
    /// Seconds from the first response to the second look.
    public static let delay = 0.5
    /// Share of the response along the direction that must be left, at least.
    public static let leastKept = 0.5
    /// Share of the response off the direction that may be left, at most.
    public static let mostKept = 0.25

    /// Share that is left along the direction, with its interval.
    public let along: Double
    public let alongInterval: PercentileInterval
    /// Length of what is left after pulses off the direction, as a share of the first response's.
    public let off: Double
    public let offInterval: PercentileInterval

    public var isClaimed: Bool { alongInterval.low >= Self.leastKept && offInterval.high <= Self.mostKept }

    /// Responses of one kind of pulse, pulses × components, each times the sign of its pulse.
    public struct Responses: Sendable {
        /// In the first bin.
        public var first: Matrix
        /// ``AttractorTest/delay`` later.
        public var later: Matrix

        /// Responses from the two looks.
        public init(first: Matrix, later: Matrix) { (self.first, self.later) = (first, later) }
    }

    /// Judges responses to pulses along `direction` (components) and off it.
    ///
    /// - Throws: fewer than 20 pulses, or responses of other sizes.
    public init(
        direction: [Double], along: Responses, off: Responses, draws: Int = 1_000, seed: UInt64 = 1
    ) throws(CalibrationError) {
        for responses in [along, off] {
            guard responses.first.rows >= 20 else {
                throw .tooFew(what: "pulses", found: responses.first.rows, least: 20)
            }
            for look in [responses.first, responses.later]
            where look.columns != direction.count || look.rows != responses.first.rows {
                throw .shape(
                    what: "responses to pulses", found: [look.rows, look.columns],
                    expected: "\(responses.first.rows) × \(direction.count)")
            }
        }
        func onto(_ mean: [Double]) -> Double { zip(mean, direction).reduce(0) { $0 + $1.0 * $1.1 } }
        func length(_ mean: [Double]) -> Double { mean.reduce(0) { $0 + $1 * $1 }.squareRoot() }
        func kept(_ responses: Responses, _ weights: [Int]?, _ size: ([Double]) -> Double) -> Double {
            let first = size(Self.mean(responses.first, weights))
            return first == 0 ? 0 : size(Self.mean(responses.later, weights)) / first
        }
        var stream = SeededStream(seed: seed, stream: 0xA77)
        func resampled(_ responses: Responses, _ size: ([Double]) -> Double) -> [Double] {
            (0..<max(1, draws)).map { _ in
                var weights = [Int](repeating: 0, count: responses.first.rows)
                for _ in weights.indices { weights[stream.below(weights.count)] += 1 }
                return kept(responses, weights, size)
            }
        }
        self.along = kept(along, nil, onto)
        self.off = kept(off, nil, length)
        guard let first = PercentileInterval(resampled(along, onto)),
            let second = PercentileInterval(resampled(off, length))
        else { throw .tooFew(what: "draws", found: draws, least: 1) }
        (alongInterval, offInterval) = (first, second)
    }

    private static func mean(_ responses: Matrix, _ weights: [Int]?) -> [Double] {
        var sums = [Double](repeating: 0, count: responses.columns)
        for row in 0..<responses.rows {
            let weight = Double(weights?[row] ?? 1)
            if weight == 0 { continue }
            for column in 0..<responses.columns { sums[column] += weight * responses[row, column] }
        }
        return sums.map { $0 / Double(max(1, responses.rows)) }
    }
}
