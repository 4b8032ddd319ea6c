import Decoding
import Signal

/// A decoder whose decisions a test rewrites; everything else is the profile's own.
final class FaultyDecoder: Decoder, @unchecked Sendable {
    private let inner: any Decoder
    private let rewrite: @Sendable (inout Decision, _ block: Int64) -> Void
    var unit: String { inner.unit }
    var spikes: SpikeTrain { inner.spikes }
    var ratedSpikes: Int64 { inner.ratedSpikes }

    /// `rewrite` gets each decision and the number of its block.
    init(_ inner: any Decoder, rewrite: @escaping @Sendable (inout Decision, _ block: Int64) -> Void) {
        (self.inner, self.rewrite) = (inner, rewrite)
    }

    func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        var decision = unsafe inner.decode(
            input: input, frames: frames, stride: stride, envelope: envelope, bandPower: bandPower,
            firstSample: firstSample, validity: validity)
        rewrite(&decision, firstSample / Int64(frames))
        return decision
    }

    func reset() { inner.reset() }
    func warmUp() { inner.warmUp() }
}

extension LoopFaultRig {
    /// A run of `seconds` whose decisions `rewrite` changes.
    init(seconds: Int64, rewriting rewrite: @escaping @Sendable (inout Decision, _ block: Int64) -> Void) {
        self.init()
        self.seconds = seconds
        wrapDecoder = { FaultyDecoder($0, rewrite: rewrite) }
    }
}
