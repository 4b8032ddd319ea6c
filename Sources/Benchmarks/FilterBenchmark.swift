import BenchmarkTwins
public import Conditioning
import Glibc

/// A ratio measured in slices: its median and its spread.
public struct SlicedRatio: Codable, Hashable, Sendable {
    public var median: Double
    public var p10: Double
    public var p90: Double

    /// The median and the tenth and ninetieth percentile of `ratios`, which is not empty.
    init(_ ratios: [Double]) {
        let sorted = ratios.sorted()
        let at = { (share: Double) in sorted[Int((Double(sorted.count - 1) * share).rounded())] }
        (median, p10, p90) = (at(0.5), at(0.1), at(0.9))
    }
}

/// The filter kernel beside its C twin, for one number of channels.
public struct FilterMeasurement: Codable, Hashable, Sendable {
    public var channels: Int
    /// Frames in a block; a block is 1 ms.
    public var frames: Int
    public var sections: Int
    public var slices: Int
    /// Thread CPU time of the Swift kernel over that of the C twin, slice by slice; goal: at most 1.05.
    public var ratioToTwin: SlicedRatio
    /// Million channel-samples a second, median slice.
    public var swiftMillionPerSecond: Double
    /// See ``swiftMillionPerSecond``.
    public var twinMillionPerSecond: Double
    /// Whether both gave the same bits in every slice; without it the comparison is void.
    public var bitsEqual: Bool
    /// Throughput over that of `scipy.signal.sosfilt` in 1 ms blocks, slices in turns; goal: at least 12.
    ///
    /// Absent where no Python was named, or it has no scipy.
    public var speedupOverScipy: SlicedRatio?
    /// Million channel-samples a second of scipy, median slice.
    public var scipyMillionPerSecond: Double?

    enum CodingKeys: String, CodingKey {
        case channels, frames, sections, slices
        case ratioToTwin = "ratio_to_twin"
        case swiftMillionPerSecond = "swift_million_per_second"
        case twinMillionPerSecond = "twin_million_per_second"
        case bitsEqual = "bits_equal"
        case speedupOverScipy = "speedup_over_scipy"
        case scipyMillionPerSecond = "scipy_million_per_second"
    }
}

/// Five biquads (a notch at 50 Hz and 250 to 5,000 Hz) at 30 kHz in 1 ms blocks: Swift, C and, where `python` names an
/// interpreter that has it, scipy, in one process and in turns of about 3 ms.
///
/// - Throws: when the filter cannot be designed, which would be a fault of this benchmark.
public func filterBenchmark(
    channels: [Int] = [64, 256, 1024], slices: Int = 31, python: String? = nil
) throws(ConditioningError) -> [FilterMeasurement] {
    let cascade =
        [try FilterDesign.notch(centre: 50, quality: 30, rate: 30_000)]
        + (try FilterDesign.butterworthBandpass(from: 250, to: 5000, order: 8, rate: 30_000))
    return channels.map { count in
        let scipy = python.flatMap { SciPyFilter(python: $0, cascade: cascade, channels: count, frames: 30) }
        return FilterDuel(cascade: cascade, channels: count, frames: 30).measure(slices: max(3, slices), scipy: scipy)
    }
}

/// The Swift kernel and the C twin, each with memory of its own.
@safe private final class FilterDuel {
    private let channels, frames, groups: Int
    private let bank: BiquadBank
    private let coefficients, state: UnsafeMutablePointer<SIMD8<Float>>
    private let swiftInput, swiftOutput, twinInput, twinOutput: UnsafeMutablePointer<SIMD8<Float>>

    init(cascade: [Biquad], channels: Int, frames: Int) {
        self.channels = channels
        self.frames = frames
        groups = (channels + 7) / 8
        bank = BiquadBank(biquads: cascade, channels: channels)
        let count = frames * groups
        unsafe coefficients = Self.vectors(5 * cascade.count)
        unsafe state = Self.vectors(2 * cascade.count * groups)
        unsafe (swiftInput, swiftOutput) = (Self.vectors(count), Self.vectors(count))
        unsafe (twinInput, twinOutput) = (Self.vectors(count), Self.vectors(count))
        for (index, biquad) in cascade.enumerated() {
            let row = [biquad.b0, biquad.b1, biquad.b2, -biquad.a1, -biquad.a2]
            for place in 0..<5 { unsafe coefficients[5 * index + place] = SIMD8(repeating: Float(row[place])) }
        }
        var noise: UInt32 = 1
        for index in 0..<count {
            for lane in 0..<8 {
                noise = noise &* 1_664_525 &+ 1_013_904_223
                unsafe swiftInput[index][lane] = Float(Int32(bitPattern: noise)) * 0x1p-24
            }
            unsafe twinInput[index] = swiftInput[index]
        }
    }

    deinit {
        unsafe [coefficients, state, swiftInput, swiftOutput, twinInput, twinOutput].forEach { unsafe $0.deallocate() }
    }

    private static func vectors(_ count: Int) -> UnsafeMutablePointer<SIMD8<Float>> {
        let raw = UnsafeMutableRawPointer.allocate(byteCount: count * 32, alignment: 64)
        let vectors = unsafe raw.bindMemory(to: SIMD8<Float>.self, capacity: count)
        unsafe vectors.initialize(repeating: SIMD8(repeating: 0), count: count)
        return unsafe vectors
    }

    func measure(slices: Int, scipy: SciPyFilter?) -> FilterMeasurement {
        var blocks = 8
        while swift(blocks) + twin(blocks) < 0.006, blocks < 1 << 20 { blocks *= 2 }
        var swiftTimes: [Double] = [], twinTimes: [Double] = [], scipyRates: [Double] = []
        var isEqual = true
        for slice in 0..<slices {
            if slice % 2 == 0 { swiftTimes.append(swift(blocks)) }
            twinTimes.append(twin(blocks))
            if slice % 2 == 1 { swiftTimes.append(swift(blocks)) }
            isEqual = isEqual && sameBits()
            if let rate = scipy?.slice() { scipyRates.append(rate) }
        }
        let work = Double(blocks * frames * channels) / 1e6
        let rates = swiftTimes.map { work / $0 }
        var result = FilterMeasurement(
            channels: channels, frames: frames, sections: bank.sections, slices: slices,
            ratioToTwin: SlicedRatio(zip(swiftTimes, twinTimes).map { $0 / $1 }),
            swiftMillionPerSecond: SlicedRatio(rates).median,
            twinMillionPerSecond: SlicedRatio(twinTimes.map { work / $0 }).median, bitsEqual: isEqual)
        if scipyRates.count == slices {
            result.speedupOverScipy = SlicedRatio(zip(rates, scipyRates).map { $0 / $1 })
            result.scipyMillionPerSecond = SlicedRatio(scipyRates).median
        }
        return result
    }

    /// Seconds of thread CPU time that `blocks` blocks take.
    private func swift(_ blocks: Int) -> Double {
        let start = threadSeconds()
        for _ in 0..<blocks {
            unsafe bank.process(input: UnsafePointer(swiftInput), output: swiftOutput, frames: frames)
        }
        return threadSeconds() - start
    }

    private func twin(_ blocks: Int) -> Double {
        let start = threadSeconds()
        for _ in 0..<blocks {
            unsafe ansa_twin_filter5(
                floats(coefficients), floats(state), floats(twinInput), floats(twinOutput), frames, groups)
        }
        return threadSeconds() - start
    }

    private func sameBits() -> Bool {
        unsafe memcmp(swiftOutput, twinOutput, frames * groups * 32) == 0
    }

    private func floats(_ vectors: UnsafeMutablePointer<SIMD8<Float>>) -> UnsafeMutablePointer<Float> {
        unsafe UnsafeMutableRawPointer(vectors).assumingMemoryBound(to: Float.self)
    }
}

/// CPU time of this thread in seconds: it leaves out what other processes took.
func threadSeconds() -> Double {
    var now = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
}
