import Glibc
import Signal

/// How the channel that a decoder reads is watched for what no filter takes away.
public struct WatchRules: Hashable, Sendable {
    /// Output channel that is watched.
    public var channel = 0
    /// Larger shares of saturated samples in ``saturationWindow`` seconds lose the channel.
    public var saturationFraction = 0.01
    /// Seconds.
    public var saturationWindow = 0.2

    /// The first channel, 1 % in 200 ms.
    public init() {}
}

/// Watches one referenced channel before it is filtered: line noise, artefacts, saturation.
///
/// Three measures, none with a threshold in the signed file yet; each number is ours:
///
/// - **Line.** The share of the power in 500 ms that a sine at 50 or 60 Hz explains: disturbed above one half. A
///   channel whose line noise is 5 % of its power has 95 % once it grows twentyfold.
/// - **Peak.** A sample further from the channel's 1 s mean than ten mean absolute deviations (eight standard
///   deviations of normal noise): a heartbeat, a step of the lead.
/// - **Activity.** The mean step between neighbouring samples, over 50 ms, above three times its usual: muscle.
///
/// What is usual is learned over the first second and then with a time constant of 10 s, never from a disturbed block.
/// Blanked and missing samples count for none of these but the line, which sees their fill.
@safe final class DisturbanceWatch: @unchecked Sendable {
    static let peak: Float = 10, activity: Float = 3, lineShare = 0.5
    private let rules: WatchRules
    private let frames: Int
    private let learning: Int
    private let slow, mean, quick: Float
    private var lines: LineShare
    private var saturation: SaturationWindow
    private var learned = 0
    private var centre: Float = 0, deviation: Float = 0, step: Float = 0, recent: Float = 0
    private var last: Float?
    private var isFresh = true

    init(_ configuration: ConditioningConfiguration) {
        let rate = configuration.format.rate
        rules = configuration.watch
        frames = configuration.format.frames
        learning = Int(rate.rounded(.up))
        (slow, mean, quick) = (Float(0.1 / rate), Float(1 / rate), Float(min(1, 20 / rate)))
        lines = LineShare(rate: rate)
        saturation = SaturationWindow(rules, rate: rate, frames: frames)
    }

    /// Takes the rows of one block and says whether the channel is disturbed.
    ///
    /// `isLost`: the channel is saturated or flat, so that there is nothing to learn; it begins anew where it ends.
    func process(_ rows: Range<Int>, of samples: SampleRows, isLost: Bool, isPresent: (Int) -> Bool) -> Bool {
        guard !isLost else {
            lines.reset()
            (last, isFresh) = (nil, true)
            return false
        }
        var furthest: Float = 0
        var isLouder = false
        let isLearning = learned < learning
        let (usual, usualStep) = (deviation, step)
        var sumDeviation: Float = 0, sumStep: Float = 0, present: Float = 0
        for row in rows {
            let sample = unsafe samples.floats(row)[rules.channel]
            lines.add(Double(sample))
            guard isPresent(row) else { last = nil; continue }
            if isFresh { (centre, isFresh) = (sample, false) }
            let distance = abs(sample - centre)
            centre += (sample - centre) * mean
            if let last {
                recent += (abs(sample - last) - recent) * quick
                sumStep += abs(sample - last)
                if recent > Self.activity * usualStep { isLouder = true }
            }
            (last, learned) = (sample, min(learned + 1, learning))
            furthest = max(furthest, distance)
            (sumDeviation, present) = (sumDeviation + distance, present + 1)
        }
        let isFar = furthest > Self.peak * usual
        guard isLearning || !(isFar || isLouder) else { return true }
        learn(sumDeviation, sumStep, present)
        return !isLearning && lines.share > Self.lineShare
    }

    /// A plain mean over the first second, an exponential one afterwards.
    private func learn(_ deviations: Float, _ steps: Float, _ present: Float) {
        guard present > 0 else { return }
        let weight = learned < learning ? present / Float(learned) : slow * present
        deviation += (deviations / present - deviation) * weight
        step += (steps / present - step) * weight
    }

    /// Takes the saturated samples of one block; true while they are too many.
    func saturate(_ samples: Int) -> Bool { saturation.add(samples) }

    func reset() {
        lines.reset()
        saturation.reset()
        (learned, centre, deviation, step, recent, last) = (0, 0, 0, 0, 0, nil)
        isFresh = true
    }
}

/// The share of a window's power that a sine at 50 or 60 Hz has: 2|X|²/N² over the variance, X one bin of a DFT.
struct LineShare: Sendable {
    /// Of the newest whole window of 500 ms, the larger of both.
    private(set) var share = 0.0
    private let length: Int
    private let turns: [(cosine: Double, sine: Double)]
    private var phases = InlineArray<2, (cosine: Double, sine: Double)>(repeating: (1, 0))
    private var bins = InlineArray<2, (real: Double, imaginary: Double)>(repeating: (0, 0))
    private var count = 0, sum = 0.0, squares = 0.0

    init(rate: Double) {
        length = max(1, Int((rate / 2).rounded()))
        turns = [50.0, 60].map { (cos(2 * .pi * $0 / rate), sin(2 * .pi * $0 / rate)) }
    }

    mutating func add(_ sample: Double) {
        for line in 0..<2 {
            let (phase, turn) = (phases[line], turns[line])
            bins[line].real += sample * phase.cosine
            bins[line].imaginary += sample * phase.sine
            phases[line] = (
                phase.cosine * turn.cosine - phase.sine * turn.sine, phase.sine * turn.cosine + phase.cosine * turn.sine
            )
        }
        (count, sum, squares) = (count + 1, sum + sample, squares + sample * sample)
        if count == length { close() }
    }

    private mutating func close() {
        let number = Double(count)
        let variance = squares / number - sum / number * (sum / number)
        var largest = 0.0
        for line in 0..<2 {
            let bin = bins[line]
            largest = max(largest, 2 * (bin.real * bin.real + bin.imaginary * bin.imaginary) / (number * number))
        }
        share = variance > 0 ? largest / variance : 0
        restart()
    }

    private mutating func restart() {
        for line in 0..<2 { (phases[line], bins[line]) = ((1, 0), (0, 0)) }
        (count, sum, squares) = (0, 0, 0)
    }

    mutating func reset() {
        restart()
        share = 0
    }
}

/// Saturated samples of the watched channel over a window, block by block.
struct SaturationWindow: Sendable {
    private var counts: [Int]
    private var next = 0, total = 0
    private let allowed: Int

    init(_ rules: WatchRules, rate: Double, frames: Int) {
        let samples = rules.saturationWindow * rate
        counts = Array(repeating: 0, count: max(1, Int((samples / Double(frames)).rounded(.up))))
        allowed = Int(samples * rules.saturationFraction)
    }

    /// True while more samples than allowed are saturated.
    mutating func add(_ samples: Int) -> Bool {
        total += samples - counts[next]
        counts[next] = samples
        next = (next + 1) % counts.count
        return total > allowed
    }

    mutating func reset() {
        for index in counts.indices { counts[index] = 0 }
        (next, total) = (0, 0)
    }
}
