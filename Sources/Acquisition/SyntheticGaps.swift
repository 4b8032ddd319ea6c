import Signal

/// Gaps at every multiple of a time, each of one length; the first begins after one such time.
struct SyntheticGaps: Sendable {
    private let every: Int64
    private let length: Int64

    init(_ parameters: SyntheticParameters, _ format: BlockFormat) {
        func samples(_ microseconds: Int64) -> Int64 {
            let product = microseconds.multipliedFullWidth(by: format.rateNumerator)
            return (1_000_000 * format.rateDenominator).dividingFullWidth(product).quotient
        }
        every = samples(parameters.gapEvery)
        length = min(samples(parameters.gapLength), max(0, every - 1))
    }

    /// Marks what of `block` lies in gaps and clears its bytes: the hull, where there are several.
    func mark(_ block: Block) {
        guard every > 0, length > 0 else { return }
        let first = block.header.firstSample
        let end = first + Int64(block.format.frames)
        let earliest = max(1, (first - length) / every + (first >= length ? 1 : 0))
        let latest = (end - 1) / every
        guard earliest <= latest else { return }
        let start = max(first, earliest * every)
        let stop = min(end, latest * every + length)
        block.header.missingStart = Int32(start - first)
        block.header.missingCount = Int32(stop - start)
        block.header.flags.insert(.gap)
        let bytes = block.format.channels * block.format.kind.byteCount
        for byte in Int(start - first) * bytes..<Int(stop - first) * bytes { unsafe block.bytes[byte] = 0 }
    }
}
