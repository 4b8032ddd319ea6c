public import Neuromorphic
public import Signal

/// A network that takes each channel's sum over the block, once a block, and gives one or two values.
///
/// For sources whose samples are spike counts: the input of a step is the number of spikes of each channel in the
/// block, so that a step of the network is a block. The first output is the value, the second, where there is one, the
/// second value; a reaching decoder gives a velocity in m/s. A block with a gap is not valid; the network is given what
/// came.
@safe public final class CountsDecoder: Decoder, @unchecked Sendable {
    public let unit: String
    public let spikes: SpikeTrain
    /// The network on the chip.
    public let chip: ChipNetwork
    private let channels: Int
    private let sums: UnsafeMutablePointer<Float>
    private let outputs: UnsafeMutablePointer<Float>

    /// A decoder of all conditioned channels, with a step of `blockSeconds`.
    ///
    /// - Throws: ``DecoderError`` where the network takes another number of channels, gives more than two values or
    ///   cannot run on the back end.
    public init(
        network: NIRGraph, channels: Int, blockSeconds: Double, backend: ChipNetwork.Backend = .float,
        scheme: Scheme = Scheme(), unit: String = "m/s"
    ) throws(DecoderError) {
        guard network.inputCount == channels, (1...2).contains(network.outputCount) else {
            throw .networkShape(
                inputs: network.inputCount, outputs: network.outputCount, expectedInputs: channels, expectedOutputs: 2)
        }
        do throws(NIRError) {
            chip = try ChipNetwork(graph: network, backend: backend, dt: blockSeconds, scheme: scheme)
        } catch {
            throw .network("\(error)")
        }
        self.unit = unit
        self.channels = channels
        spikes = SpikeTrain(capacity: max(1, chip.firingCount))
        unsafe sums = .allocate(capacity: max(1, channels))
        unsafe sums.initialize(repeating: 0, count: max(1, channels))
        unsafe outputs = .allocate(capacity: 2)
        unsafe outputs.initialize(repeating: 0, count: 2)
    }

    deinit {
        unsafe sums.deallocate()
        unsafe outputs.deallocate()
    }

    public func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        for channel in 0..<channels { unsafe sums[channel] = 0 }
        for frame in 0..<frames {
            let row = unsafe input + frame * stride
            for channel in 0..<channels { unsafe sums[channel] += row[channel] }
        }
        for channel in 0..<channels {
            if unsafe !sums[channel].isFinite { unsafe sums[channel] = 0 }
        }
        let before = chip.operations
        spikes.removeAll()
        unsafe chip.step(input: sums, output: outputs)
        let spent = chip.operations
        let end = firstSample + Int64(frames)
        if spent.spikes != before.spikes {
            for neuron in 0..<chip.firingCount where chip.fired(neuron) {
                spikes.append(Spike(sample: end - 1, unit: Int32(truncatingIfNeeded: neuron)))
            }
        }
        let (value, second) = unsafe (outputs[0], chip.outputCount > 1 ? outputs[1] : 0)
        let isSound = value.isFinite && second.isFinite && validity.gapSamples == 0
        return Decision(
            value: value, confidence: isSound ? 1 : 0, firstSample: firstSample, endSample: end,
            spikes: Int32(truncatingIfNeeded: spent.spikes - before.spikes),
            synapticOperations: spent.synaptic - before.synaptic, neuronUpdates: spent.updates - before.updates,
            isValid: isSound, second: second)
    }

    public func reset() {
        chip.reset()
        spikes.removeAll()
    }

    public func warmUp() {
        reset()
        unsafe chip.step(input: sums, output: outputs)
        reset()
    }
}
