import Decoding
import Neuromorphic
import Signal
import Testing

/// Counts of six units that carry a slow movement, and that movement: 900 bins.
private func recording() -> (counts: Matrix, velocity: Matrix, position: Matrix) {
    var stream = SeededStream(seed: 4, stream: 9)
    var (counts, velocity, position) = ([Double](), [Double](), [Double]())
    var (v, p) = ([0.0, 0.0], [0.0, 0.0])
    for _ in 0..<900 {
        for axis in 0..<2 {
            v[axis] = 0.9 * v[axis] + 0.1 * stream.normal()
            p[axis] += 0.02 * v[axis]
        }
        for unit in 0..<6 {
            let rate = 3 + 4 * (unit < 3 ? v[0] : v[1]) * (unit % 2 == 0 ? 1 : -1) + stream.normal()
            counts.append(max(0, rate.rounded()))
        }
        (velocity, position) = (velocity + v, position + p)
    }
    return (
        Matrix(rows: 900, columns: 6, values: counts), Matrix(rows: 900, columns: 2, values: velocity),
        Matrix(rows: 900, columns: 2, values: position)
    )
}

/// One bin a block of four samples, the counts spread over them.
private func decoded(_ graph: NIRGraph, _ counts: Matrix, _ range: Range<Int>) throws -> Matrix {
    let decoder = try CountsDecoder(network: graph, channels: 6, blockSeconds: 0.02)
    decoder.warmUp()
    var result = Matrix(rows: range.count, columns: 2)
    for row in range {
        var samples = [Float](repeating: 0, count: 32)
        for unit in 0..<6 {
            samples[unit] = Float(counts[row, unit])
            (samples[8 + unit], samples[16 + unit]) = (1, -1)
        }
        unsafe samples.withUnsafeBufferPointer { samples in
            guard let input = samples.baseAddress else { return }
            let decision = unsafe decoder.decode(
                input: input, frames: 4, stride: 8, envelope: input, bandPower: input, firstSample: Int64(row) * 4,
                validity: SignalValidity(channels: 6))
            #expect(decision.isValid && decision.endSample == Int64(row) * 4 + 4)
            result[row - range.lowerBound, 0] = Double(decision.value)
            result[row - range.lowerBound, 1] = Double(decision.second)
        }
    }
    return result
}

private func greatest(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.values, b.values).map { abs($0 - $1) }.max() ?? .infinity
}

@Test("A Wiener filter written as a network decides in the loop what the filter predicts")
func wienerNetwork() throws {
    let (counts, velocity, _) = recording()
    let filter = try WienerFilter(counts: counts, target: velocity, split: TimeSplit(900), taps: 5)
    let found = try decoded(try filter.graph(bin: 0.02), counts, 0..<900)
    #expect(greatest(found, filter.predict(counts, 0..<900)) < 1e-5)
}

/// The covariance of the velocity settles soon, that of the position, which is hardly seen, slowly.
///
/// Velocities have a standard deviation of 0.23 here; what is left is a hundredth of it.
@Test("A Kalman filter written as a network decides, once it has settled, what the filter predicts")
func kalmanNetwork() throws {
    let (counts, velocity, position) = recording()
    let filter = try KalmanFilter(counts: counts, state: velocity.beside(position), range: 0..<700)
    let found = try decoded(try filter.graph(bin: 0.02), counts, 0..<900)
    let wanted = try filter.predict(counts, 0..<900).centred(on: filter.stateMeans.map { -$0 }).firstColumns(2)
    #expect(greatest(found.rows(600..<900), wanted.rows(600..<900)) < 4e-3)
    #expect(DecodingScore.varianceWeighted(velocity, by: found) > 0.5)
}

@Test("A network of another width is refused with both numbers")
func countsShape() throws {
    let (counts, velocity, _) = recording()
    let filter = try WienerFilter(counts: counts, target: velocity, split: TimeSplit(900), taps: 2)
    let error = #expect(throws: DecoderError.self) {
        try CountsDecoder(network: try filter.graph(bin: 0.02), channels: 7, blockSeconds: 0.02)
    }
    #expect(error.map { "\($0)" }?.contains("6 inputs") == true)
}
