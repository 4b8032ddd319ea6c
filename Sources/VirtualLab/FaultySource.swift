public import Acquisition
public import Signal

/// A source of float32 samples with faults put in: an emulated amplifier whose cable, converter and clock can fail.
///
///     let source = FaultySource(patient, faults: [.saturated(5_000..<5_300)])
///
/// Everything is a function of the inner source and the faults. Echoes of stimulation go through to the inner source.
@safe public final class FaultySource: PacedSource, @unchecked Sendable {
    public static var isVirtual: Bool { true }
    public let pacer = Pacer()
    public let faults: [SignalFault]
    public var format: BlockFormat { inner.format }
    public var montage: Montage { inner.montage }
    private let inner: any Source
    private let kept: Block
    private var isKept = false
    private var generators: [(from: Int64, generator: DisturbanceGenerator)] = []
    private var amplitude = Nanoamperes(0)

    /// `inner` with `faults`; a source of other samples than float32 passes unchanged but for its blocks' headers.
    public init(_ inner: any Source, faults: [SignalFault]) {
        self.inner = inner
        self.faults = faults
        kept = Block(format: inner.format)
        let period = 1 / inner.format.rate
        for case .added(let start, let kind) in faults {
            generators.append((start, DisturbanceGenerator(kind, period: period)))
        }
    }

    public func stimulate(_ echo: SegmentEcho) {
        if echo.pulses > 0 {
            let change = Double(echo.amplitude.value - amplitude.value) * 1e-6
            for index in generators.indices { generators[index].generator.changed(by: change) }
            amplitude = echo.amplitude
        }
        inner.stimulate(echo)
    }

    public func follow(_ decision: Decision) { inner.follow(decision) }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        if isKept {
            isKept = false
            copy(kept, to: block)
            return .block
        }
        var status = try take(into: block)
        while status == .block, isStalled(block) { status = try take(into: block) }
        guard status == .block else { return .ended }
        let samples = range(of: block)
        for fault in faults {
            switch fault {
            case .repeated(let sample) where samples.contains(sample):
                copy(block, to: kept)
                isKept = true
            case .swapped(let sample) where samples.contains(sample):
                copy(block, to: kept)
                isKept = true
                guard try take(into: block) == .block else { return .ended }
            default: break
            }
        }
        renumber(block)
        if isKept { renumber(kept) }
        return .block
    }

    /// The inner source's next block, with what is wrong with its samples.
    private func take(into block: Block) throws(SourceError) -> SourceStatus {
        guard try inner.next(into: block) == .block else { return .ended }
        if format.kind == .float32 { spoil(block) }
        return .block
    }

    private func range(of block: Block) -> Range<Int64> {
        block.header.firstSample..<block.header.firstSample + Int64(format.frames)
    }

    private func isStalled(_ block: Block) -> Bool {
        faults.contains { fault in
            if case .stall(let range) = fault { return range.contains(block.header.firstSample) }
            return false
        }
    }

    private func spoil(_ block: Block) {
        let all = range(of: block)
        for fault in faults {
            switch fault {
            case .missing(let range):
                let lost = range.clamped(to: all)
                guard !lost.isEmpty else { continue }
                block.header.missingStart = Int32(lost.lowerBound - all.lowerBound)
                block.header.missingCount = Int32(lost.count)
                block.header.flags.insert(.gap)
            case .replaced(let range, let channel, let value):
                fill(block, range.clamped(to: all), channel: channel, with: value)
            case .unplugged(let range) where range.overlaps(all):
                fill(block, all, channel: nil, with: 0)
                block.header.missingStart = 0
                block.header.missingCount = Int32(format.frames)
                block.header.flags.formUnion([.gap, .disconnected])
            case .saturated(let range) where range.overlaps(all):
                fill(block, range.clamped(to: all), channel: nil, with: 3_276.7)
                block.header.flags.insert(.saturated)
            default: break
            }
        }
        for index in generators.indices where generators[index].from < all.upperBound {
            for frame in 0..<format.frames where all.lowerBound + Int64(frame) >= generators[index].from {
                let value = Float(generators[index].generator.next())
                for channel in 0..<format.channels {
                    unsafe block.float32[frame * format.channels + channel] += value
                }
            }
        }
    }

    private func fill(_ block: Block, _ samples: Range<Int64>, channel: Int?, with value: Float) {
        for sample in samples {
            let row = Int(sample - block.header.firstSample) * format.channels
            for index in 0..<format.channels where channel == nil || channel == index {
                unsafe block.float32[row + index] = value
            }
        }
    }

    /// What is wrong with counter and clocks, by the block's true place.
    private func renumber(_ block: Block) {
        let first = block.header.firstSample
        for fault in faults {
            switch fault {
            case .wrapped(let start) where first >= start: block.header.firstSample -= 1 << 32
            case .setBack(let start, let samples) where first >= start: block.header.firstSample -= samples
            case .rate(let start, let parts) where first >= start:
                let since = block.format.nanoseconds(ofSample: first - start)
                block.header.deviceTime += since / 1_000_000 * parts
            case .hostStep(let start, let time) where first >= start: block.header.hostArrival += time
            case .jitter(let range, let most, let seed) where range.contains(first):
                let word = SplitMix64.mix(seed ^ UInt64(bitPattern: first))
                block.header.hostArrival += Int64(word % UInt64(max(1, most)))
            default: break
            }
        }
    }

    private func copy(_ source: Block, to target: Block) {
        target.header = source.header
        unsafe target.bytes.copyMemory(from: UnsafeRawBufferPointer(source.bytes))
    }
}
