/// What came of one step of learning.
public enum LearningAnswer: Sendable {
    case change(ReadoutChange)
    case refused(AdaptationRefusal)
}

/// Learns the correction of an ``AdaptiveCounts`` from features and labels, off the tick.
///
/// The same as what the tick holds is kept here, so that a step which would leave the bound is never handed over.
public struct ReadoutLearner: Sendable {
    /// How far each weight moves.
    public enum Rule: Hashable, Sendable {
        /// λ; starts from a covariance of 1/100 for each z-scored feature.
        case recursiveLeastSquares(forgetting: Double)
        /// η.
        case threeFactor(rate: Double)
    }

    private var readout: AdaptiveReadout
    private let featureCount: Int

    /// A learner that goes on from `start`, C row by row.
    ///
    /// - Parameters:
    ///   - featureCount: Without the constant.
    ///   - start: (features + 1) × 2 numbers.
    ///   - rule: How it learns.
    ///   - bound: Largest norm of C: with z-scored features, what it adds to the values, root mean square.
    /// - Throws: a setting outside its range.
    public init(featureCount: Int, start: [Double], rule: Rule, bound: Double) throws(CalibrationError) {
        self.featureCount = featureCount
        let size = featureCount + 1
        var covariance = Matrix.identity(size)
        for index in 0..<size { covariance[index, index] = 0.01 }
        let zero = LinearReadout(
            weights: Matrix(rows: size, columns: 2, values: [Double](repeating: 0, count: 2 * size)),
            inverseGram: covariance)
        let moved: AdaptiveReadout.Rule
        switch rule {
        case .recursiveLeastSquares(let forgetting):
            moved = .recursiveLeastSquares(
                try RecursiveLeastSquares(covariance: covariance, forgetting: forgetting))
        case .threeFactor(let rate): moved = .threeFactor(try ThreeFactorRule(inputs: size, rate: rate))
        }
        readout = try AdaptiveReadout(zero, rule: moved, driftLimit: bound, driftScale: 1)
        readout.begin(at: Matrix(rows: size, columns: 2, values: start))
    }

    /// Learns from one block.
    ///
    /// - Parameters:
    ///   - tick: The block's number.
    ///   - features: `featureCount` of them.
    ///   - uncorrected: What the network said.
    ///   - label: What was meant.
    /// - Returns: the step, or why there is none.
    public mutating func learn(
        tick: Int64, features: [Double], uncorrected: SIMD2<Double>, label: SIMD2<Double>
    ) -> LearningAnswer {
        let missing = label - uncorrected
        let before = readout.refusals
        if let change = readout.learn(bin: tick, features: features, label: [missing.x, missing.y]) {
            return .change(change)
        }
        let reason = AdaptationRefusal.allCases.first { readout.refusals[$0, default: 0] > before[$0, default: 0] }
        return .refused(reason ?? .notFinite)
    }
}
