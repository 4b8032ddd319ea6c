import Conditioning
import Signal

/// Feeds a conditioner with blocks cut from a signal, and collects what comes out.
struct Rig {
    let conditioner: Conditioner
    let block: Block
    var nextSample: Int64 = 0

    /// Float µV at `rate` Hz unless the configuration is changed by `adjust`.
    init(
        channels: Int, frames: Int, rate: Int64 = 1000, kind: SampleKind = .float32,
        unitsPerCount: Float = 1, adjust: (inout ConditioningConfiguration) throws -> Void = { _ in }
    ) throws {
        let format = BlockFormat(channels: channels, frames: frames, rateNumerator: rate, kind: kind)
        let montage = Montage((0..<channels).map { Channel(label: "ch\($0)", unitsPerCount: unitsPerCount) })
        var configuration = ConditioningConfiguration(format: format, montage: montage)
        try adjust(&configuration)
        conditioner = try Conditioner(configuration: configuration)
        block = Block(format: format)
    }

    /// One block; `value(sample, channel)` in stored units.
    mutating func feed(
        _ marks: [StimulationMark] = [], header: (inout BlockHeader) -> Void = { _ in },
        value: (Int64, Int) -> Float
    ) {
        let format = block.format
        block.header = BlockHeader(firstSample: nextSample, deviceTime: 0, hostArrival: 0)
        header(&block.header)
        for frame in 0..<format.frames {
            for channel in 0..<format.channels {
                let stored = value(nextSample + Int64(frame), channel), place = frame * format.channels + channel
                switch format.kind {
                case .int16: unsafe block.int16[place] = Int16(stored)
                case .int32: unsafe block.int32[place] = Int32(stored)
                case .float32: unsafe block.float32[place] = stored
                }
            }
        }
        unsafe marks.withUnsafeBufferPointer { unsafe conditioner.process(block, marks: $0) }
        nextSample += Int64(format.frames)
    }

    func output(_ frame: Int, _ channel: Int) -> Float {
        unsafe conditioner.output[frame * conditioner.stride + channel]
    }

    var digests: [UInt32] { unsafe Array(conditioner.digests) }
    var envelope: [Float] { unsafe Array(conditioner.envelope) }
    var bandPower: [Float] { unsafe Array(conditioner.bandPower) }
}

/// A seeded stream of numbers, so that a test is the same each time.
///
/// Source: Steele, Lea, Flood, SplitMix (2014).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }

    /// Uniform between 0 and 1.
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Nearly normal: the sum of twelve uniforms, less 6.
    mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}
