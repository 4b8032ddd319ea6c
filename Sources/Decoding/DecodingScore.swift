/// How well predictions follow a target, and how sure that is.
public enum DecodingScore {
    /// 1 − SSE/SST of each column.
    public static func explained(_ target: Matrix, by prediction: Matrix) -> [Double] {
        let (errors, totals) = sums(target, prediction)
        return zip(errors, totals).map { 1 - $0 / $1 }
    }

    /// 1 − Σ SSE / Σ SST over all columns: the variance-weighted coefficient of determination.
    public static func varianceWeighted(_ target: Matrix, by prediction: Matrix) -> Double {
        let (errors, totals) = sums(target, prediction)
        return 1 - errors.reduce(0, +) / totals.reduce(0, +)
    }

    /// The mean over columns of 1 − SSE/SST, as NeuroBench 2.3.0 scores reaching.
    public static func mean(_ target: Matrix, by prediction: Matrix) -> Double {
        let each = explained(target, by: prediction)
        return each.reduce(0, +) / Double(max(1, each.count))
    }

    private static func sums(_ target: Matrix, _ prediction: Matrix) -> (errors: [Double], totals: [Double]) {
        precondition(target.rows == prediction.rows && target.columns <= prediction.columns)
        let means = target.columnMeans
        var errors = [Double](repeating: 0, count: target.columns)
        var totals = errors
        for row in 0..<target.rows {
            for column in 0..<target.columns {
                let error = target[row, column] - prediction[row, column]
                let distance = target[row, column] - means[column]
                errors[column] += error * error
                totals[column] += distance * distance
            }
        }
        return (errors, totals)
    }
}

/// Confidence intervals by resampling whole blocks, so that neighbours in time stay together.
///
/// Source: Künsch 1989, Ann. Statist. 17:1217, with blocks that do not overlap; percentile intervals as in Efron &
/// Tibshirani 1993, §13.
public struct BlockBootstrap: Sendable {
    /// Rows a block.
    public let block: Int
    public let draws: Int
    public let seed: UInt64

    /// `draws` samples of blocks of `block` rows.
    public init(block: Int, draws: Int = 10_000, seed: UInt64 = 1) {
        precondition(block > 0 && draws > 0)
        self.block = block
        self.draws = draws
        self.seed = seed
    }

    /// The 95 % interval of the variance-weighted R² of `prediction`.
    public func interval(_ target: Matrix, _ prediction: Matrix) -> ClosedRange<Double> {
        interval(target, [prediction]) { $0[0] }
    }

    /// The 95 % interval of R²(a) − R²(b), both scored on the same blocks.
    public func difference(_ target: Matrix, _ a: Matrix, _ b: Matrix) -> ClosedRange<Double> {
        interval(target, [a, b]) { $0[0] - $0[1] }
    }

    /// The 95 % interval of `statistic` of the variance-weighted R² of each prediction.
    ///
    /// Each draw takes the same blocks of all predictions. The total variance is that of the drawn blocks about the
    /// mean of the whole.
    public func interval(
        _ target: Matrix, _ predictions: [Matrix], _ statistic: ([Double]) -> Double
    ) -> ClosedRange<Double> {
        let blocks = (target.rows + block - 1) / block
        guard blocks > 0 else { return 0...0 }
        let means = target.columnMeans
        var errors = predictions.map { _ in [Double](repeating: 0, count: blocks) }
        var totals = [Double](repeating: 0, count: blocks)
        for row in 0..<target.rows {
            for column in 0..<target.columns {
                let distance = target[row, column] - means[column]
                totals[row / block] += distance * distance
                for (index, prediction) in predictions.enumerated() {
                    let error = target[row, column] - prediction[row, column]
                    errors[index][row / block] += error * error
                }
            }
        }
        var stream = SeededStream(seed: seed, stream: 0xB007)
        var found: [Double] = []
        for _ in 0..<draws {
            var (total, sums) = (0.0, [Double](repeating: 0, count: predictions.count))
            for _ in 0..<blocks {
                let drawn = stream.below(blocks)
                total += totals[drawn]
                for index in sums.indices { sums[index] += errors[index][drawn] }
            }
            found.append(statistic(sums.map { 1 - $0 / total }))
        }
        found.sort()
        return found[draws * 25 / 1000]...found[min(draws - 1, draws * 975 / 1000)]
    }
}
