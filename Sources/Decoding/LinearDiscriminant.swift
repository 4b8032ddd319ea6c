/// Two classes told apart along one direction, with equal covariances and equal priors.
///
/// Source: Fisher 1936, Ann. Eugenics 7:179.
public struct LinearDiscriminant: Hashable, Sendable {
    public let weights: [Double]
    /// The class is the second one where the weighted sum lies above it.
    public let threshold: Double

    /// Fits to rows of features.
    ///
    /// - Throws: a class without two rows, or features that are copies of each other.
    public init(features: [[Double]], labels: [Bool]) throws(CalibrationError) {
        precondition(features.count == labels.count)
        let classes = [false, true].map { wanted in zip(features, labels).filter { $0.1 == wanted }.map(\.0) }
        for rows in classes {
            guard rows.count >= 2 else { throw .tooFew(what: "trials of a class", found: rows.count, least: 2) }
        }
        let size = features[0].count
        let means = classes.map { Matrix(rows: $0.count, columns: size, values: $0.flatMap(\.self)).columnMeans }
        var pooled = Matrix(rows: size, columns: size)
        for (rows, mean) in zip(classes, means) {
            let centred = Matrix(rows: rows.count, columns: size, values: rows.flatMap(\.self)).centred(on: mean)
            pooled = pooled + centred.transposed * centred
        }
        let scale = 1 / Double(max(1, features.count - 2))
        pooled.values = pooled.values.map { $0 * scale }
        let difference = Matrix(rows: size, columns: 1, values: zip(means[1], means[0]).map(-))
        let found = try Cholesky(pooled).solve(difference).values
        weights = found
        let middle = zip(means[0], means[1]).map { ($0 + $1) / 2 }
        threshold = zip(found, middle).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// True for the second class.
    public func isSecond(_ features: [Double]) -> Bool {
        zip(weights, features).reduce(0) { $0 + $1.0 * $1.1 } > threshold
    }
}
