/// The linear filter over present and past counts that every other decoder is held against.
///
/// Ridge regression with an intercept on z-scored columns; the penalty is chosen on the validation part, then the
/// filter is fitted on training and validation with the same scaling.
public struct WienerFilter: Hashable, Sendable {
    /// The penalties that are tried.
    public static let penalties = [10, 100, 1e3, 3e3, 1e4, 3e4, 1e5]
    /// Present and past bins.
    public let taps: Int
    public let units: Int
    /// The penalty that was chosen.
    public let penalty: Double
    /// taps·units × outputs, per count.
    public let weights: Matrix
    /// One an output.
    public let intercept: [Double]

    /// Fits to the parts of `split`.
    ///
    /// - Parameters:
    ///   - counts: Bins × units.
    ///   - target: Bins × outputs.
    ///   - split: Training and validation parts; the test part is not touched.
    ///   - taps: Present and past bins.
    ///   - penalties: What is tried on the validation part.
    /// - Throws: columns that cannot be told apart.
    public init(
        counts: Matrix, target: Matrix, split: TimeSplit, taps: Int = 10, penalties: [Double] = WienerFilter.penalties
    ) throws(CalibrationError) {
        let training = LaggedMoments(counts, target, count: split.train.upperBound, taps: taps)
        let scales = training.deviations.map { 1 / ($0 + 1e-6) }
        let wanted = target.rows(split.validation)
        var best: (score: Double, penalty: Double)?
        for penalty in penalties {
            let filter = try WienerFilter(training, scales: scales, penalty: penalty)
            let score = DecodingScore.mean(wanted, by: filter.predict(counts, split.validation))
            if score > best?.score ?? -.infinity { best = (score, penalty) }
        }
        let whole = LaggedMoments(counts, target, count: split.fit.upperBound, taps: taps)
        try self.init(whole, scales: scales, penalty: best?.penalty ?? penalties.first ?? 1)
    }

    private init(_ moments: LaggedMoments, scales: [Double], penalty: Double) throws(CalibrationError) {
        let (means, count, size) = (moments.means, Double(moments.count), moments.sums.count)
        var gram = moments.products
        for row in 0..<size {
            for column in 0...row {
                let centred = gram[row, column] - count * means[row] * means[column]
                gram[row, column] = centred * scales[row] * scales[column]
            }
            gram[row, row] += penalty
        }
        var right = moments.targets
        for row in 0..<size {
            for column in 0..<right.columns {
                right[row, column] -= count * means[row] * moments.targetMeans[column]
                right[row, column] *= scales[row]
            }
        }
        var weights = try Cholesky(gram).solve(right)
        var intercept = moments.targetMeans
        for row in 0..<size {
            for column in 0..<weights.columns {
                weights[row, column] *= scales[row]
                intercept[column] -= means[row] * weights[row, column]
            }
        }
        (taps, units, self.penalty) = (moments.taps, moments.units, penalty)
        (self.weights, self.intercept) = (weights, intercept)
    }

    /// The outputs at the bins `range` of `counts`.
    public func predict(_ counts: Matrix, _ range: Range<Int>) -> Matrix {
        var result = Matrix(rows: range.count, columns: weights.columns)
        for (index, row) in range.enumerated() {
            for column in 0..<weights.columns { result[index, column] = intercept[column] }
            for lag in 0..<min(taps, row + 1) {
                for unit in 0..<units {
                    let count = counts[row - lag, unit]
                    if count == 0 { continue }
                    for column in 0..<weights.columns {
                        result[index, column] += count * weights[lag * units + unit, column]
                    }
                }
            }
        }
        return result
    }
}
