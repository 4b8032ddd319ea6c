import Neuromorphic
import Testing

@testable import Decoding

/// The recurrent spiking network: gradients, training, and the network file it becomes.
@Suite struct RecurrentTests {
    /// A target that a network of sixteen can learn: a running mean of two of six Poisson-like counts.
    private static func data(bins: Int, seed: UInt64) -> (counts: Matrix, target: Matrix) {
        var stream = SeededStream(seed: seed, stream: 9)
        var (phase, rates) = (0.0, [Double](repeating: 0, count: 6))
        var counts = Matrix(rows: bins, columns: 6)
        var target = Matrix(rows: bins, columns: 2)
        for row in 0..<bins {
            phase = 0.95 * phase + 0.3 * stream.normal()
            for unit in 0..<6 {
                rates[unit] = 2 + (unit % 2 == 0 ? 1.5 : -1.5) * phase
                counts[row, unit] = max(0, (rates[unit] + stream.normal()).rounded())
            }
            target[row, 0] = 0.1 * phase
            target[row, 1] = -0.2 * phase + 0.05
        }
        return (counts, target)
    }

    private static var small: RecurrentSettings {
        var settings = RecurrentSettings()
        (settings.hidden, settings.epochs, settings.batch) = (16, 2, 4)
        (settings.window, settings.scored, settings.stride) = (20, 15, 10)
        return settings
    }

    /// Against central differences of the loss, with the spike replaced by the function whose slope the surrogate is.
    @Test("The gradient is that of the smooth network, for every kind of parameter, with and without rate penalty")
    func gradient() {
        var stream = SeededStream(seed: 1, stream: 1)
        var parameters = RecurrentParameters(inputs: 5, hidden: 16, outputs: 2, from: &stream)
        for index in parameters.recurrentStart..<parameters.outputStart { parameters.values[index] *= 20 }
        let pass = RecurrentPass(windows: 3, steps: 7, shape: parameters, spike: .smooth)
        let gradient = RecurrentGradient(pass, scored: 4)
        let target = FloatRow(3 * 7 * 2)
        for index in 0..<pass.x.count { pass.x[index] = Float(stream.normal()) }
        for index in 0..<target.count { target[index] = Float(stream.normal()) }
        for resting: Float in [-1, 10] {
            func loss(_ now: RecurrentParameters) -> Float {
                var unused = [Float](repeating: 0, count: now.values.count)
                return gradient.loss(now, target: target, penalty: 5, resting: resting, into: &unused)
            }
            var found = [Float](repeating: 0, count: parameters.values.count)
            _ = gradient.loss(parameters, target: target, penalty: 5, resting: resting, into: &found)
            let largest = found.map(abs).max() ?? 0
            let starts = [
                0, parameters.recurrentStart, parameters.outputStart, parameters.biasStart, parameters.alphaStart,
                parameters.betaStart, parameters.gammaStart,
            ]
            for start in starts {
                for index in start..<min(start + 5, parameters.values.count) {
                    let step: Float = 1e-2
                    var (up, down) = (parameters, parameters)
                    up.values[index] += step
                    down.values[index] -= step
                    let slope = (loss(up) - loss(down)) / (2 * step)
                    #expect(abs(slope - found[index]) < 0.03 * abs(slope) + 2e-3 * largest, "parameter \(index)")
                }
            }
        }
    }

    @Test("Two epochs from one seed give the same bits, from another seed other ones")
    func determinism() throws {
        let (counts, target) = Self.data(bins: 600, seed: 4)
        func train(_ seed: UInt64) throws -> RecurrentDecoder {
            var settings = Self.small
            settings.seed = seed
            return try RecurrentDecoder.trained(
                counts: counts, target: target, split: TimeSplit(600), bin: 0.05, settings: settings
            ).decoder
        }
        let first = try train(1)
        #expect(try train(1) == first)
        #expect(try train(2) != first)
    }

    @Test("Training learns: a target that lies in the counts is followed, within the rate that costs nothing")
    func learns() throws {
        let (counts, target) = Self.data(bins: 1_500, seed: 5)
        var settings = Self.small
        (settings.epochs, settings.dropout, settings.learningRate) = (40, 0, 1e-2)
        var seen: [Int] = []
        let trained = try RecurrentDecoder.trained(
            counts: counts, target: target, split: TimeSplit(1_500), bin: 0.05, settings: settings
        ) { progress in
            seen.append(progress.epoch)
            return true
        }
        #expect(seen == Array(1...40))
        #expect(trained.validation > trained.history[0].validation + 0.02)
        let split = TimeSplit(1_500)
        let run = trained.decoder.run(counts, split.test, warmUp: 60)
        #expect(DecodingScore.varianceWeighted(target.rows(split.test), by: run.prediction) > 0.6)
        #expect(trained.validation == trained.history.map(\.validation).max())
        #expect(trained.history[trained.bestEpoch - 1].validation == trained.validation)
    }

    @Test("Training that is stopped after an epoch gives no decoder, and data too short are refused")
    func stops() {
        let (counts, target) = Self.data(bins: 600, seed: 4)
        #expect(throws: CalibrationError.interrupted) {
            try RecurrentDecoder.trained(
                counts: counts, target: target, split: TimeSplit(600), bin: 0.05, settings: Self.small
            ) { _ in false }
        }
        #expect(throws: CalibrationError.tooFew(what: "training bins", found: 420, least: 5_010)) {
            var settings = Self.small
            settings.window = 5_000
            return try RecurrentDecoder.trained(
                counts: counts, target: target, split: TimeSplit(600), bin: 0.05, settings: settings)
        }
    }

    /// The network runs NIR's equations in double precision, training its own in single: two implementations.
    @Test("The network file does what was trained: the same spikes at first, the same outputs within single precision")
    func network() throws {
        let (counts, target) = Self.data(bins: 600, seed: 6)
        let decoder = try RecurrentDecoder.trained(
            counts: counts, target: target, split: TimeSplit(600), bin: 0.05, settings: Self.small
        ).decoder
        let graph = try decoder.graph()
        let chip = try ChipNetwork(graph: graph, backend: .float, dt: 0.05, scheme: RecurrentDecoder.scheme)
        let run = try NetworkRun(graph, on: chip, input: counts, range: 60..<200, warmUp: 60)
        let own = decoder.run(counts, 60..<200, warmUp: 60)
        #expect(run.activity == own.activity)
        #expect(own.activity > 0.01)
        for (found, wanted) in zip(run.output.values, own.prediction.values) { #expect(abs(found - wanted) < 1e-5) }
        #expect(run.cost.effectiveMACs == own.cost.effectiveMACs)
        #expect(run.cost.effectiveACs == own.cost.effectiveACs)
        #expect(run.cost.activationSparsity == own.cost.activationSparsity)
        // 6 × 16 + 16 × 16 + 2 × 16.
        #expect(run.cost.dense == 384)
    }
}
