import Decoding
import Foundation
import Testing

/// The linear algebra, the random numbers, the scores and the array reader.
@Suite struct NumericTests {
    /// By hand: [[4, 2], [2, 3]] x = [2, 5] gives x = [−0.5, 2].
    @Test("Cholesky solves two equations that were solved by hand")
    func solveByHand() throws {
        let matrix = Matrix(rows: 2, columns: 2, values: [4, 2, 2, 3])
        let solution = try Cholesky(matrix).solve(Matrix(rows: 2, columns: 1, values: [2, 5]))
        #expect(abs(solution[0, 0] + 0.5) < 1e-15)
        #expect(abs(solution[1, 0] - 2) < 1e-15)
    }

    @Test("A times its inverse is the unit matrix, at sizes around the tile", arguments: [1, 3, 4, 5, 13, 37])
    func inverse(size: Int) throws {
        var stream = SeededStream(seed: 7, stream: 1)
        let root = Matrix(rows: size, columns: size, values: (0..<(size * size)).map { _ in stream.normal() })
        let matrix = root * root.transposed + .identity(size)
        let product = try matrix * Cholesky(matrix).inverse
        for (found, wanted) in zip(product.values, Matrix.identity(size).values) { #expect(abs(found - wanted) < 1e-9) }
    }

    @Test("A matrix that is not positive definite is refused with its row")
    func indefinite() {
        let matrix = Matrix(rows: 2, columns: 2, values: [1, 2, 2, 1])
        #expect(throws: CalibrationError.notPositive(row: 1, of: 2)) { try Cholesky(matrix) }
    }

    /// By hand: errors 0, 0, 1 and 1, 0, 0 about targets with SST 2 and 2.
    @Test("R² is what a pencil gives")
    func score() {
        let target = Matrix(rows: 3, columns: 2, values: [0, 0, 1, 1, 2, 2])
        let prediction = Matrix(rows: 3, columns: 2, values: [0, 1, 1, 1, 1, 2])
        #expect(DecodingScore.explained(target, by: prediction) == [0.5, 0.5])
        #expect(DecodingScore.varianceWeighted(target, by: prediction) == 0.5)
    }

    /// First words of SplitMix64 are fixed by its constants; what is tested here is that a seed means a stream.
    @Test("Equal seeds give equal numbers, other seeds and streams others; normal numbers have mean 0 and spread 1")
    func stream() {
        var (a, b) = (SeededStream(seed: 1, stream: 2), SeededStream(seed: 1, stream: 2))
        var (c, d) = (SeededStream(seed: 2, stream: 2), SeededStream(seed: 1, stream: 3))
        let first = a.next()
        #expect(first == b.next())
        #expect(first != c.next())
        #expect(first != d.next())
        let normals = (0..<20_000).map { _ in a.normal() }
        let mean = normals.reduce(0, +) / 20_000
        let variance = normals.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        #expect(abs(mean) < 0.03)
        #expect(abs(variance - 1) < 0.05)
        #expect(a.shuffled(50).sorted() == Array(0..<50))
    }

    @Test("A better prediction's interval of the difference excludes 0, an equal one's is 0")
    func bootstrap() {
        var stream = SeededStream(seed: 11, stream: 1)
        let target = Matrix(rows: 2_000, columns: 2, values: (0..<4_000).map { _ in stream.normal() })
        func noisy(_ noise: Double) -> Matrix {
            var stream = SeededStream(seed: 12, stream: 1)
            return Matrix(rows: 2_000, columns: 2, values: target.values.map { $0 + noise * stream.normal() })
        }
        let bootstrap = BlockBootstrap(block: 100, draws: 1_000)
        let better = bootstrap.difference(target, noisy(0.3), noisy(0.6))
        #expect(better.lowerBound > 0)
        #expect(better.contains(0.36 - 0.09))
        #expect(bootstrap.difference(target, noisy(0.3), noisy(0.3)) == 0...0)
        #expect(bootstrap.interval(target, noisy(0.3)).contains(0.91))
    }

    private func write(_ header: String, _ data: [UInt8], version: UInt8 = 1) throws -> String {
        let path = FileManager.default.temporaryDirectory.path + "/ansa-\(UUID().uuidString).npy"
        var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [version, 0, UInt8(header.utf8.count), 0]
        bytes += Array(header.utf8) + data
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The layout is that of numpy.lib.format, written here byte by byte.
    @Test("An array in column order and one in row order hold what was written")
    func arrays() throws {
        let rows = try write(
            "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }", [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 0xff, 0xff])
        defer { _ = unsafe unlink(rows) }
        #expect(try NumpyArray(rows).values == [1, 2, 3, 4, 5, -1])
        let columns = try write("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", [1, 4, 2, 5, 3, 6])
        defer { _ = unsafe unlink(columns) }
        #expect(try NumpyArray(columns).values == [1, 2, 3, 4, 5, 6])
        #expect(try NumpyArray(columns).shape == [2, 3])
    }

    @Test(
        "An array that is cut, too large, of an unknown type or no array is refused in words",
        arguments: [
            ("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }", "needs 12"),
            ("{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", "'>f8'"),
            ("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "'|O'"),
            ("{'descr': '<i2', 'fortran_order': False, 'shape': (9999999999, 9999999999), }", "limit"),
            ("{'descr': '<i2', 'fortran_order': False, }", "no shape"),
        ])
    func refusals(header: String, part: String) throws {
        let path = try write(header, [1, 0])
        defer { _ = unsafe unlink(path) }
        let error = #expect(throws: CalibrationError.self) { try NumpyArray(path) }
        #expect(error?.description.contains(part) == true)
        #expect(error?.description.contains(path) == true)
    }

    @Test("A NaN among velocities is refused with its row and column")
    func notFinite() {
        var velocity = Matrix(rows: 600, columns: 2)
        velocity[17, 1] = .nan
        #expect(throws: CalibrationError.notFinite(what: "velocity", row: 17, column: 1)) {
            try ReachRecording(counts: Matrix(rows: 600, columns: 4), velocity: velocity)
        }
        #expect(throws: CalibrationError.tooFew(what: "bins", found: 20, least: 500)) {
            try ReachRecording(counts: Matrix(rows: 20, columns: 4), velocity: Matrix(rows: 20, columns: 2))
        }
        #expect(throws: CalibrationError.shape(what: "velocity", found: [30, 2], expected: "600 × 2 or more")) {
            try ReachRecording(counts: Matrix(rows: 600, columns: 4), velocity: Matrix(rows: 30, columns: 2))
        }
    }
}
