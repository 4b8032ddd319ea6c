/// A dense matrix in row order, in double precision: for calibration, never for a tick.
public struct Matrix: Hashable, Sendable {
    public let rows: Int
    public let columns: Int
    /// Row after row.
    public var values: [Double]

    /// A matrix of zeros, or of `values` in row order.
    public init(rows: Int, columns: Int, values: [Double]? = nil) {
        precondition(rows >= 0 && columns >= 0 && (values?.count ?? rows * columns) == rows * columns)
        self.rows = rows
        self.columns = columns
        self.values = values ?? [Double](repeating: 0, count: rows * columns)
    }

    /// The entry at `row` and `column`.
    public subscript(row: Int, column: Int) -> Double {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// One row.
    public func row(_ index: Int) -> ArraySlice<Double> { values[(index * columns)..<((index + 1) * columns)] }

    /// Rows `range`, copied.
    public func rows(_ range: Range<Int>) -> Matrix {
        Matrix(
            rows: range.count, columns: columns,
            values: Array(values[(range.lowerBound * columns)..<(range.upperBound * columns)]))
    }

    /// The first `count` columns, copied.
    public func firstColumns(_ count: Int) -> Matrix {
        Matrix(rows: rows, columns: count, values: (0..<rows).flatMap { Array(row($0).prefix(count)) })
    }

    /// The columns of `self`, then those of `other`; both have equally many rows.
    public func beside(_ other: Matrix) -> Matrix {
        precondition(rows == other.rows)
        return Matrix(
            rows: rows, columns: columns + other.columns,
            values: (0..<rows).flatMap { Array(row($0)) + Array(other.row($0)) })
    }

    /// Rows and columns exchanged.
    public var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for row in 0..<rows {
            for column in 0..<columns { result[column, row] = self[row, column] }
        }
        return result
    }

    /// The matrix product.
    public static func * (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.columns == b.rows)
        let padded = b.widened
        var result = Matrix(rows: a.rows, columns: padded.columns)
        unsafe a.values.withUnsafeBufferPointer { left in
            unsafe padded.values.withUnsafeBufferPointer { right in
                unsafe result.values.withUnsafeMutableBufferPointer { output in
                    guard let x = left.baseAddress, let y = right.baseAddress, let c = output.baseAddress else {
                        return
                    }
                    unsafe addProduct(
                        KernelOperand(x, rowStep: a.columns, innerStep: 1), y, bStep: padded.columns, into: c,
                        cStep: padded.columns, rows: a.rows, inner: a.columns, columns: padded.columns)
                }
            }
        }
        return padded.columns == b.columns ? result : result.firstColumns(b.columns)
    }

    /// Columns of zeros added up to a multiple of eight.
    var widened: Matrix {
        guard columns % 8 != 0 else { return self }
        var result = Matrix(rows: rows, columns: (columns + 7) / 8 * 8)
        for row in 0..<rows {
            for column in 0..<columns { result[row, column] = self[row, column] }
        }
        return result
    }

    /// Entry by entry.
    public static func + (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.rows == b.rows && a.columns == b.columns)
        return Matrix(rows: a.rows, columns: a.columns, values: zip(a.values, b.values).map(+))
    }

    /// Entry by entry.
    public static func - (a: Matrix, b: Matrix) -> Matrix {
        precondition(a.rows == b.rows && a.columns == b.columns)
        return Matrix(rows: a.rows, columns: a.columns, values: zip(a.values, b.values).map(-))
    }

    /// The mean of each column; zeros without rows.
    public var columnMeans: [Double] {
        var means = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns { means[column] += self[row, column] }
        }
        return means.map { $0 / Double(max(1, rows)) }
    }

    /// The standard deviation (n) of each column.
    public var columnDeviations: [Double] {
        let means = columnMeans
        var sums = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for column in 0..<columns {
                let distance = self[row, column] - means[column]
                sums[column] += distance * distance
            }
        }
        return sums.map { ($0 / Double(max(1, rows))).squareRoot() }
    }

    /// Each row less `means`.
    public func centred(on means: [Double]) -> Matrix {
        var result = self
        for row in 0..<rows {
            for column in 0..<columns { result[row, column] -= means[column] }
        }
        return result
    }

    /// The unit matrix.
    public static func identity(_ size: Int) -> Matrix {
        var result = Matrix(rows: size, columns: size)
        for index in 0..<size { result[index, index] = 1 }
        return result
    }

    /// Where the first value that is not finite stands, or nil.
    public var firstNotFinite: (row: Int, column: Int)? {
        values.firstIndex { !$0.isFinite }.map { ($0 / max(1, columns), $0 % max(1, columns)) }
    }
}
