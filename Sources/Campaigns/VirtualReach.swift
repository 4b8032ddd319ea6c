import Acquisition
import Decoding
public import Neuromorphic
import Signal
public import VirtualLab

/// A decoder of reaching that was fitted to the virtual motor cortex.
public struct VirtualReachDecoder: Sendable {
    /// `wiener` or `kalman`.
    public var name: String
    /// Counts of a block in, velocity out.
    public var network: NIRGraph
    /// Of the velocity on the last fifth of the calibration, variance-weighted.
    public var explained: Double
}

/// How the virtual motor cortex is recorded, and the decoders that come of it.
public struct VirtualReachCalibration: Sendable {
    public var units = 96
    /// Of the population; the calibration's noise is trial 0.
    public var seed: UInt64 = 20_240_101
    public var seconds = 300
    public var binMilliseconds = 20
    /// Bins of the Wiener filter: 200 ms.
    public var taps = 10
    public var parameters = CortexParameters()

    /// The calibration of the shipped profile.
    public init() {}

    /// Records reaching as it is intended, and fits a Wiener and a Kalman filter to it.
    ///
    /// - Throws: what cannot be fitted.
    public func decoders() throws -> [VirtualReachDecoder] {
        let recording = recordReach(
            units: units, seed: seed, seconds: seconds, binMilliseconds: binMilliseconds, parameters: parameters)
        let counts = Matrix(rows: recording.bins, columns: units, values: recording.counts.map { Double($0) })
        let velocity = Matrix(rows: recording.bins, columns: 2, values: recording.velocity)
        let position = Matrix(rows: recording.bins, columns: 2, values: recording.position)
        let (split, bin) = (TimeSplit(recording.bins), Double(binMilliseconds) / 1_000)
        let wanted = velocity.rows(split.test)
        let wiener = try WienerFilter(counts: counts, target: velocity, split: split, taps: taps)
        let kalman = try KalmanFilter(counts: counts, state: velocity.beside(position), range: split.fit)
        let tracked = try kalman.predict(counts, split.test).centred(on: kalman.stateMeans.map { -$0 })
        return [
            VirtualReachDecoder(
                name: "wiener", network: try wiener.graph(bin: bin),
                explained: DecodingScore.varianceWeighted(wanted, by: wiener.predict(counts, split.test))),
            VirtualReachDecoder(
                name: "kalman", network: try kalman.graph(bin: bin),
                explained: DecodingScore.varianceWeighted(wanted, by: tracked.firstColumns(2))),
        ]
    }

    /// Reaches for `seconds` by `network` in trial `trial`, as the loop does: a decision on block k moves block k + 2.
    ///
    /// - Throws: a network that does not take the population's counts.
    public func reach(
        by network: NIRGraph, seconds: Int, trial: UInt64 = 1, plant: Plant = .cursor
    ) throws -> ReachScore {
        let channels = (0..<units).map { Channel(label: "unit\($0)") }
        let cortex = try VirtualCortex(
            montage: Montage(channels), frames: binMilliseconds, seed: seed, trial: trial, plant: plant,
            parameters: parameters)
        let decoder = try CountsDecoder(
            network: network, channels: units, blockSeconds: Double(binMilliseconds) / 1_000)
        let block = Block(format: cortex.format)
        for _ in 0..<seconds * 1_000 / binMilliseconds {
            guard try cortex.next(into: block) == .block else { break }
            guard let base = unsafe block.float32.baseAddress else { break }
            let input = unsafe UnsafePointer(base)
            let decision = unsafe decoder.decode(
                input: input, frames: binMilliseconds, stride: units, envelope: input, bandPower: input,
                firstSample: block.header.firstSample, validity: SignalValidity(channels: Int32(units)))
            cortex.follow(decision)
        }
        return cortex.score
    }
}

/// Writes the network of `Profiles/reach` to `path`; every run gives the same bytes.
public func writeReachNetwork(to path: String) throws {
    let decoders = try VirtualReachCalibration().decoders()
    guard let best = decoders.first(where: { $0.name == "wiener" }) else { return }
    try best.network.write(to: path)
}
