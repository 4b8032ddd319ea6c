/// What a decoder concluded from one block.
public struct Decision: Sendable, BitwiseCopyable {
    /// The decoded value; its unit is the decoder's (adaptive-dbs: envelope in µV).
    public var value: Float
    /// 0 to 1.
    public var confidence: Float
    /// First sample that the value rests on, since the start of the session.
    public var firstSample: Int64
    /// One past the last sample that the value rests on.
    public var endSample: Int64
    /// Spikes that the network fired for this decision.
    public var spikes: Int32
    /// Synaptic operations that the chip spent for this decision.
    public var synapticOperations: Int64
    /// Neuron updates that the chip spent for this decision.
    public var neuronUpdates: Int64
    /// False where the input did not allow a value (a gap, an invalid channel); `value` then means nothing.
    public var isValid: Bool
    /// The second component of what has two, such as the velocity across; 0 for decoders with one value.
    public var second: Float

    /// A decision; counts start at 0.
    public init(
        value: Float, confidence: Float, firstSample: Int64, endSample: Int64, spikes: Int32 = 0,
        synapticOperations: Int64 = 0, neuronUpdates: Int64 = 0, isValid: Bool = true, second: Float = 0
    ) {
        self.value = value
        self.confidence = confidence
        self.firstSample = firstSample
        self.endSample = endSample
        self.spikes = spikes
        self.synapticOperations = synapticOperations
        self.neuronUpdates = neuronUpdates
        self.isValid = isValid
        self.second = second
    }
}

/// A stretch of samples that stimulation disturbs, to be blanked by Conditioning.
public struct StimulationMark: Hashable, Sendable, BitwiseCopyable {
    /// First disturbed sample since the start of the session.
    public var firstSample: Int64
    /// One past the last disturbed sample.
    public var endSample: Int64

    /// The samples from `firstSample` up to, not including, `endSample`.
    @inlinable public init(firstSample: Int64, endSample: Int64) {
        self.firstSample = firstSample
        self.endSample = endSample
    }
}

/// What Conditioning says about the samples of one block.
public struct SignalValidity: Sendable, BitwiseCopyable {
    /// Channels that are neither saturated, flat, non-finite nor absent.
    public var validChannels: Int32
    /// Channels in all.
    public var channels: Int32
    /// Samples in sequence that are missing at the newest end of the record so far, the longest in this block.
    public var gapSamples: Int32
    public var saturatedChannels: Int32
    public var flatChannels: Int32
    public var nonFiniteChannels: Int32
    /// The watched channel is saturated for too large a share of its window, or flat.
    public var isWatchedLost = false
    /// Line noise or an artefact outweighs the watched channel's signal.
    public var isDisturbed = false

    /// All of `channels` are valid.
    public init(channels: Int32) {
        self.channels = channels
        self.validChannels = channels
        self.gapSamples = 0
        self.saturatedChannels = 0
        self.flatChannels = 0
        self.nonFiniteChannels = 0
    }
}
