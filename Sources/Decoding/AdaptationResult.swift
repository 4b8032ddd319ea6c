/// How each arm of an adaptation trial decoded over time.
public struct AdaptationResult: Sendable {
    /// Bins × 2: the movement after the change, m/s.
    public let truth: Matrix
    public let outcomes: [AdaptationTrial.Arm: ArmOutcome]
    /// Bins before the first that is scored.
    public let settled: Int
    /// Bins of a point of a course.
    public let window: Int
    /// Seconds.
    public let bin: Double

    /// R² over what follows the settling time.
    public func score(_ arm: AdaptationTrial.Arm) -> Double? {
        outcomes[arm].map {
            DecodingScore.varianceWeighted(
                truth.rows(settled..<truth.rows), by: $0.prediction.rows(settled..<truth.rows))
        }
    }

    /// The score as a share of the recalibrated decoder's; nil where that has none above 0.
    public func recovery(_ arm: AdaptationTrial.Arm) -> Double? {
        guard let best = score(.recalibrated), best > 0 else { return nil }
        return score(arm).map { $0 / best }
    }

    /// R² in each window: seconds after the change at its middle, and the score.
    public func course(_ arm: AdaptationTrial.Arm) -> [(seconds: Double, score: Double)] {
        guard let prediction = outcomes[arm]?.prediction else { return [] }
        return stride(from: 0, through: truth.rows - window, by: window).map { start in
            let rows = start..<(start + window)
            let score = DecodingScore.varianceWeighted(truth.rows(rows), by: prediction.rows(rows))
            return ((Double(start) + Double(window) / 2) * bin, score)
        }
    }
}
