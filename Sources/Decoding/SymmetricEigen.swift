/// Eigenvalues and eigenvectors of a symmetric matrix, the largest value first.
///
/// Source: cyclic Jacobi rotations, Golub & Van Loan, Matrix Computations, 4th ed., §8.5. A fixed order of rotations:
/// the same matrix gives the same bits.
public struct SymmetricEigen: Sendable {
    public let values: [Double]
    /// One column an eigenvector, of length 1.
    public let vectors: Matrix

    /// Of `matrix`, of which only the lower half counts.
    public init(_ matrix: Matrix) {
        precondition(matrix.rows == matrix.columns)
        let size = matrix.rows
        var a = matrix
        for row in 0..<size {
            for column in 0..<row { a[column, row] = a[row, column] }
        }
        var v = Matrix.identity(size)
        for _ in 0..<60 {
            var off = 0.0
            for row in 0..<size {
                for column in 0..<row { off += a[row, column] * a[row, column] }
            }
            let scale = (0..<size).reduce(0) { $0 + a[$1, $1] * a[$1, $1] }
            if off <= 1e-30 * scale || off == 0 { break }
            for p in 0..<size {
                for q in (p + 1)..<max(p + 1, size) { Self.rotate(&a, &v, p, q) }
            }
        }
        let order = (0..<size).sorted { (a[$0, $0], $1) > (a[$1, $1], $0) }
        values = order.map { a[$0, $0] }
        var sorted = Matrix(rows: size, columns: size)
        for (column, from) in order.enumerated() {
            for row in 0..<size { sorted[row, column] = v[row, from] }
        }
        vectors = sorted
    }

    /// Makes the entry at `p` and `q` zero.
    private static func rotate(_ a: inout Matrix, _ v: inout Matrix, _ p: Int, _ q: Int) {
        let entry = a[p, q]
        guard entry != 0 else { return }
        let theta = (a[q, q] - a[p, p]) / (2 * entry)
        let t = (theta >= 0 ? 1 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        let size = a.rows
        unsafe a.values.withUnsafeMutableBufferPointer { entries in
            unsafe mix(entries, p, q, step: size, count: size, c, s)
            unsafe mix(entries, p * size, q * size, step: 1, count: size, c, s)
        }
        unsafe v.values.withUnsafeMutableBufferPointer { entries in
            unsafe mix(entries, p, q, step: size, count: size, c, s)
        }
    }
}

/// Turns two rows or columns of `count` entries into each other: `step` lies between the entries of one.
private func mix(
    _ entries: UnsafeMutableBufferPointer<Double>, _ first: Int, _ second: Int, step: Int, count: Int, _ c: Double,
    _ s: Double
) {
    var (one, other) = (first, second)
    for _ in 0..<count {
        let (x, y) = unsafe (entries[one], entries[other])
        unsafe entries[one] = c * x - s * y
        unsafe entries[other] = s * x + c * y
        one += step
        other += step
    }
}
