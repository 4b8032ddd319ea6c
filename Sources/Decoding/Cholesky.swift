/// The factor L of a symmetric positive definite matrix A = L Lᵀ, and what it solves.
///
/// Source: Golub & Van Loan, Matrix Computations, 4th ed., §4.2. One thread, a fixed order of additions: the same
/// matrix gives the same bits on one kind of machine.
public struct Cholesky: Sendable {
    private let lower: Matrix

    /// Factors `matrix`, of which only the lower half is read.
    ///
    /// - Throws: a matrix that is not positive definite.
    public init(_ matrix: Matrix) throws(CalibrationError) {
        precondition(matrix.rows == matrix.columns)
        var lower = matrix
        let size = matrix.rows
        let failed = unsafe lower.values.withUnsafeMutableBufferPointer { buffer -> Int? in
            guard let base = buffer.baseAddress else { return nil }
            return unsafe factor(base, size)
        }
        if let failed { throw .notPositive(row: failed, of: size) }
        self.lower = lower
    }

    /// X of A X = `right`.
    public func solve(_ right: Matrix) -> Matrix {
        let size = lower.rows
        var columns: [[Double]] = []
        for column in 0..<right.columns {
            var x = (0..<size).map { right[$0, column] }
            for row in 0..<size {
                var sum = x[row]
                for index in 0..<row { sum -= lower.values[row * size + index] * x[index] }
                x[row] = sum / lower[row, row]
            }
            for row in (0..<size).reversed() {
                x[row] /= lower[row, row]
                for index in 0..<row { x[index] -= lower.values[row * size + index] * x[row] }
            }
            columns.append(x)
        }
        return Matrix(rows: right.columns, columns: size, values: columns.flatMap(\.self)).transposed
    }

    /// A⁻¹.
    public var inverse: Matrix { solve(.identity(lower.rows)) }
}

/// Factors in place, four rows at a time; the row at which it fails, or nil.
private func factor(_ a: UnsafeMutablePointer<Double>, _ size: Int) -> Int? {
    var row = 0
    while row < size {
        let count = min(4, size - row)
        if count == 4 {
            for column in 0..<row { unsafe eliminate(a + row * size, a + column * size, column, size) }
        } else {
            for single in row..<size {
                for column in 0..<row {
                    let sum = unsafe dot(a + single * size, a + column * size, column)
                    unsafe a[single * size + column] =
                        (a[single * size + column] - sum) / a[column * size + column]
                }
            }
        }
        for current in row..<(row + count) {
            for column in row..<current {
                let sum = unsafe dot(a + current * size, a + column * size, column)
                unsafe a[current * size + column] = (a[current * size + column] - sum) / a[column * size + column]
            }
            let rest = unsafe a[current * size + current] - dot(a + current * size, a + current * size, current)
            guard rest > 0, rest.isFinite else { return current }
            unsafe a[current * size + current] = rest.squareRoot()
        }
        row += count
    }
    return nil
}

/// One column of four rows.
@inline(__always)
private func eliminate(_ rows: UnsafeMutablePointer<Double>, _ pivot: UnsafePointer<Double>, _ count: Int, _ size: Int)
{
    var sum0 = SIMD8<Double>(), sum1 = SIMD8<Double>(), sum2 = SIMD8<Double>(), sum3 = SIMD8<Double>()
    var index = 0
    while index + 8 <= count {
        let p = unsafe octet(pivot + index)
        sum0 += unsafe octet(rows + index) * p
        sum1 += unsafe octet(rows + size + index) * p
        sum2 += unsafe octet(rows + 2 * size + index) * p
        sum3 += unsafe octet(rows + 3 * size + index) * p
        index += 8
    }
    var sums = SIMD4(sum0.sum(), sum1.sum(), sum2.sum(), sum3.sum())
    while index < count {
        let p = unsafe pivot[index]
        sums += unsafe SIMD4(rows[index], rows[size + index], rows[2 * size + index], rows[3 * size + index]) * p
        index += 1
    }
    let diagonal = unsafe pivot[count]
    for row in 0..<4 { unsafe rows[row * size + count] = (rows[row * size + count] - sums[row]) / diagonal }
}

/// The scalar product of `count` values.
@inline(__always)
func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sum = SIMD8<Double>()
    var index = 0
    while index + 8 <= count {
        sum += unsafe octet(a + index) * octet(b + index)
        index += 8
    }
    var total = sum.sum()
    while index < count {
        total += unsafe a[index] * b[index]
        index += 1
    }
    return total
}

@inline(__always)
private func octet(_ at: UnsafePointer<Double>) -> SIMD8<Double> {
    unsafe UnsafeRawPointer(at).loadUnaligned(as: SIMD8<Double>.self)
}
