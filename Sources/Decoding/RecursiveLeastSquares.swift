/// Least squares that learns from one row at a time and slowly forgets.
///
/// `g = P·x`, `k = a·g / (λ + a·xᵀg)`, `W += k·eᵀ`, `P = (P − k·gᵀ)/λ`, with e the error before the step and a the
/// weight of the row (1: an ordinary row; 0: none).
/// Source: Haykin, Adaptive Filter Theory, ch. 10; the weight is that of weighted least squares.
///
/// ### Implementation Notes
///
/// Only the lower triangle of P is updated and then mirrored: the textbook form lets the antisymmetric rounding error
/// grow as λ⁻ᵗ, until P is no covariance any more. Where features stop varying, P would grow without end
/// (wind-up), so that above ``traceLimit`` nothing is forgotten.
public struct RecursiveLeastSquares: Hashable, Sendable {
    /// λ, above 0.9 and at most 1.
    public let forgetting: Double
    /// The trace of P above which nothing is forgotten.
    public let traceLimit: Double
    /// Size × size.
    public private(set) var covariance: Matrix

    /// Goes on from a covariance.
    ///
    /// - Parameters:
    ///   - covariance: Symmetric and positive definite.
    ///   - forgetting: λ.
    ///   - traceLimit: nil: a hundred times the present trace.
    /// - Throws: a forgetting factor outside its range.
    public init(
        covariance: Matrix, forgetting: Double, traceLimit: Double? = nil
    ) throws(CalibrationError) {
        guard forgetting > 0.9, forgetting <= 1 else {
            throw .setting(name: "forgetting", found: "\(forgetting)", allowed: "above 0.9, at most 1")
        }
        precondition(covariance.rows == covariance.columns)
        self.covariance = covariance
        self.forgetting = forgetting
        self.traceLimit = traceLimit ?? 100 * Self.trace(covariance)
    }

    /// How far each weight is to move for a unit of error, after one row `x` of weight `weight`.
    public mutating func gain(_ x: [Double], weight: Double) -> [Double] {
        let size = covariance.rows
        precondition(x.count == size && weight >= 0)
        var direction = [Double](repeating: 0, count: size)
        unsafe covariance.values.withUnsafeBufferPointer { values in
            unsafe x.withUnsafeBufferPointer { row in
                guard let base = values.baseAddress, let input = row.baseAddress else { return }
                for index in 0..<size { unsafe direction[index] = dot(base + index * size, input, size) }
            }
        }
        let lambda = Self.trace(covariance) / forgetting > traceLimit ? 1 : forgetting
        var projection = 0.0
        for index in 0..<size { projection += x[index] * direction[index] }
        let scale = weight / (lambda + weight * projection)
        shrink(direction, by: scale, forgetting: lambda)
        return direction.map { $0 * scale }
    }

    private mutating func shrink(_ direction: [Double], by scale: Double, forgetting lambda: Double) {
        let size = covariance.rows
        unsafe covariance.values.withUnsafeMutableBufferPointer { values in
            for row in 0..<size {
                let factor = scale * direction[row]
                for column in 0...row {
                    let value = unsafe (values[row * size + column] - factor * direction[column]) / lambda
                    unsafe values[row * size + column] = value
                    unsafe values[column * size + row] = value
                }
            }
        }
    }

    private static func trace(_ matrix: Matrix) -> Double {
        (0..<matrix.rows).reduce(0) { $0 + matrix[$1, $1] }
    }
}
