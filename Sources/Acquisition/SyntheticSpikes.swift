import Glibc
import Signal

/// Planted spikes: one in each slot of each channel, at a place that a counter-based hash gives.
struct SyntheticSpikes: Sendable {
    /// Length of a spike in seconds.
    static let duration = 0.0012
    private let seed: UInt64
    private let kind: SampleKind
    private let channels: Int
    private let frames: Int
    /// Samples of a slot: the mean interval.
    private let slot: Int64
    /// Depth 1, negative first.
    private let shape: [Float]
    /// Counts of the depth, per channel.
    private let depths: [Float]

    init(
        _ parameters: SyntheticParameters, _ montage: Montage, _ format: BlockFormat, seed: UInt64
    ) throws(SourceError) {
        self.seed = SplitMix64.mix(seed ^ 0x5B1C_E5)
        kind = format.kind
        channels = format.channels
        frames = format.frames
        let isAbsent = parameters.spikeRate == 0 || parameters.spikeAmplitude == 0
        slot = isAbsent ? 0 : Int64(format.rate * 1000 / Double(parameters.spikeRate))
        shape = isAbsent ? [] : Self.makeShape(rate: format.rate)
        depths = montage.channels.map {
            Float(parameters.spikeAmplitude) * 0.001 / (format.kind == .float32 ? 1 : $0.unitsPerCount)
        }
        guard isAbsent || slot > 2 * Int64(shape.count) else {
            throw .option(key: "spike_rate", text: "\(parameters.spikeRate) mHz leaves no time between spikes")
        }
    }

    var isEmpty: Bool { slot == 0 }

    /// First sample of the spike of `channel` in `slot`.
    func start(channel: Int, slot index: Int64) -> Int64 {
        let word = SplitMix64.mix(seed &+ UInt64(bitPattern: index) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(channel))
        let room = UInt64(slot - Int64(shape.count))
        return index * slot + Int64(word.multipliedFullWidth(by: room).high)
    }

    /// Adds what of the spikes falls into the block that begins at sample `first`.
    func add(to bytes: UnsafeMutableRawBufferPointer, from first: Int64) {
        guard slot > 0 else { return }
        let end = first + Int64(frames)
        for index in first / slot...(end - 1) / slot {
            for channel in 0..<channels {
                let start = start(channel: channel, slot: index)
                guard start < end, start + Int64(shape.count) > first else { continue }
                for sample in max(first, start)..<min(end, start + Int64(shape.count)) {
                    let place = Int(sample - first) * channels + channel
                    unsafe add(shape[Int(sample - start)] * depths[channel], to: bytes, at: place)
                }
            }
        }
    }

    private func add(_ counts: Float, to bytes: UnsafeMutableRawBufferPointer, at place: Int) {
        if kind == .int16 {
            let old = unsafe bytes.load(fromByteOffset: 2 * place, as: Int16.self)
            let sum = max(-32_768, min(32_767, Float(old) + counts.rounded()))
            unsafe bytes.storeBytes(of: Int16(sum), toByteOffset: 2 * place, as: Int16.self)
        } else {
            let old = unsafe bytes.load(fromByteOffset: 4 * place, as: Float.self)
            unsafe bytes.storeBytes(of: old + counts, toByteOffset: 4 * place, as: Float.self)
        }
    }

    /// A trough of depth 1 at 0.3 ms and a later hump: the outline of an extracellular action potential.
    private static func makeShape(rate: Double) -> [Float] {
        (0..<max(2, Int(duration * rate))).map { index in
            let time = Double(index) / rate * 1000
            let trough = exp(-(time - 0.3) * (time - 0.3) / (2 * 0.1 * 0.1))
            let hump = exp(-(time - 0.75) * (time - 0.75) / (2 * 0.18 * 0.18))
            return Float(0.35 * hump - trough)
        }
    }
}
