public import Signal

/// What turns conditioned samples into a ``Signal/Decision``, once a block.
///
/// `decode` is called in the tick: it allocates nothing, reads no clock and is a pure function of its state and
/// arguments. A decoder belongs to one thread at a time.
public protocol Decoder: AnyObject, Sendable {
    /// Unit of the decided value.
    var unit: String { get }
    /// Spikes of the network's neurons in the last block; empty for decoders without one.
    var spikes: SpikeTrain { get }
    /// Spikes per 1,000 neuron updates above which the network cannot be sound (IL-29).
    var ratedSpikes: Int64 { get }
    /// Decodes one block.
    ///
    /// `input` holds `frames` rows of conditioned samples in µV, `stride` values apart. `envelope` and `bandPower`
    /// hold one value per conditioned channel at the block's end (µV and µV²). `firstSample` is the block's first.
    func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision
    /// Back to the state of a new decoder.
    func reset()
    /// Touches all code and memory, then restores the state of a new decoder, bit for bit.
    func warmUp()
}

extension Decoder {
    /// One spike an update: no neuron can fire more.
    public var ratedSpikes: Int64 { 1_000 }
}

/// Why a decoder could not be made.
public enum DecoderError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The network has another number of inputs or outputs than the decoder.
    case networkShape(inputs: Int, outputs: Int, expectedInputs: Int, expectedOutputs: Int)
    /// A sample rate (Hz) outside the range.
    case rate(found: Double, allowed: String)
    /// An encoder threshold (µV) outside the range.
    case threshold(found: Double, allowed: String)
    /// A channel index that cannot be.
    case channel(found: Int)
    /// The network cannot run on the back end; the text says why.
    case network(String)

    /// One sentence: found and allowed.
    public var description: String {
        switch self {
        case .networkShape(let inputs, let outputs, let wantedInputs, let wantedOutputs):
            "the network has \(inputs) inputs and \(outputs) outputs; allowed: \(wantedInputs) and \(wantedOutputs)"
        case .rate(let found, let allowed): "sample rate \(found) Hz; allowed: \(allowed)"
        case .threshold(let found, let allowed): "encoder threshold \(found) µV; allowed: \(allowed)"
        case .channel(let found): "channel \(found); allowed: 0 and above"
        case .network(let text): text
        }
    }
}
