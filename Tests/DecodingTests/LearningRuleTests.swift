import Foundation
import Testing

@testable import Decoding

/// The rules by which a readout learns while the loop runs.
struct LearningRuleTests {
    /// Rows of four normal features and a target of two values that follows them with noise.
    static func regression(rows: Int) -> (features: Matrix, target: Matrix) {
        var stream = SeededStream(seed: 7, stream: 1)
        var features = Matrix(rows: rows, columns: 4)
        var target = Matrix(rows: rows, columns: 2)
        for row in 0..<rows {
            for column in 0..<4 { features[row, column] = stream.normal() }
            target[row, 0] = 2 * features[row, 0] - features[row, 3] + 0.5 + 0.1 * stream.normal()
            target[row, 1] = features[row, 1] + 0.3 * features[row, 2] - 1 + 0.1 * stream.normal()
        }
        return (features, target)
    }

    /// Without forgetting, least squares row by row is least squares at once (Haykin, Adaptive Filter Theory).
    @Test("Recursive least squares that goes on from half of the rows ends where ridge regression on all rows ends")
    func sameAsBatch() throws {
        let (features, target) = Self.regression(rows: 200)
        let half = try LinearReadout(features: features.rows(0..<100), target: target.rows(0..<100), penalty: 3)
        let whole = try LinearReadout(features: features, target: target, penalty: 3)
        let rule = try RecursiveLeastSquares(covariance: half.inverseGram, forgetting: 1)
        var adaptive = try AdaptiveReadout(half, rule: .recursiveLeastSquares(rule))
        for row in 100..<200 {
            let step = adaptive.learn(
                bin: Int64(row), features: Array(features.row(row)), label: Array(target.row(row)))
            #expect(step != nil)
        }
        for (adapted, batch) in zip(adaptive.readout.weights.values, whole.weights.values) {
            #expect(abs(adapted - batch) < 1e-10)
        }
    }

    /// The textbook update diverges by this length: its antisymmetric rounding error grows as λ⁻ᵗ.
    @Test("At λ 0.995 the covariance is symmetric and finite after 15,000 rows, and what it tracks is tracked")
    func staysCovariance() throws {
        let (features, target) = Self.regression(rows: 15_000)
        var rule = try RecursiveLeastSquares(covariance: .identity(5), forgetting: 0.995)
        var weights = [Double](repeating: 0, count: 5)
        for row in 0..<features.rows {
            let input = Array(features.row(row)) + [1]
            let error = target[row, 0] - zip(weights, input).reduce(0) { $0 + $1.0 * $1.1 }
            let gains = rule.gain(input, weight: 1)
            for index in weights.indices { weights[index] += gains[index] * error }
        }
        for row in 0..<5 {
            for column in 0..<row { #expect(rule.covariance[row, column] == rule.covariance[column, row]) }
            #expect(rule.covariance[row, row] > 0)
        }
        // λ 0.995 averages over 200 rows: a deviation of 0.1/√200 = 0.007 a weight; five of them.
        for (found, expected) in zip(weights, [2, 0, 0, -1, 0.5]) { #expect(abs(found - expected) < 0.035) }
    }

    /// By hand: the error is 4 − 1·1 − 0 = 3, P = I, x = (1, 1), so that k = x/(1 + 2) and each weight moves by 1; with
    /// weight 0 nothing moves.
    @Test("A row of weight 0 teaches nothing, a row of weight 1 what least squares says")
    func weightOfRow() throws {
        var rule = try RecursiveLeastSquares(covariance: .identity(2), forgetting: 1)
        let none = rule.gain([1, 1], weight: 0)
        #expect(none == [0, 0])
        #expect(rule.covariance == .identity(2))
        let gains = rule.gain([1, 1], weight: 1)
        #expect(gains.allSatisfy { abs($0 * 3 - 1) < 1e-15 })
    }

    @Test("Where features stand still the covariance stops growing at its limit")
    func windUp() throws {
        var rule = try RecursiveLeastSquares(covariance: .identity(3), forgetting: 0.95, traceLimit: 30)
        for _ in 0..<1_000 { _ = rule.gain([1, 0, 0], weight: 1) }
        let trace = (0..<3).reduce(0) { $0 + rule.covariance[$1, $1] }
        #expect(trace <= 30 && trace > 20)
        #expect(throws: CalibrationError.self) { try RecursiveLeastSquares(covariance: .identity(1), forgetting: 0.9) }
        #expect(throws: CalibrationError.self) { try RecursiveLeastSquares(covariance: .identity(1), forgetting: 1.01) }
    }

    /// By hand: decays e⁻¹ and e^(−0.1); after one bin of x = (2, 0): fast (1 − e⁻¹)·2, slow (1 − e^(−0.1))·2, power 4.
    @Test("The three-factor rule moves a weight by rate, gate and both traces, over the power of the activity")
    func threeFactors() throws {
        var rule = try ThreeFactorRule(inputs: 2, rate: 0.5)
        let gains = rule.gain([2, 0], gate: 3)
        let traces = (2 * (1 - exp(-1.0)) + 2 * (1 - exp(-0.1))) / 2
        #expect(abs(gains[0] - 0.5 * 3 * traces / (4 + 1e-6)) < 1e-15)
        #expect(gains[1] == 0)
        // A synapse that was active stays eligible after its input has ended.
        let later = rule.gain([0, 1], gate: 1)
        #expect(later[0] > 0)
        #expect(throws: CalibrationError.self) { try ThreeFactorRule(inputs: 1, rate: 0) }
        #expect(throws: CalibrationError.self) { try ThreeFactorRule(inputs: 1, rate: 1, fast: -1) }
    }

    /// By hand: c²/(c² + 4) is 1/5 at 1; at c = 2 it is 1/2, so that the gate is 2.5; its supremum 5 at most.
    @Test("The astrocyte's gate is 1 while errors are as calibrated, opens slowly, and never beyond its most")
    func astrocyte() throws {
        var gate = try AstrocyteGate(timeConstant: 200, half: 2, most: 4)
        let (usual, sudden) = (gate.next(1), gate.next(50))
        #expect(abs(usual - 1) < 1e-12)
        #expect(sudden < 1.6)
        for _ in 0..<20_000 { _ = gate.next(2) }
        let open = gate.next(2)
        #expect(abs(open - 2.5) < 1e-9)
        for _ in 0..<20_000 { _ = gate.next(100) }
        let most = gate.next(100)
        #expect(most == 4)
        #expect(throws: CalibrationError.self) { try AstrocyteGate(timeConstant: 0) }
    }

    @Test("An intended velocity points at the target with the cursor's speed, and is zero inside it")
    func intention() {
        // 3-4-5: 0.1 m/s along (0.6, 0.8).
        let velocity = intendedVelocity(cursor: [0.01, 0.01], target: [0.04, 0.05], speed: 0.1, radius: 0.01)
        #expect(abs(velocity.x - 0.06) < 1e-15 && abs(velocity.y - 0.08) < 1e-15)
        #expect(intendedVelocity(cursor: [0, 0], target: [0.003, 0.004], speed: 0.1, radius: 0.005) == .zero)
    }
}
