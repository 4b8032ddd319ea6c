/// Eigenvalues of a real square matrix that need not be symmetric, the largest magnitude first.
///
///     try GeneralEigen(Matrix(rows: 2, columns: 2, values: [0, -1, 1, 0])).values     // i, −i
///
/// Of a complex pair the one with the positive imaginary part stands first.
///
/// Source: reduction to Hessenberg form and Francis's implicit double shift, Golub & Van Loan, Matrix Computations,
/// 4th ed., §7.4 and §7.5; vectors by inverse iteration, §7.6. A fixed order of operations: the same matrix gives the
/// same bits on one kind of machine.
public struct GeneralEigen: Sendable {
    public let values: [ComplexNumber]
    private let matrix: Matrix

    /// Of `matrix`.
    ///
    /// - Throws: an entry that is not finite, or an iteration that does not end.
    public init(_ matrix: Matrix) throws(CalibrationError) {
        precondition(matrix.rows == matrix.columns)
        if let place = matrix.firstNotFinite {
            throw .notFinite(what: "a matrix of dynamics", row: place.row, column: place.column)
        }
        self.matrix = matrix
        var iteration = FrancisIteration(matrix)
        values = try iteration.eigenvalues().sorted {
            ($0.magnitude, $0.imaginary, $0.real) > ($1.magnitude, $1.imaginary, $1.real)
        }
    }

    /// A right eigenvector of length 1 of eigenvalue number `index`, its largest entry real and positive.
    public func vector(_ index: Int) -> [ComplexNumber] {
        let size = matrix.rows
        let scale = max(1e-300, matrix.values.reduce(0) { max($0, abs($1)) })
        // A shift beside the eigenvalue: exactly on it the equations have no solution.
        let shift = values[index] + ComplexNumber(scale * 1e-10)
        var vector = (0..<size).map { ComplexNumber(1 / Double($0 + 1), 0.1 * Double($0)) }
        for _ in 0..<3 { vector = normalised(solved(shift, vector, least: scale * 1e-16)) }
        return vector
    }

    /// x of (A − shift) x = `right`, by elimination with partial pivoting.
    private func solved(_ shift: ComplexNumber, _ right: [ComplexNumber], least: Double) -> [ComplexNumber] {
        let size = matrix.rows
        var rows = (0..<size).map { row in matrix.row(row).map { ComplexNumber($0) } }
        for index in 0..<size { rows[index][index] = rows[index][index] - shift }
        var x = right
        for column in 0..<size {
            let best = (column..<size).max { rows[$0][column].magnitude < rows[$1][column].magnitude } ?? column
            rows.swapAt(column, best)
            x.swapAt(column, best)
            if rows[column][column].magnitude < least { rows[column][column] = ComplexNumber(least) }
            for row in (column + 1)..<max(column + 1, size) {
                let factor = rows[row][column] / rows[column][column]
                for index in column..<size { rows[row][index] = rows[row][index] - factor * rows[column][index] }
                x[row] = x[row] - factor * x[column]
            }
        }
        for row in (0..<size).reversed() {
            for index in (row + 1)..<max(row + 1, size) { x[row] = x[row] - rows[row][index] * x[index] }
            x[row] = x[row] / rows[row][row]
        }
        return x
    }

    private func normalised(_ vector: [ComplexNumber]) -> [ComplexNumber] {
        guard let largest = vector.max(by: { $0.magnitude < $1.magnitude }), largest.magnitude > 0 else {
            return vector
        }
        let turned = vector.map { $0 / largest }
        let length = turned.reduce(0) { $0 + $1.magnitude * $1.magnitude }.squareRoot()
        return turned.map { ComplexNumber($0.real / length, $0.imaginary / length) }
    }
}

/// A Hessenberg matrix that is made quasi-triangular.
private struct FrancisIteration {
    private var h: Matrix

    init(_ matrix: Matrix) {
        h = matrix
        for column in 0..<max(0, matrix.rows - 2) {
            let below = ((column + 1)..<matrix.rows).map { h[$0, column] }
            reflect(Reflection(below), at: column + 1, columns: column..<matrix.rows, rows: 0..<matrix.rows)
        }
    }

    /// Deflates from the last row upwards.
    mutating func eigenvalues() throws(CalibrationError) -> [ComplexNumber] {
        var found: [ComplexNumber] = []
        var last = h.rows - 1
        var rounds = 0
        while last >= 0 {
            let first = start(of: last)
            if first == last {
                found.append(ComplexNumber(h[last, last]))
                (last, rounds) = (last - 1, 0)
            } else if first == last - 1 {
                found += pair(at: first)
                (last, rounds) = (last - 2, 0)
            } else {
                rounds += 1
                guard rounds <= 200 else { throw .notConverged(what: "the eigenvalues of the dynamics") }
                step(first, last, isExceptional: rounds % 10 == 0)
            }
        }
        return found
    }

    /// The first row of the block that ends at `last` and does not fall apart.
    private mutating func start(of last: Int) -> Int {
        var row = last
        while row > 0 {
            let around = abs(h[row, row]) + abs(h[row - 1, row - 1])
            if abs(h[row, row - 1]) <= 0x1p-52 * around || h[row, row - 1] == 0 {
                h[row, row - 1] = 0
                return row
            }
            row -= 1
        }
        return 0
    }

    /// Eigenvalues of the block of two at `row`.
    private func pair(at row: Int) -> [ComplexNumber] {
        let (a, b, c, d) = (h[row, row], h[row, row + 1], h[row + 1, row], h[row + 1, row + 1])
        let half = (a - d) / 2
        let square = half * half + b * c
        let root = abs(square).squareRoot()
        let middle = (a + d) / 2
        guard square >= 0 else { return [ComplexNumber(middle, root), ComplexNumber(middle, -root)] }
        let larger = middle + (middle >= 0 ? root : -root)
        let product = a * d - b * c
        return [ComplexNumber(larger), ComplexNumber(larger == 0 ? 0 : product / larger)]
    }

    /// One implicit double shift over rows `first` to `last`.
    private mutating func step(_ first: Int, _ last: Int, isExceptional: Bool) {
        let m = last - 1
        var sum = h[m, m] + h[last, last]
        var product = h[m, m] * h[last, last] - h[m, last] * h[last, m]
        if isExceptional {
            let size = abs(h[last, m]) + abs(h[m, max(first, m - 1)])
            (sum, product) = (1.5 * size, size * size)
        }
        let p = first
        var bulge = [
            h[p, p] * h[p, p] + h[p, p + 1] * h[p + 1, p] - sum * h[p, p] + product,
            h[p + 1, p] * (h[p, p] + h[p + 1, p + 1] - sum), h[p + 1, p] * h[p + 2, p + 1],
        ]
        for row in p..<(last - 1) {
            reflect(
                Reflection(bulge), at: row, columns: max(p, row - 1)..<(last + 1), rows: p..<min(row + 4, last + 1))
            bulge = (1...3).filter { row + $0 <= last }.map { h[row + $0, row] }
        }
        reflect(Reflection(bulge), at: last - 1, columns: max(p, last - 2)..<(last + 1), rows: p..<(last + 1))
    }

    /// H ← P H P, with the reflection P of the entries from `start` on.
    private mutating func reflect(_ reflection: Reflection, at start: Int, columns: Range<Int>, rows: Range<Int>) {
        guard reflection.factor != 0 else { return }
        let v = reflection.vector
        for column in columns {
            let sum = v.indices.reduce(0) { $0 + v[$1] * h[start + $1, column] } * reflection.factor
            for index in v.indices { h[start + index, column] -= sum * v[index] }
        }
        for row in rows {
            let sum = v.indices.reduce(0) { $0 + v[$1] * h[row, start + $1] } * reflection.factor
            for index in v.indices { h[row, start + index] -= sum * v[index] }
        }
    }
}

/// The reflection I − factor · v vᵀ that leaves only the first entry of a vector.
private struct Reflection {
    var vector: [Double]
    var factor = 0.0

    init(_ x: [Double]) {
        vector = x
        let length = x.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0, x.count > 1 else { return }
        vector[0] += x[0] >= 0 ? length : -length
        let square = vector.reduce(0) { $0 + $1 * $1 }
        factor = square > 0 ? 2 / square : 0
    }
}
