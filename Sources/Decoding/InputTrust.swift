import Signal

/// How far a decoder may trust its input: the exponential mean, over 100 ms, of the share of good samples.
///
/// A block's samples are good when nothing is missing, the decoded channel is finite and not constant, and at least
/// one channel is valid; where other channels than the decoded one may be the bad ones, the share of valid channels
/// counts. The mean starts at 0: a decoder is not sure before it has seen 70 ms.
struct InputTrust: Sendable, BitwiseCopyable {
    /// Confidence from which a decision is valid.
    static let least: Float = 0.5
    private let keepPerSample: Float
    private(set) var value: Float = 0

    /// The time constant is 100 ms at `rate` Hz, as 1/(100 ms · rate) per sample.
    init(rate: Double) { keepPerSample = Float(1 - min(1, 1 / (0.1 * rate))) }

    /// The share of good samples of one block, 0…1.
    static func share(
        _ input: UnsafePointer<Float>, frames: Int, stride: Int, channel: Int, validity: SignalValidity
    ) -> Float {
        guard frames > 0, validity.gapSamples == 0, validity.validChannels > 0, validity.channels > 0 else { return 0 }
        let first = unsafe input[channel]
        var isConstant = frames >= 8
        for frame in 0..<frames {
            let sample = unsafe input[frame * stride + channel]
            if !sample.isFinite { return 0 }
            if sample != first { isConstant = false }
        }
        if isConstant { return 0 }
        return min(1, Float(validity.validChannels) / Float(validity.channels))
    }

    /// Takes one sample whose goodness is `share`.
    mutating func add(_ share: Float) { value = value * keepPerSample + share * (1 - keepPerSample) }

    mutating func reset() { value = 0 }
}
