/// How far training is.
public struct TrainingProgress: Hashable, Sendable {
    /// Done, and in all.
    public var epoch: Int
    public var epochs: Int
    /// Mean loss of the epoch.
    public var loss: Double
    /// Variance-weighted R² and spikes a neuron and bin on the validation part.
    public var validation: Double
    public var activity: Double
    /// Of the best epoch so far.
    public var best: Double
}

/// A trained decoder and where it came from.
public struct TrainedDecoder: Sendable {
    public var decoder: RecurrentDecoder
    /// The epoch with the best validation score, from 1.
    public var bestEpoch: Int
    public var validation: Double
    public var history: [TrainingProgress]
}

extension RecurrentDecoder {
    /// Trains on the training part of `split`, and keeps the epoch that is best on the validation part.
    ///
    /// Inputs are z-scored with means and deviations of the training part, which the decoder then holds as weights and
    /// constants. The same seed gives the same bits on one kind of machine.
    ///
    /// - Parameters:
    ///   - counts: Bins × inputs.
    ///   - target: Bins × outputs.
    ///   - split: The test part is not touched.
    ///   - bin: Seconds a bin.
    ///   - settings: The protocol.
    ///   - progress: Called after each epoch; false stops.
    /// - Returns: the decoder of the best epoch.
    /// - Throws: too few bins for one window, a target that never changes, or ``CalibrationError/interrupted``.
    public static func trained(
        counts: Matrix, target: Matrix, split: TimeSplit, bin: Double, settings: RecurrentSettings,
        progress: (TrainingProgress) -> Bool = { _ in true }
    ) throws(CalibrationError) -> TrainedDecoder {
        try settings.check()
        let least = settings.window + settings.stride
        guard split.train.count >= least else {
            throw .tooFew(what: "training bins", found: split.train.count, least: least)
        }
        guard split.validation.count >= 20 else {
            throw .tooFew(what: "validation bins", found: split.validation.count, least: 20)
        }
        var run = try TrainingRun(counts: counts, target: target, split: split, bin: bin, settings: settings)
        var best: TrainedDecoder?
        var history: [TrainingProgress] = []
        for epoch in 1...settings.epochs {
            let loss = run.epoch()
            let decoder = run.decoder
            let found = decoder.run(counts, split.validation, warmUp: settings.warmUp)
            let score = DecodingScore.varianceWeighted(target.rows(split.validation), by: found.prediction)
            guard score.isFinite else { throw .setting(name: "training", found: "diverged", allowed: "finite losses") }
            if score > best?.validation ?? -.infinity {
                best = TrainedDecoder(decoder: decoder, bestEpoch: epoch, validation: score, history: [])
            }
            let now = TrainingProgress(
                epoch: epoch, epochs: settings.epochs, loss: Double(loss), validation: score, activity: found.activity,
                best: best?.validation ?? score)
            history.append(now)
            guard progress(now) else { throw .interrupted }
        }
        guard var best else { throw .interrupted }
        best.history = history
        return best
    }
}

/// Parameters, optimiser and random numbers of one training.
private struct TrainingRun {
    private let counts: [Float]
    private let targets: [Float]
    private let bins: Int
    private let settings: RecurrentSettings
    private let bin: Double
    private let inputMeans: [Double]
    private let inputScales: [Double]
    private let means: [Double]
    private let deviations: [Double]
    private var parameters: RecurrentParameters
    private var optimizer: AdamOptimizer
    private var draws: SeededStream
    private var masks: SeededStream
    private var passes: [Int: (pass: RecurrentPass, gradient: RecurrentGradient, target: FloatRow)] = [:]

    init(
        counts: Matrix, target: Matrix, split: TimeSplit, bin: Double, settings: RecurrentSettings
    ) throws(CalibrationError) {
        bins = split.train.count
        self.settings = settings
        self.bin = bin
        let kept = target.rows(split.train), seen = counts.rows(split.train)
        let (means, deviations) = (kept.columnMeans, kept.columnDeviations)
        guard deviations.allSatisfy({ $0 > 0 }) else {
            throw .setting(name: "the target", found: "constant", allowed: "values that change")
        }
        (self.means, self.deviations) = (means, deviations)
        targets = (0..<kept.rows).flatMap { row in
            (0..<kept.columns).map { Float((kept[row, $0] - means[$0]) / deviations[$0]) }
        }
        let (inputMeans, inputScales) = (seen.columnMeans, seen.columnDeviations.map { $0 > 0 ? 1 / $0 : 0 })
        (self.inputMeans, self.inputScales) = (inputMeans, inputScales)
        self.counts = (0..<seen.rows).flatMap { row in
            (0..<seen.columns).map { Float((seen[row, $0] - inputMeans[$0]) * inputScales[$0]) }
        }
        var weights = SeededStream(seed: settings.seed, stream: 1)
        parameters = RecurrentParameters(
            inputs: counts.columns, hidden: settings.hidden, outputs: target.columns, from: &weights)
        optimizer = AdamOptimizer(
            count: parameters.values.count, rate: settings.learningRate, weightDecay: settings.weightDecay,
            largestNorm: settings.gradientNorm)
        draws = SeededStream(seed: settings.seed, stream: 2)
        masks = SeededStream(seed: settings.seed, stream: 3)
    }

    var decoder: RecurrentDecoder {
        RecurrentDecoder(
            trained: parameters, means: inputMeans, scales: inputScales, targetMeans: means,
            targetDeviations: deviations, bin: bin)
    }

    /// All windows once, in random order; the mean loss.
    mutating func epoch() -> Float {
        let offset = draws.below(settings.stride)
        let starts = stride(from: offset, through: bins - settings.window, by: settings.stride).map(\.self)
        let order = draws.shuffled(starts.count)
        var (total, batches) = (Float(0), Float(0))
        var first = 0
        while first < order.count {
            let chosen = order[first..<min(order.count, first + settings.batch)].map { starts[$0] }
            total += step(chosen)
            batches += 1
            first += settings.batch
        }
        return total / max(1, batches)
    }

    /// One step on the windows that begin at `starts`.
    private mutating func step(_ starts: [Int]) -> Float {
        let room = workspace(starts.count)
        let (inputs, outputs) = (parameters.inputs, parameters.outputs)
        let keep = 1 / (1 - settings.dropout)
        for step in 0..<settings.window {
            for (window, start) in starts.enumerated() {
                let place = step * starts.count + window
                for input in 0..<inputs {
                    let isSeen = settings.dropout == 0 || Float(masks.uniform()) >= settings.dropout
                    room.pass.x[place * inputs + input] = isSeen ? counts[(start + step) * inputs + input] * keep : 0
                }
                for output in 0..<outputs {
                    room.target[place * outputs + output] = targets[(start + step) * outputs + output]
                }
            }
        }
        var gradient = [Float](repeating: 0, count: parameters.values.count)
        let loss = room.gradient.loss(
            parameters, target: room.target, penalty: settings.ratePenalty, resting: settings.restingRate,
            into: &gradient)
        optimizer.step(&parameters.values, along: gradient)
        return loss
    }

    private mutating func workspace(
        _ windows: Int
    ) -> (pass: RecurrentPass, gradient: RecurrentGradient, target: FloatRow) {
        if let known = passes[windows] { return known }
        let pass = RecurrentPass(windows: windows, steps: settings.window, shape: parameters)
        let made = (
            pass: pass, gradient: RecurrentGradient(pass, scored: settings.scored),
            target: FloatRow(windows * settings.window * parameters.outputs)
        )
        passes[windows] = made
        return made
    }
}
