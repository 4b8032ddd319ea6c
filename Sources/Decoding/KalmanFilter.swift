/// The Kalman filter over counts: position and velocity as a linear system that is seen through linear tuning.
///
///     x' = A x + w      w ~ N(0, W)
///     z  = H x + q      q ~ N(0, Q)
///
/// A and H by least squares, W and Q as sample covariances of the residuals, Q + 1e-3·I; all centred on the means of
/// the fitted part. `lag` bins between a count and the movement that it tells of. Source: Wu et al. 2006, Neural
/// Computation 18:80.
public struct KalmanFilter: Hashable, Sendable {
    /// Bins by which counts lead the movement.
    public let lag: Int
    /// Means over the fitted part, taken off.
    public let stateMeans: [Double]
    public let countMeans: [Double]
    /// A.
    public let transition: Matrix
    /// H.
    public let tuning: Matrix
    /// W.
    public let transitionNoise: Matrix
    /// Hᵀ Q⁻¹.
    let gain: Matrix
    /// Hᵀ Q⁻¹ H.
    let information: Matrix

    /// Fits to the bins `range`.
    ///
    /// - Throws: fewer bins than values, or values that never change.
    public init(counts: Matrix, state: Matrix, range: Range<Int>, lag: Int = 0) throws(CalibrationError) {
        guard range.count > 2 * state.columns + counts.columns else {
            throw .tooFew(what: "bins", found: range.count, least: 2 * state.columns + counts.columns + 1)
        }
        let kept = state.rows(range)
        let seen = KalmanFilter.delayed(counts, by: lag).rows(range)
        stateMeans = kept.columnMeans
        countMeans = seen.columnMeans
        let x = kept.centred(on: stateMeans), z = seen.centred(on: countMeans)
        let before = x.rows(0..<(range.count - 1)), after = x.rows(1..<range.count)
        transition = try KalmanFilter.leastSquares(before, after).transposed
        tuning = try KalmanFilter.leastSquares(x, z).transposed
        transitionNoise = KalmanFilter.covariance(after - before * transition.transposed)
        var noise = KalmanFilter.covariance(z - x * tuning.transposed)
        for index in 0..<noise.rows { noise[index, index] += 1e-3 }
        gain = try Cholesky(noise).solve(tuning).transposed
        information = gain * tuning
        self.lag = lag
    }

    /// The filtered states, less their means, at the bins `range`: from zero, with P = W at the start.
    ///
    /// - Throws: a covariance that is no longer positive definite.
    public func predict(_ counts: Matrix, _ range: Range<Int>) throws(CalibrationError) -> Matrix {
        let seen = KalmanFilter.delayed(counts, by: lag).rows(range).centred(on: countMeans)
        var x = Matrix(rows: stateMeans.count, columns: 1)
        var covariance = transitionNoise
        var result = Matrix(rows: range.count, columns: stateMeans.count)
        for row in 0..<range.count {
            x = transition * x
            covariance = transition * covariance * transition.transposed + transitionNoise
            covariance = try Cholesky(Cholesky(covariance).inverse + information).inverse
            let z = Matrix(rows: countMeans.count, columns: 1, values: Array(seen.row(row)))
            x = x + covariance * (gain * z - information * x)
            for column in stateMeans.indices { result[row, column] = x[column, 0] }
        }
        return result
    }

    /// The lag (0 … `longest` bins) whose filter, fitted on training, follows the velocity best on validation.
    ///
    /// - Throws: as the fit does.
    public static func bestLag(
        counts: Matrix, state: Matrix, split: TimeSplit, longest: Int = 6
    ) throws(CalibrationError) -> Int {
        var best: (score: Double, lag: Int)?
        let wanted = state.rows(split.validation).firstColumns(2)
        for lag in 0...longest {
            let filter = try KalmanFilter(counts: counts, state: state, range: split.train, lag: lag)
            let found = try filter.predict(counts, split.validation).centred(on: filter.stateMeans.map { -$0 })
            let score = DecodingScore.varianceWeighted(wanted, by: found.firstColumns(2))
            if score > best?.score ?? -.infinity { best = (score, lag) }
        }
        return best?.lag ?? 0
    }

    /// Row t holds row t − lag; zeros before the start.
    private static func delayed(_ counts: Matrix, by lag: Int) -> Matrix {
        guard lag > 0 else { return counts }
        let zeros = [Double](repeating: 0, count: lag * counts.columns)
        return Matrix(
            rows: counts.rows, columns: counts.columns,
            values: zeros + counts.values.dropLast(min(counts.values.count, zeros.count)))
    }

    /// B of least ‖Y − X B‖.
    private static func leastSquares(_ x: Matrix, _ y: Matrix) throws(CalibrationError) -> Matrix {
        let left = x.transposed
        return try Cholesky(left * x).solve(left * y)
    }

    /// The sample covariance (n − 1) of the rows.
    private static func covariance(_ rows: Matrix) -> Matrix {
        let centred = rows.centred(on: rows.columnMeans)
        var sum = centred.transposed * centred
        for index in sum.values.indices { sum.values[index] /= Double(rows.rows - 1) }
        return sum
    }
}
