import Foundation
import Testing

@testable import Decoding

/// Eigenvectors, spatial patterns, discriminant and how trials are judged.
struct ImageryTests {
    /// By hand: [[2, 1], [1, 2]] has 3 along (1, 1) and 1 along (1, −1).
    @Test("Eigenvalues of a small matrix are those of arithmetic by hand, those of a large one give it back")
    func eigen() {
        let small = SymmetricEigen(Matrix(rows: 2, columns: 2, values: [2, 1, 1, 2]))
        #expect(abs(small.values[0] - 3) < 1e-14 && abs(small.values[1] - 1) < 1e-14)
        #expect(abs(abs(small.vectors[0, 0]) - 0.5.squareRoot()) < 1e-14)
        var stream = SeededStream(seed: 5, stream: 2)
        let factor = Matrix(rows: 20, columns: 20, values: (0..<400).map { _ in stream.normal() })
        let matrix = factor * factor.transposed
        let eigen = SymmetricEigen(matrix)
        var diagonal = Matrix(rows: 20, columns: 20)
        for index in 0..<20 { diagonal[index, index] = eigen.values[index] }
        let back = eigen.vectors * diagonal * eigen.vectors.transposed
        #expect(zip(back.values, matrix.values).allSatisfy { abs($0 - $1) < 1e-10 })
        #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 >= $1 })
    }

    /// Two sources mixed into five channels.
    ///
    /// The first is three times as strong in the second class, the other in the first. A filter that finds one of them
    /// is blind to the other's mixing vector.
    private func mixed(_ stream: inout SeededStream, isSecond: Bool) -> Matrix {
        let mixing = [[1.0, 0.5, -0.3, 0.2, 0.8], [-0.4, 1.0, 0.6, -0.7, 0.1]]
        var trial = Matrix(rows: 200, columns: 5)
        for row in 0..<200 {
            let sources = [stream.normal() * (isSecond ? 3 : 1), stream.normal() * (isSecond ? 1 : 3)]
            for channel in 0..<5 {
                trial[row, channel] =
                    sources[0] * mixing[0][channel] + sources[1] * mixing[1][channel] + 0.05 * stream.normal()
            }
        }
        return trial
    }

    @Test(
        "The outermost patterns see one source each, and the log of the ratio of their variances is that of the mixing")
    func patterns() throws {
        var stream = SeededStream(seed: 1, stream: 3)
        let labels = (0..<20).map { $0 % 2 == 1 }
        let trials = labels.map { mixed(&stream, isSecond: $0) }
        let patterns = try CommonSpatialPatterns(trials: trials, labels: labels, components: 2)
        // The variance of a source changes by 9 between the classes: log 9 = 2.2.
        let means = [false, true].map { wanted in
            let rows = zip(trials, labels).filter { $0.1 == wanted }.map { patterns.features($0.0) }
            return (0..<2).map { column in rows.reduce(0) { $0 + $1[column] } / Double(rows.count) }
        }
        #expect(abs(means[1][0] - means[0][0] - log(9)) < 0.2)
        #expect(abs(means[0][1] - means[1][1] - log(9)) < 0.2)
        #expect(throws: CalibrationError.self) {
            try CommonSpatialPatterns(trials: trials, labels: [Bool](repeating: true, count: 20))
        }
    }

    /// By hand: means (0, 0) and (2, 0), pooled covariance diag(2/4·…) symmetric about x = 1.
    @Test("A discriminant of two symmetric classes lies half-way between them")
    func discriminant() throws {
        let rows = [[-1.0, 0], [1, 0], [0, 1], [0, -1], [1, 0], [3, 0], [2, 1], [2, -1]]
        let labels = (0..<8).map { $0 >= 4 }
        let found = try LinearDiscriminant(features: rows, labels: labels)
        #expect(found.weights[0] > 0 && abs(found.weights[1]) < 1e-12)
        #expect(abs(found.threshold / found.weights[0] - 1) < 1e-12)
        #expect(!found.isSecond([0.99, 5]) && found.isSecond([1.01, -5]))
    }

    /// Wilson's interval of 27 of 30, from his formula: 0.7438 to 0.9654.
    @Test("Trials that differ are told apart in runs left out, trials that do not are at chance")
    func judging() throws {
        var stream = SeededStream(seed: 2, stream: 4)
        func runs(isReal: Bool) -> [ImageryTrials.Run] {
            (0..<3).map { _ in
                let labels = (0..<10).map { $0 % 2 == 0 }
                return ImageryTrials.Run(
                    trials: labels.map { mixed(&stream, isSecond: isReal && $0) }, labels: labels)
            }
        }
        let real = try ImageryTrials(runs(isReal: true)).leaveOneRunOut(permutations: 39)
        #expect(real.accuracy == 1 && real.count == 30 && real.permutation == 1.0 / 40)
        let none = try ImageryTrials(runs(isReal: false)).leaveOneRunOut(permutations: 39)
        #expect(none.permutation ?? 0 > 0.05)
        let interval = ImageryTrials.Outcome(correct: 27, count: 30, permutation: nil).interval
        #expect(abs(interval.lowerBound - 0.7438) < 1e-4 && abs(interval.upperBound - 0.9654) < 1e-4)
        let single = try ImageryTrials(Array(runs(isReal: true).prefix(1)))
        #expect(throws: CalibrationError.tooFew(what: "runs", found: 1, least: 2)) { try single.leaveOneRunOut() }
    }
}
