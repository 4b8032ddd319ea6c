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
        for index in 0..<a.rows {
            let (x, y) = (a[index, p], a[index, q])
            (a[index, p], a[index, q]) = (c * x - s * y, s * x + c * y)
        }
        for index in 0..<a.rows {
            let (x, y) = (a[p, index], a[q, index])
            (a[p, index], a[q, index]) = (c * x - s * y, s * x + c * y)
            let (m, n) = (v[index, p], v[index, q])
            (v[index, p], v[index, q]) = (c * m - s * n, s * m + c * n)
        }
    }
}
