/// An affine map from features to decoded values, and how well calibration pinned each of its weights down.
public struct LinearReadout: Hashable, Sendable {
    /// Features, the constant 1 not counted.
    public let inputs: Int
    public let outputs: Int
    /// (inputs + 1) × outputs; the last row is the intercept.
    public internal(set) var weights: Matrix
    /// (XᵀX + penalty)⁻¹ of the calibration, (inputs + 1) × (inputs + 1): where recursive least squares goes on from.
    public let inverseGram: Matrix

    /// Ridge regression of `target` on `features`; the intercept is not penalised.
    ///
    /// Source: Hoerl & Kennard 1970, Technometrics 12:55.
    ///
    /// - Parameters:
    ///   - features: Rows × inputs.
    ///   - target: Rows × outputs.
    ///   - penalty: Added to the diagonal, above 0.
    /// - Throws: shapes that disagree, features that cannot be told apart.
    public init(features: Matrix, target: Matrix, penalty: Double) throws(CalibrationError) {
        guard features.rows == target.rows else {
            throw .shape(what: "the target", found: [target.rows, target.columns], expected: "\(features.rows) rows")
        }
        guard features.rows > 1 else { throw .tooFew(what: "bins", found: features.rows, least: 2) }
        inputs = features.columns
        outputs = target.columns
        let design = features.beside(
            Matrix(rows: features.rows, columns: 1, values: [Double](repeating: 1, count: features.rows)))
        let transposed = design.transposed
        var gram = transposed * design
        for index in 0..<inputs { gram[index, index] += penalty }
        let factor = try Cholesky(gram)
        weights = factor.solve(transposed * target)
        inverseGram = factor.inverse
    }

    /// A readout with these weights, (inputs + 1) × outputs.
    init(weights: Matrix, inverseGram: Matrix) {
        inputs = weights.rows - 1
        outputs = weights.columns
        self.weights = weights
        self.inverseGram = inverseGram
    }

    /// The decoded values of one row of features.
    public func predict(_ features: [Double]) -> [Double] {
        precondition(features.count == inputs)
        return (0..<outputs).map { output in
            var sum = weights[inputs, output]
            for index in features.indices { sum += features[index] * weights[index, output] }
            return sum
        }
    }

    /// The decoded values of all rows.
    public func predict(_ features: Matrix) -> Matrix {
        Matrix(
            rows: features.rows, columns: outputs,
            values: (0..<features.rows).flatMap { predict(Array(features.row($0))) })
    }
}
