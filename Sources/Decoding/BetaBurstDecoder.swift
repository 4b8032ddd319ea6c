public import Neuromorphic
public import Signal

/// The beta envelope of one channel, read by a spiking network on the emulated chip.
///
/// A delta encoder turns the band-passed signal (13–30 Hz, µV) into ON and OFF events; the network (see
/// ``BetaBurstNetwork``) takes them every millisecond and its readout, times the threshold, is the envelope in µV: an
/// estimate of the 100 ms exponential mean of the rectified signal, so that thresholds calibrated on either agree.
///
///     let network = try NIRGraph.load("beta-burst.nir")
///     let decoder = try BetaBurstDecoder(channel: 0, rate: 1000, network: network, backend: .loihiFixed,
///                                        thresholdMicrovolts: 1)
///
/// **Rates.** The chip steps about once a millisecond: above 1 kHz it takes every nth sample, below it interpolates
/// linearly between samples. **Confidence.** The 100 ms exponential mean of the share of good samples (finite, not
/// constant, nothing missing, encoder not overloaded), 0…1: above 0.7 after 125 ms of good input, below it 40 ms
/// into a gap. A decision is valid from 0.5, and never for a block with a gap. In such a block the encoder is silent;
/// it resumes at the next good sample without a jump.
@safe public final class BetaBurstDecoder: Decoder, @unchecked Sendable {
    public let unit = "uV"
    public let spikes: SpikeTrain
    /// Half of all: the network's halves have opposite signs, so that at most one of them fires in a step.
    public let ratedSpikes: Int64 = 500
    public let channel: Int
    public let backend: ChipNetwork.Backend
    /// The network on the chip.
    public let chip: ChipNetwork
    private let decimation: Int
    private let substeps: Int
    private let gain: Float
    private let pair: UnsafeMutablePointer<Float>
    private let readout: UnsafeMutablePointer<Float>
    private var encoder: DeltaEncoder
    private var trust: InputTrust
    private var phase = 0
    private var lastSample: Float = 0
    private var mustResume = false

    /// A decoder of conditioned channel `channel` at `rate` Hz.
    ///
    /// `thresholdMicrovolts` is the encoder's step; 1 µV follows envelopes from 1 to 100 µV, larger steps shift that
    /// range up. The network needs two inputs (ON, OFF) and one output.
    public init(
        channel: Int, rate: Double, network: NIRGraph, backend: ChipNetwork.Backend = .loihiFixed,
        thresholdMicrovolts: Double = 1, scheme: Scheme = Scheme(), spikeCapacity: Int = 16_384
    ) throws(DecoderError) {
        guard channel >= 0 else { throw .channel(found: channel) }
        guard rate >= 100, rate <= 1e6 else { throw .rate(found: rate, allowed: "100 to 1000000 Hz") }
        guard thresholdMicrovolts >= 0.01, thresholdMicrovolts <= 1000 else {
            throw .threshold(found: thresholdMicrovolts, allowed: "0.01 to 1000 µV")
        }
        guard network.inputCount == 2, network.outputCount == 1 else {
            throw .networkShape(
                inputs: network.inputCount, outputs: network.outputCount, expectedInputs: 2, expectedOutputs: 1)
        }
        self.channel = channel
        self.backend = backend
        decimation = max(1, Int(rate / 1000))
        substeps = rate < 1000 ? Int((1000 / rate).rounded(.up)) : 1
        let dt = Double(decimation) / (rate * Double(substeps))
        do {
            chip = try ChipNetwork(graph: network, backend: backend, dt: dt, scheme: scheme)
        } catch {
            throw .network(error.description)
        }
        gain = Float(thresholdMicrovolts * BetaBurstNetwork.step / dt)
        encoder = DeltaEncoder(threshold: Float(thresholdMicrovolts))
        trust = InputTrust(rate: rate)
        spikes = SpikeTrain(capacity: spikeCapacity)
        unsafe pair = .allocate(capacity: 2)
        unsafe pair.initialize(repeating: 0, count: 2)
        unsafe readout = .allocate(capacity: 1)
        unsafe readout.initialize(to: 0)
    }

    deinit {
        unsafe pair.deallocate()
        unsafe readout.deallocate()
    }

    public func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        spikes.removeAll()
        let before = chip.operations
        let share = unsafe InputTrust.share(input, frames: frames, stride: stride, channel: channel, validity: validity)
        for frame in 0..<frames {
            let sample = unsafe share > 0 ? input[frame * stride + channel] : lastSample
            advance(to: sample, share: share, at: firstSample + Int64(frame))
        }
        let spent = chip.operations
        let value = unsafe readout[0] * gain
        return Decision(
            value: max(0, value), confidence: trust.value, firstSample: firstSample,
            endSample: firstSample + Int64(frames), spikes: Int32(truncatingIfNeeded: spent.spikes - before.spikes),
            synapticOperations: spent.synaptic - before.synaptic, neuronUpdates: spent.updates - before.updates,
            isValid: share > 0 && trust.value >= InputTrust.least)
    }

    /// One sample: the steps of the chip that fall to it.
    private func advance(to sample: Float, share: Float, at index: Int64) {
        if share <= 0 {
            mustResume = true
        } else if mustResume {
            encoder.resume(at: sample)
            lastSample = sample
            mustResume = false
        }
        phase += 1
        guard phase >= decimation else { trust.add(share); return }
        phase = 0
        var isOverloaded = false
        for substep in 1...substeps {
            let part = Float(substep) / Float(substeps)
            let between = substep == substeps ? sample : lastSample + (sample - lastSample) * part
            step(events: share > 0 ? encoder.encode(between) : 0, at: index)
            isOverloaded = isOverloaded || encoder.isOverloaded
        }
        lastSample = sample
        trust.add(isOverloaded ? 0 : share)
    }

    private func step(events: Int32, at sample: Int64) {
        unsafe pair[0] = Float(max(0, events))
        unsafe pair[1] = Float(max(0, -events))
        let fired = chip.operations.spikes
        unsafe chip.step(input: pair, output: readout)
        guard chip.operations.spikes != fired else { return }
        for neuron in 0..<chip.firingCount where chip.fired(neuron) {
            spikes.append(Spike(sample: sample, unit: Int32(truncatingIfNeeded: neuron)))
        }
    }

    public func reset() {
        chip.reset()
        encoder = DeltaEncoder(threshold: encoder.threshold, limit: encoder.limit)
        trust.reset()
        spikes.removeAll()
        phase = 0
        lastSample = 0
        mustResume = false
        unsafe readout[0] = 0
    }

    public func warmUp() {
        reset()
        for index in 0..<64 { advance(to: index % 2 == 0 ? 8 : -8, share: 1, at: Int64(index)) }
        reset()
    }
}
