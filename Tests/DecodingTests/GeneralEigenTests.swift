import Foundation
import Testing

@testable import Decoding

/// Eigenvalues of matrices that are not symmetric.
@Suite struct GeneralEigenTests {
    private func values(_ size: Int, _ entries: [Double]) throws -> [ComplexNumber] {
        try GeneralEigen(Matrix(rows: size, columns: size, values: entries)).values
    }

    /// By hand: a quarter turn has ±i; a triangle has its diagonal.
    @Test("A quarter turn has i and −i, a triangle its diagonal")
    func byHand() throws {
        #expect(try values(2, [0, -1, 1, 0]) == [ComplexNumber(0, 1), ComplexNumber(0, -1)])
        #expect(try values(3, [2, 7, 1, 0, 5, 3, 0, 0, -1]).map(\.real) == [5, 2, -1])
        #expect(try values(1, [-3]) == [ComplexNumber(-3)])
    }

    /// Roots of x⁶ − 1 by hand: all on the unit circle, 60° apart.
    ///
    /// Without an exceptional shift the iteration never ends.
    @Test("A cycle of six has the six sixth roots of one")
    func cycle() throws {
        var matrix = Matrix(rows: 6, columns: 6)
        for row in 0..<6 { matrix[row, (row + 1) % 6] = 1 }
        let found = try GeneralEigen(matrix).values
        let turns = found.map { Int(($0.angle / (Double.pi / 3)).rounded()) }.sorted()
        #expect(turns == [-2, -1, 0, 1, 2, 3])
        #expect(found.allSatisfy { abs($0.magnitude - 1) < 1e-12 })
    }

    /// numpy.linalg.eigvals (2.4.6) of the 5 × 5 with entry (i, j) = ((7 i + 3 j + i j) mod 11) − 5.
    @Test("Five eigenvalues are numpy's")
    func oracle() throws {
        let entries = (0..<25).map { (place: Int) -> Double in
            let (row, column) = (place / 5, place % 5)
            return Double((7 * row + 3 * column + row * column) % 11 - 5)
        }
        let expected: [ComplexNumber] = [
            ComplexNumber(-6.500804320917032, 2.3778931933325707),
            ComplexNumber(-6.500804320917032, -2.3778931933325707),
            ComplexNumber(-1.499195679082967, 2.8024397342560743),
            ComplexNumber(-1.499195679082967, -2.8024397342560743), ComplexNumber(2.3795870750303134e-15, 0.0),
        ]
        for (found, wanted) in zip(try values(5, entries), expected) { #expect((found - wanted).magnitude < 1e-10) }
    }

    @Test("A v = λ v, sizes 1 to 24", arguments: [1, 2, 3, 5, 8, 24])
    func residual(size: Int) throws {
        var stream = SeededStream(seed: 3, stream: UInt64(size))
        let matrix = Matrix(rows: size, columns: size, values: (0..<(size * size)).map { _ in stream.normal() })
        let eigen = try GeneralEigen(matrix)
        let trace = (0..<size).reduce(0) { $0 + matrix[$1, $1] }
        #expect(abs(eigen.values.reduce(0) { $0 + $1.real } - trace) < 1e-9)
        for (index, value) in eigen.values.enumerated() {
            let vector = eigen.vector(index)
            #expect(abs(vector.reduce(0) { $0 + $1.magnitude * $1.magnitude } - 1) < 1e-9)
            for row in 0..<size {
                let product = (0..<size).reduce(ComplexNumber(0)) {
                    $0 + ComplexNumber(matrix[row, $1]) * vector[$1]
                }
                #expect((product - value * vector[row]).magnitude < 1e-7)
            }
        }
    }

    @Test("NaN is refused with its place")
    func notFinite() {
        #expect(throws: CalibrationError.notFinite(what: "a matrix of dynamics", row: 0, column: 1)) {
            try values(2, [1, .nan, 0, 1])
        }
    }
}
