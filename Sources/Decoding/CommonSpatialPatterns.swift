import Glibc

/// Spatial filters whose output varies most in one class and least in the other.
///
/// Source: Ramoser, Müller-Gerking & Pfurtscheller 2000, IEEE Trans. Rehab. Eng. 8:441: the joint covariance is
/// whitened, and the filters are the outermost eigenvectors of one class's whitened covariance.
public struct CommonSpatialPatterns: Sendable {
    /// Components × channels.
    public let filters: Matrix

    /// Fits `components` filters, half of them from each end.
    ///
    /// - Parameters:
    ///   - trials: Samples × channels each, all with the same channels.
    ///   - labels: True for the second class, one a trial.
    ///   - components: Even, at most the number of channels.
    /// - Throws: fewer than two trials of a class, or channels that all stand still.
    public init(trials: [Matrix], labels: [Bool], components: Int = 4) throws(CalibrationError) {
        precondition(trials.count == labels.count)
        for isSecond in [false, true] {
            let count = labels.count { $0 == isSecond }
            guard count >= 2 else { throw .tooFew(what: "trials of a class", found: count, least: 2) }
        }
        let channels = trials[0].columns
        let first = Self.covariance(zip(trials, labels).filter { !$0.1 }.map(\.0), channels)
        let second = Self.covariance(zip(trials, labels).filter(\.1).map(\.0), channels)
        let joint = SymmetricEigen(first + second)
        guard let largest = joint.values.first, largest > 0 else {
            throw .notPositive(row: 0, of: channels)
        }
        // Directions that carry nothing, as an average reference leaves one, cannot be whitened.
        let kept = joint.values.indices.filter { joint.values[$0] > largest * 1e-10 }
        guard kept.count >= components else {
            throw .tooFew(what: "independent channels", found: kept.count, least: components)
        }
        var whitening = Matrix(rows: kept.count, columns: channels)
        for (row, index) in kept.enumerated() {
            let scale = 1 / joint.values[index].squareRoot()
            for channel in 0..<channels { whitening[row, channel] = joint.vectors[channel, index] * scale }
        }
        let white = SymmetricEigen(whitening * second * whitening.transposed)
        let projected = white.vectors.transposed * whitening
        let outermost = (0..<(components / 2)).flatMap { [$0, kept.count - 1 - $0] }
        filters = Matrix(
            rows: components, columns: channels, values: outermost.flatMap { Array(projected.row($0)) })
    }

    /// The logarithm of each filter's variance over a trial.
    public func features(_ trial: Matrix) -> [Double] {
        let outputs = trial.centred(on: trial.columnMeans) * filters.transposed
        return (0..<outputs.columns).map { column in
            var power = 0.0
            for row in 0..<outputs.rows { power += outputs[row, column] * outputs[row, column] }
            return log(max(power / Double(max(1, outputs.rows)), .leastNormalMagnitude))
        }
    }

    /// Mean over trials of their covariance, each over its trace.
    private static func covariance(_ trials: [Matrix], _ channels: Int) -> Matrix {
        var sum = Matrix(rows: channels, columns: channels)
        for trial in trials {
            let centred = trial.centred(on: trial.columnMeans)
            let covariance = centred.transposed * centred
            let trace = (0..<channels).reduce(0) { $0 + covariance[$1, $1] }
            guard trace > 0 else { continue }
            for index in sum.values.indices { sum.values[index] += covariance.values[index] / trace }
        }
        return sum
    }
}
