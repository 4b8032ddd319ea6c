import Testing

@testable import Decoding

/// Wiener and Kalman on the reach recording, against the predictions that lie beside it (numpy, double precision).
@Suite struct LinearDecoderTests {
    private static func largest(_ a: Matrix, _ b: Matrix) -> Double {
        zip(a.values, b.values).map { abs($0 - $1) }.max() ?? .infinity
    }

    private static func given(_ name: String) throws -> Matrix {
        try NumpyArray(Recordings.reach + "/" + name).matrix(name)
    }

    /// R² 0.781 (0.840, 0.728), penalty 3e3, and every prediction: manifest.json of the recording.
    @Test(
        "The Wiener filter predicts the test part within 1e-6 m/s of the given file",
        .enabled(if: Recordings.isPresent && Recordings.isOptimised, "needs recordings in ANSA_DATA, optimised"))
    func wiener() throws {
        let reach = try ReachRecording(folder: Recordings.reach)
        #expect(reach.split.train.upperBound == 10_875)
        #expect(reach.split.test.lowerBound == 12_428)
        let filter = try WienerFilter(counts: reach.counts, target: reach.velocity, split: reach.split)
        #expect(filter.penalty == 3e3)
        let found = filter.predict(reach.counts, reach.split.test)
        #expect(Self.largest(found, try Self.given("wiener_test_prediction.npy")) < 1e-6)
        let target = reach.velocity.rows(reach.split.test)
        #expect(abs(DecodingScore.varianceWeighted(target, by: found) - 0.7809380635130967) < 1e-9)
        #expect(abs(DecodingScore.mean(target, by: found) - 0.7839650110977403) < 1e-9)
    }

    /// R² 0.549 (0.657, 0.452): manifest.json of the recording.
    @Test(
        "The Kalman filter predicts the test part within 1e-6 of the given file",
        .enabled(if: Recordings.isPresent && Recordings.isOptimised, "needs recordings in ANSA_DATA, optimised"))
    func kalman() throws {
        let reach = try ReachRecording(folder: Recordings.reach)
        let state = reach.velocity.beside(try #require(reach.position))
        let filter = try KalmanFilter(counts: reach.counts, state: state, range: reach.split.fit)
        let found = try filter.predict(reach.counts, reach.split.test)
        #expect(Self.largest(found, try Self.given("kalman_test_prediction.npy")) < 1e-6)
        let target = state.centred(on: filter.stateMeans).rows(reach.split.test).firstColumns(2)
        #expect(abs(DecodingScore.varianceWeighted(target, by: found.firstColumns(2)) - 0.5490451583144415) < 1e-9)
    }

    /// One unit that is the target two bins ago, by hand: the filter is that delay.
    @Test("A Wiener filter finds a pure delay")
    func delay() throws {
        var stream = SeededStream(seed: 3, stream: 1)
        let counts = Matrix(rows: 600, columns: 1, values: (0..<600).map { _ in Double(stream.below(9)) })
        let target = Matrix(rows: 600, columns: 1, values: (0..<600).map { $0 < 2 ? 0 : 5 + 2 * counts[$0 - 2, 0] })
        let filter = try WienerFilter(
            counts: counts, target: target, split: TimeSplit(600), taps: 4, penalties: [1e-6])
        for lag in 0..<4 { #expect(abs(filter.weights[lag, 0] - (lag == 2 ? 2 : 0)) < 0.02) }
        let found = filter.predict(counts, 480..<600)
        #expect(DecodingScore.varianceWeighted(target.rows(480..<600), by: found) > 0.999)
    }

    /// Against the definition, term by term.
    @Test("Moments over lags are those of the written-out design")
    func moments() {
        var stream = SeededStream(seed: 5, stream: 1)
        let signal = Matrix(rows: 40, columns: 3, values: (0..<120).map { _ in stream.normal() })
        let target = Matrix(rows: 40, columns: 1, values: (0..<40).map { _ in stream.normal() })
        let moments = LaggedMoments(signal, target, count: 37, taps: 5)
        func entry(_ row: Int, _ column: Int) -> Double {
            row < column / 3 ? 0 : signal[row - column / 3, column % 3]
        }
        for i in 0..<15 {
            #expect(abs(moments.sums[i] - (0..<37).reduce(0) { $0 + entry($1, i) }) < 1e-12)
            #expect(abs(moments.targets[i, 0] - (0..<37).reduce(0) { $0 + entry($1, i) * target[$1, 0] }) < 1e-12)
            for j in 0...i {
                let sum = (0..<37).reduce(0.0) { $0 + entry($1, i) * entry($1, j) }
                #expect(abs(moments.products[i, j] - sum) < 1e-12)
            }
        }
    }
}
