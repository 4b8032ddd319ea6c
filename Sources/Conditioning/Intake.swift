import Signal

/// What Conditioning knows against a channel in one block.
public struct ChannelFaults: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public let rawValue: UInt32
    /// The faults whose bits are set in `rawValue`.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// A sample stood at the end of the converter's range.
    public static let saturated = ChannelFaults(rawValue: 1)
    /// The stored sample has not changed for the flatline time.
    public static let flat = ChannelFaults(rawValue: 2)
    /// A sample was infinite or not a number; the last finite one took its place.
    public static let nonFinite = ChannelFaults(rawValue: 4)
}

/// Brings stored samples into rows of µV, and watches for samples that are not to be believed.
///
/// A sample that is not finite, or so great that its square would soon not be, never reaches a filter: the channel's
/// last finite one stands in for it.
@safe final class Intake: @unchecked Sendable {
    /// 10¹² µV: a million volts.
    private static let greatest: Float = 1e12
    private let channels: [Int]
    private let groups: Int
    /// The device channel of the first lane of each group when its eight lanes are neighbours, else −1.
    private let neighbours: UnsafeMutablePointer<Int32>
    private let sources: UnsafeMutablePointer<Int32>
    private let kind: SampleKind
    private let limits: ValidityLimits
    private let flatRun: Float
    private let gains: SampleRows
    /// Last undisturbed sample as stored; how often in sequence it was equal to the one before; last finite one.
    private let previous, run, last: SampleRows
    private let faults: UnsafeMutablePointer<SIMD8<UInt32>>
    private var seen = false

    init(_ configuration: ConditioningConfiguration) {
        channels = configuration.channels
        kind = configuration.format.kind
        limits = configuration.validity
        flatRun = Float(max(1, (configuration.validity.flatline * configuration.format.rate).rounded(.up) - 1))
        groups = (channels.count + 7) / 8
        gains = SampleRows(rows: 1, channels: channels.count)
        previous = SampleRows(rows: 1, channels: channels.count)
        run = SampleRows(rows: 1, channels: channels.count)
        last = SampleRows(rows: 1, channels: channels.count)
        unsafe faults = .allocate(capacity: groups)
        unsafe faults.initialize(repeating: SIMD8(repeating: 0), count: groups)
        unsafe neighbours = .allocate(capacity: groups)
        unsafe sources = .allocate(capacity: groups * 8)
        for lane in 0..<groups * 8 {
            let channel = lane < channels.count ? channels[lane] : channels[channels.count - 1]
            unsafe sources[lane] = Int32(channel)
            guard lane < channels.count else { continue }
            unsafe gains.floats(0)[lane] = configuration.unitsPerCount[channel] * configuration.scale
        }
        for group in 0..<groups {
            let first = unsafe sources[group * 8]
            let whole = (0..<8).allSatisfy { unsafe sources[group * 8 + $0] == first + Int32($0) }
            unsafe neighbours[group] = whole ? first : -1
        }
    }

    deinit {
        unsafe faults.deallocate()
        unsafe neighbours.deallocate()
        unsafe sources.deallocate()
    }

    /// What was found against selected channel `index` since ``begin()``.
    func faults(of index: Int) -> ChannelFaults {
        ChannelFaults(rawValue: unsafe faults[index / 8][index % 8])
    }

    /// True where the stored sample of selected channel `index` stands at the end of the converter's range.
    func isSaturated(_ block: Block, frame: Int, _ index: Int) -> Bool {
        let place = frame * block.format.channels + channels[index]
        let stored: Float =
            switch kind {
            case .int16: unsafe Float(block.int16[place])
            case .int32: unsafe Float(block.int32[place])
            case .float32: unsafe block.float32[place]
            }
        return stored <= limits.saturationLow || stored >= limits.saturationHigh
    }

    /// Forgets the faults of the block before.
    func begin() { unsafe faults.update(repeating: SIMD8(repeating: 0), count: groups) }

    /// Brings one frame of `block`, undisturbed and present, into `row`.
    func read(_ block: Block, frame: Int, into row: UnsafeMutablePointer<Octet>) {
        guard let start = unsafe block.bytes.baseAddress else { return }
        let samples = unsafe UnsafeRawPointer(start) + frame * block.format.channels * kind.byteCount
        switch kind {
        case .int16: unsafe read(Int16.self, samples, row)
        case .int32: unsafe read(Int32.self, samples, row)
        case .float32: unsafe readFloats(samples, row)
        }
        seen = true
    }

    func reset() {
        previous.clear()
        run.clear()
        last.clear()
        begin()
        seen = false
    }
}

extension Intake {
    @inline(__always) private func read<Count: FixedWidthInteger & SIMDScalar>(
        _: Count.Type, _ samples: UnsafeRawPointer, _ row: UnsafeMutablePointer<Octet>
    ) {
        let size = MemoryLayout<Count>.size
        for group in 0..<groups {
            let first = unsafe Int(neighbours[group])
            var stored = SIMD8<Count>(repeating: 0)
            if first >= 0 {
                stored = unsafe (samples + first * size).loadUnaligned(as: SIMD8<Count>.self)
            } else {
                for lane in 0..<8 {
                    let place = unsafe Int(sources[group * 8 + lane]) * size
                    stored[lane] = unsafe (samples + place).loadUnaligned(as: Count.self)
                }
            }
            let counts = Octet(SIMD8<Int32>(truncatingIfNeeded: stored))
            watch(counts, group)
            unsafe row[group] = counts * gains.row(0)[group]
        }
    }

    @inline(__always) private func readFloats(_ samples: UnsafeRawPointer, _ row: UnsafeMutablePointer<Octet>) {
        for group in 0..<groups {
            let first = unsafe Int(neighbours[group])
            var stored = Octet(repeating: 0)
            if first >= 0 {
                stored = unsafe (samples + first * 4).loadUnaligned(as: Octet.self)
            } else {
                for lane in 0..<8 {
                    stored[lane] = unsafe (samples + Int(sources[group * 8 + lane]) * 4).loadUnaligned(as: Float.self)
                }
            }
            let scaled = unsafe stored * gains.row(0)[group]
            let most = Octet(repeating: Self.greatest)
            let lost = .!((scaled .< most) .& (scaled .> -most))
            note(.nonFinite, lost, group)
            let kept = unsafe scaled.replacing(with: last.row(0)[group], where: lost)
            unsafe last.row(0)[group] = kept
            watch(stored, group)
            unsafe row[group] = kept
        }
    }

    @inline(__always) private func watch(_ counts: Octet, _ group: Int) {
        let low = counts .<= Octet(repeating: limits.saturationLow)
        let ends = low .| (counts .>= Octet(repeating: limits.saturationHigh))
        note(.saturated, ends, group)
        let same = unsafe counts .== previous.row(0)[group]
        let longer = unsafe run.row(0)[group] + Octet(repeating: seen ? 1 : 0)
        let length = Octet(repeating: 0).replacing(with: longer, where: same)
        unsafe run.row(0)[group] = length
        unsafe previous.row(0)[group] = counts
        note(.flat, length .>= Octet(repeating: flatRun), group)
    }

    @inline(__always) private func note(_ fault: ChannelFaults, _ lanes: SIMDMask<SIMD8<Int32>>, _ group: Int) {
        let bits = SIMD8<UInt32>(repeating: 0).replacing(with: SIMD8(repeating: fault.rawValue), where: lanes)
        unsafe faults[group] |= bits
    }
}
