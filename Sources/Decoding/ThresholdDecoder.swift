public import Signal

/// The baseline without a network: the conditioner's envelope of one channel, unchanged.
///
/// Value: 100 ms exponential mean of the rectified band-passed signal, µV. Confidence: the 100 ms exponential mean of
/// the share of good samples, 0…1, above 0.7 after 125 ms of good input; a decision is valid from 0.5, and never for
/// a block with a gap.
///
///     let decoder = try ThresholdDecoder(channel: 0, rate: 1000)
@safe public final class ThresholdDecoder: Decoder, @unchecked Sendable {
    public let unit = "uV"
    public let spikes = SpikeTrain(capacity: 1)
    public let channel: Int
    private var trust: InputTrust

    /// A decoder of conditioned channel `channel` at `rate` Hz.
    public init(channel: Int, rate: Double) throws(DecoderError) {
        guard channel >= 0 else { throw .channel(found: channel) }
        guard rate >= 20, rate <= 1e6 else { throw .rate(found: rate, allowed: "20 to 1000000 Hz") }
        self.channel = channel
        trust = InputTrust(rate: rate)
    }

    public func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        let share = unsafe InputTrust.share(input, frames: frames, stride: stride, channel: channel, validity: validity)
        for _ in 0..<frames { trust.add(share) }
        let value = unsafe envelope[channel]
        return Decision(
            value: value.isFinite ? value : 0, confidence: value.isFinite ? trust.value : 0, firstSample: firstSample,
            endSample: firstSample + Int64(frames),
            isValid: share > 0 && value.isFinite && trust.value >= InputTrust.least)
    }

    public func reset() { trust.reset() }

    public func warmUp() { trust.reset() }
}
