internal import Glibc
public import Signal

/// A decoder of counts whose values are corrected by what is learnt while the loop runs.
///
///     value = network + C · (features, 1)
///
/// The network stays as it was calibrated; C begins at zero, or as an earlier session left it, and moves only by
/// ``apply(gains:errors:)``. Features are each unit's count of a block, low-passed with 1.5 and 5 blocks and z-scored
/// by the mean and deviation of the first 250 blocks; before that they are zero. So the features follow from the
/// recorded blocks, and a replay that is given the same changes gives the same bits.
@safe public final class AdaptiveCounts: Decoder, @unchecked Sendable {
    /// Blocks from which mean and deviation are taken.
    public static let settling = 250
    private static let decays = [exp(-1 / 1.5), exp(-1 / 5)]
    public let base: CountsDecoder
    public let units: Int
    /// Features, the constant not counted.
    public let featureCount: Int
    private let traces: UnsafeMutablePointer<Double>
    private let sums: UnsafeMutablePointer<Double>
    private let squares: UnsafeMutablePointer<Double>
    /// The features of the last block, then 1.
    private let row: UnsafeMutablePointer<Double>
    /// (features + 1) × 2.
    private let correction: UnsafeMutablePointer<Double>
    private let start: [Double]
    private var blocks = 0
    /// The network's own values of the last block.
    public private(set) var uncorrected = SIMD2<Double>(0, 0)

    /// A correction of `base`, which takes `units` channels; `start` is C row by row, or nil for zero.
    ///
    /// - Throws: ``DecoderError`` where `start` has another size.
    public init(_ base: CountsDecoder, units: Int, start: [Double]? = nil) throws(DecoderError) {
        self.base = base
        self.units = units
        featureCount = 2 * units
        let size = 2 * (featureCount + 1)
        guard start == nil || (start?.count == size && start?.allSatisfy(\.isFinite) == true) else {
            throw .network("a readout of \(start?.count ?? 0) numbers, expected \(size) finite ones")
        }
        self.start = start ?? [Double](repeating: 0, count: size)
        unsafe traces = .allocate(capacity: featureCount)
        unsafe sums = .allocate(capacity: featureCount)
        unsafe squares = .allocate(capacity: featureCount)
        unsafe row = .allocate(capacity: featureCount + 1)
        unsafe correction = .allocate(capacity: size)
        clear()
    }

    deinit {
        unsafe traces.deallocate()
        unsafe sums.deallocate()
        unsafe squares.deallocate()
        unsafe row.deallocate()
        unsafe correction.deallocate()
    }

    private func clear() {
        unsafe traces.initialize(repeating: 0, count: featureCount)
        unsafe sums.initialize(repeating: 0, count: featureCount)
        unsafe squares.initialize(repeating: 0, count: featureCount)
        unsafe row.initialize(repeating: 0, count: featureCount + 1)
        for index in 0..<start.count { unsafe (correction + index).initialize(to: start[index]) }
        blocks = 0
        uncorrected = SIMD2(0, 0)
    }

    public var unit: String { base.unit }
    public var spikes: SpikeTrain { base.spikes }
    public var ratedSpikes: Int64 { base.ratedSpikes }

    public func decode(
        input: UnsafePointer<Float>, frames: Int, stride: Int, envelope: UnsafePointer<Float>,
        bandPower: UnsafePointer<Float>, firstSample: Int64, validity: SignalValidity
    ) -> Decision {
        var decision = unsafe base.decode(
            input: input, frames: frames, stride: stride, envelope: envelope, bandPower: bandPower,
            firstSample: firstSample, validity: validity)
        unsafe advance(input, frames: frames, stride: stride)
        uncorrected = SIMD2(Double(decision.value), Double(decision.second))
        var sum = SIMD2(0.0, 0.0)
        for index in 0...featureCount {
            unsafe sum += row[index] * SIMD2(correction[2 * index], correction[2 * index + 1])
        }
        decision.value = Float(uncorrected.x + sum.x)
        decision.second = Float(uncorrected.y + sum.y)
        return decision
    }

    /// One more block of counts into traces, moments and features.
    private func advance(_ input: UnsafePointer<Float>, frames: Int, stride: Int) {
        let isSettled = blocks >= Self.settling
        for unit in 0..<units {
            var count = 0.0
            for frame in 0..<frames { unsafe count += Double(input[frame * stride + unit]) }
            if !count.isFinite { count = 0 }
            for (place, decay) in Self.decays.enumerated() {
                let index = place * units + unit
                let trace = unsafe decay * traces[index] + (1 - decay) * count
                unsafe traces[index] = trace
                if isSettled {
                    let n = Double(Self.settling)
                    let mean = unsafe sums[index] / n
                    let deviation = unsafe max(0, squares[index] / n - mean * mean).squareRoot() + 1e-3
                    unsafe row[index] = (trace - mean) / deviation
                } else {
                    unsafe sums[index] += trace
                    unsafe squares[index] += trace * trace
                }
            }
        }
        if isSettled { unsafe row[featureCount] = 1 }
        blocks += 1
    }

    /// Whether features mean something yet.
    public var isSettled: Bool { blocks > Self.settling }

    /// Writes the features of the last block, `featureCount` of them.
    public func copyFeatures(to room: UnsafeMutablePointer<Double>) {
        unsafe room.update(from: row, count: featureCount)
    }

    /// One step of learning: C += gains · errors.
    ///
    /// `gains` holds `featureCount` + 1 numbers.
    public func apply(gains: UnsafePointer<Double>, errors: SIMD2<Double>) {
        for index in 0...featureCount {
            unsafe correction[2 * index] += gains[index] * errors.x
            unsafe correction[2 * index + 1] += gains[index] * errors.y
        }
    }

    /// C, row by row.
    public var readout: [Double] { (0..<start.count).map { unsafe correction[$0] } }

    public func reset() {
        base.reset()
        clear()
    }

    public func warmUp() {
        base.warmUp()
        clear()
    }
}
