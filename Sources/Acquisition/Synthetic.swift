public import Signal

/// A seeded signal whose truth is known: per channel a sine, white noise and planted spikes, with gaps on request.
///
///     sample = sine peak · sin(2π f n / rate + φ_channel) + noise + spikes
///
/// Same seed and same request, same bytes. int16 and float32 blocks.
///
/// ### Implementation Notes
///
/// Cheap enough for 1,024 channels at 30 kHz. Noise is a table of normal numbers: frame n begins in it at a place
/// that a counter-based hash of (seed, n) gives, so that a frame is one contiguous read and a channel's sequence is
/// white. The sine of a frame is one pair (sin, cos) that each channel mixes by its phase. Channels run eight to a
/// vector.
@safe public final class Synthetic: PacedSource, @unchecked Sendable {
    /// The driver's name in device files.
    public static let driver = "synthetic"
    public static var isVirtual: Bool { true }
    public let format: BlockFormat
    public let montage: Montage
    public let pacer = Pacer()
    /// What the signal is made of.
    public let parameters: SyntheticParameters

    private typealias Vector = SIMD8<Float>
    private static let tableSize = 16_384
    private let seed: UInt64
    private let groups: Int
    private let spikes: SyntheticSpikes
    private let gaps: SyntheticGaps
    private let turns: SineTable
    /// Standard normal numbers, `tableSize` and one frame more.
    private let noise: UnsafeMutablePointer<Float>
    /// Per group of eight channels: counts of noise, of sin and of cos; one row each.
    private let mixes: UnsafeMutablePointer<Vector>
    private let row: UnsafeMutablePointer<Vector>
    private var position: Int64 = 0

    /// A signal of `parameters` for a montage.
    public init(
        montage: Montage, format: BlockFormat, seed: UInt64, parameters: SyntheticParameters = SyntheticParameters()
    ) throws(SourceError) {
        guard format.channels > 0, format.frames > 0, format.rateNumerator > 0, format.rateDenominator > 0,
            format.channels == montage.channels.count
        else { throw .option(key: "channels", text: "the montage and the rate must not be empty") }
        guard format.kind != .int32 else { throw .option(key: "sample", text: "int32 is not made; int16, float32") }
        try parameters.check(format)
        self.montage = montage
        self.format = format
        self.seed = seed
        self.parameters = parameters
        groups = (format.channels + 7) / 8
        gaps = SyntheticGaps(parameters, format)
        turns = SineTable(frequencyMillihertz: parameters.sineFrequency, format)
        spikes = try SyntheticSpikes(parameters, montage, format, seed: seed)
        unsafe noise = .allocate(capacity: Self.tableSize + groups * 8)
        unsafe mixes = .allocate(capacity: 3 * groups)
        unsafe row = .allocate(capacity: groups)
        unsafe row.initialize(repeating: Vector(), count: groups)
        fillNoise()
        fillMixes()
    }

    deinit {
        unsafe noise.deallocate()
        unsafe mixes.deallocate()
        unsafe row.deallocate()
    }

    convenience init(_ request: SourceRequest) throws(SourceError) {
        let format = BlockFormat(
            channels: request.montage.channels.count, frames: request.frames, rateNumerator: request.rateNumerator,
            rateDenominator: request.rateDenominator, kind: request.kind)
        try self.init(
            montage: request.montage, format: format, seed: request.seed, parameters: SyntheticParameters(request))
    }

    /// First sample of the planted spike of `channel` in slot `slot`; nil where none are planted.
    ///
    /// Time is cut into slots as long as the mean interval; each slot of each channel holds one spike.
    public func spikeStart(channel: Int, slot: Int64) -> Int64? {
        spikes.isEmpty ? nil : spikes.start(channel: channel, slot: slot)
    }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        for frame in 0..<format.frames { write(frame: frame, into: block) }
        unsafe spikes.add(to: block.bytes, from: position)
        block.header = BlockHeader(
            firstSample: position, deviceTime: format.nanoseconds(ofSample: position),
            hostArrival: format.nanoseconds(ofSample: position + Int64(format.frames)))
        gaps.mark(block)
        position += Int64(format.frames)
        return .block
    }

    private func write(frame: Int, into block: Block) {
        let sample = position + Int64(frame)
        let offset = Int(SplitMix64.mix(seed &+ UInt64(bitPattern: sample)) & UInt64(Self.tableSize - 1))
        let (sine, cosine) = turns.sineCosine(ofSample: sample)
        for group in 0..<groups {
            let noise = unsafe UnsafeRawPointer(noise + offset + 8 * group).loadUnaligned(as: Vector.self)
            let mixed = unsafe mixes[group] * noise + mixes[groups + group] * sine
            unsafe row[group] = mixed + mixes[2 * groups + group] * cosine
        }
        let start = frame * format.channels
        if format.kind == .int16 {
            unsafe storeCounts(block.int16, from: start)
        } else {
            let source = unsafe UnsafeRawPointer(row).assumingMemoryBound(to: Float.self)
            let target = unsafe block.float32
            for channel in 0..<format.channels { unsafe target[start + channel] = source[channel] }
        }
    }

    /// Rounds to nearest: adding 1.5 × 2²³ leaves the whole number in the low bits of the float.
    private func storeCounts(_ target: UnsafeMutableBufferPointer<Int16>, from start: Int) {
        let (lowest, highest) = (Vector(repeating: -32_768), Vector(repeating: 32_767))
        for group in 0..<groups {
            // By masks: `clamped` is a call for each bound.
            let value = unsafe row[group]
            let floored = value.replacing(with: lowest, where: value .< lowest)
            let limited = floored.replacing(with: highest, where: floored .> highest)
            let bits = unsafe unsafeBitCast(limited + Vector(repeating: 12_582_912), to: SIMD8<Int32>.self)
            let counts = SIMD8<Int16>(truncatingIfNeeded: bits)
            if 8 * group + 8 <= format.channels, let base = target.baseAddress {
                unsafe UnsafeMutableRawPointer(base + start + 8 * group).storeBytes(of: counts, as: SIMD8<Int16>.self)
            } else {
                for lane in 0..<format.channels - 8 * group { unsafe target[start + 8 * group + lane] = counts[lane] }
            }
        }
    }

    private func fillNoise() {
        var normals = NormalStream(seed: seed, stream: 1)
        for index in 0..<Self.tableSize {
            unsafe (noise + index).initialize(to: Float(normals.next()))
        }
        for index in 0..<groups * 8 {
            unsafe (noise + Self.tableSize + index).initialize(to: noise[index % Self.tableSize])
        }
    }

    private func fillMixes() {
        unsafe mixes.initialize(repeating: Vector(), count: 3 * groups)
        for (index, channel) in montage.channels.enumerated() {
            let countsPerNanovolt = 0.001 / (format.kind == .float32 ? 1 : channel.unitsPerCount)
            let word = SplitMix64.mix(seed &+ 0x51AE &* UInt64(index + 1))
            let (sine, cosine) = turns.sineCosine(entry: Int(word & UInt64(SineTable.entries - 1)))
            let peak = Float(parameters.sineAmplitude) * countsPerNanovolt
            unsafe mixes[index / 8][index % 8] = Float(parameters.noise) * countsPerNanovolt
            unsafe mixes[groups + index / 8][index % 8] = peak * cosine
            unsafe mixes[2 * groups + index / 8][index % 8] = peak * sine
        }
    }
}
