/// Refers channels to each other, row by row.
@safe final class Referencing: @unchecked Sendable {
    private let kind: Rereference
    private let pairs: UnsafeMutablePointer<ChannelDifference>
    private let pairCount: Int
    /// 1 in lanes that hold a channel, 0 in lanes that only fill the last vector.
    private let occupied: SampleRows
    private let share: Float

    init(_ configuration: ConditioningConfiguration) {
        kind = configuration.rereference
        let count = configuration.channels.count
        share = 1 / Float(count)
        occupied = SampleRows(rows: 1, channels: count)
        for channel in 0..<count { unsafe occupied.floats(0)[channel] = 1 }
        var differences: [ChannelDifference] = []
        if case .bipolar(let wanted) = configuration.rereference { differences = wanted }
        pairCount = differences.count
        unsafe pairs = .allocate(capacity: max(1, pairCount))
        for (index, pair) in differences.enumerated() { unsafe (pairs + index).initialize(to: pair) }
    }

    deinit { unsafe pairs.deallocate() }

    /// Whether rows pass unchanged, so that no copy is needed.
    var isIdentity: Bool { kind == .none }

    /// Refers the rows of `range` from `source` to the same rows of `target`.
    func process(_ range: Range<Int>, from source: SampleRows, to target: SampleRows) {
        switch kind {
        case .none: return
        case .commonAverage: for row in range { unsafe average(source.row(row), target.row(row), source.groups) }
        case .bipolar: for row in range { unsafe subtract(source.floats(row), target.floats(row)) }
        }
    }

    private func average(
        _ source: UnsafeMutablePointer<Octet>, _ target: UnsafeMutablePointer<Octet>, _ groups: Int
    ) {
        var sum = Octet(repeating: 0)
        for group in 0..<groups { sum += unsafe source[group] }
        let mean = Octet(repeating: -sum.sum() * share)
        for group in 0..<groups {
            unsafe target[group] = source[group].addingProduct(mean, occupied.row(0)[group])
        }
    }

    private func subtract(_ source: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>) {
        for index in 0..<pairCount {
            let pair = unsafe pairs[index]
            unsafe target[index] = source[pair.plus] - source[pair.minus]
        }
    }
}
