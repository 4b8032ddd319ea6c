/// Expects a channel's next step from its last ones, as it has learned from the channel itself.
///
/// The autocorrelation of the steps from sample to sample, forgotten with a time constant of 2 s, gives the
/// coefficients by Levinson's recursion. Steps, because a field potential wanders: a channel that has taught nothing is
/// expected to stay where it is, not to return to its mean. Only steps between undisturbed samples teach; learning from
/// filled ones would feed predictions back into themselves. Source: Makhoul, Linear prediction: a tutorial review,
/// Proc. IEEE 63:561 (1975), eq. 38.
///
/// ### Implementation Notes
///
/// Eight channels a vector; all memory is allocated once. Dense blanks leave lags that are never seen whole, so the
/// order is what has been learned without a hole. Lags learned at different times need not fit together: a white-noise
/// correction of 10⁻² helps, a reflection beyond ±0.99 is left out, and a step stays within four standard deviations.
@safe final class LinearPredictor: @unchecked Sendable {
    /// Steps that a prediction rests on.
    static let order = 6

    private let groups: Int
    private let forget: Float
    /// Pairs that each lag was learned from.
    private let pairs: UnsafeMutablePointer<Int64>
    /// Autocorrelation at lags 0 to order; coefficients 1 to order; the recursion's scratch.
    private let correlation, weights, scratch: SampleRows
    /// By how much the far side was missed; how far a step may go.
    private let missed, bound: SampleRows
    /// Pairs without which a lag is not trusted.
    private static let enough = 64

    init(groups: Int, rate: Double) {
        self.groups = groups
        forget = Float(1 / max(1, 2 * rate))
        unsafe pairs = .allocate(capacity: Self.order + 1)
        unsafe pairs.initialize(repeating: 0, count: Self.order + 1)
        correlation = SampleRows(rows: Self.order + 1, channels: groups * 8)
        weights = SampleRows(rows: Self.order, channels: groups * 8)
        scratch = SampleRows(rows: Self.order, channels: groups * 8)
        missed = SampleRows(rows: 1, channels: groups * 8)
        bound = SampleRows(rows: 1, channels: groups * 8)
    }

    deinit { unsafe pairs.deallocate() }

    /// Learns from the step that ends in the undisturbed sample at `row`; the rows before it lie before it in memory,
    /// their states before `state`.
    func learn(_ row: UnsafeMutablePointer<Octet>, state: UnsafeMutablePointer<UInt8>) {
        let present = RowState.present.rawValue
        guard unsafe state[-1] == present else { return }
        for lag in 0...Self.order where unsafe state[-lag] == present && state[-lag - 1] == present {
            unsafe pairs[lag] += 1
            let share = unsafe Octet(repeating: max(forget, 1 / Float(pairs[lag])))
            for group in 0..<groups {
                let product = unsafe step(row, group, 0) * step(row, group, lag)
                let old = unsafe correlation.row(lag)[group]
                unsafe correlation.row(lag)[group] = old.addingProduct(share, product - old)
            }
        }
    }

    /// Works out the coefficients from what was learned.
    func solve() {
        var order = 0
        while order < Self.order, unsafe pairs[order + 1] >= Self.enough { order += 1 }
        weights.clear()
        for group in 0..<groups {
            let power = unsafe correlation.row(0)[group]
            unsafe bound.row(0)[group] = power.squareRoot() * 4
            var error = power * 1.01 + Octet(repeating: 1e-12)
            for step in stride(from: 1, through: order, by: 1) {
                var rest = unsafe correlation.row(step)[group]
                for j in 1..<step {
                    rest = unsafe rest.addingProduct(-weights.row(j - 1)[group], correlation.row(step - j)[group])
                }
                let reflection = Self.trusted(rest / error)
                reflect(reflection, step, group)
                error = error.addingProduct(-error, reflection * reflection)
            }
        }
    }

    /// Zero where a reflection is not that of a stable predictor.
    @inline(__always) private static func trusted(_ reflection: Octet) -> Octet {
        let limit = Octet(repeating: 0.99)
        let isStable = (reflection .<= limit) .& (reflection .>= -limit)
        return Octet(repeating: 0).replacing(with: reflection, where: isStable)
    }

    @inline(__always) private func reflect(_ reflection: Octet, _ step: Int, _ group: Int) {
        for j in 1..<step { unsafe scratch.row(j - 1)[group] = weights.row(j - 1)[group] }
        for j in 1..<step {
            let mirrored = unsafe scratch.row(step - j - 1)[group]
            let kept = unsafe scratch.row(j - 1)[group]
            unsafe weights.row(j - 1)[group] = kept.addingProduct(-reflection, mirrored)
        }
        unsafe weights.row(step - 1)[group] = reflection
    }

    /// Writes what the rows before `row` let expect into it.
    func predict(_ row: UnsafeMutablePointer<Octet>) {
        for group in 0..<groups { unsafe row[group] = expected(row, group) }
    }

    /// Notes by how much the sample at `row` differs from what the rows before it let expect.
    func miss(at row: UnsafeMutablePointer<Octet>) {
        for group in 0..<groups { unsafe missed.row(0)[group] = row[group] - expected(row, group) }
    }

    /// Bends a predicted row by a share of the miss.
    func bend(_ row: UnsafeMutablePointer<Octet>, _ share: Float) {
        for group in 0..<groups {
            unsafe row[group] = row[group].addingProduct(missed.row(0)[group], Octet(repeating: share))
        }
    }

    func reset() {
        unsafe pairs.update(repeating: 0, count: Self.order + 1)
        for rows in [correlation, weights, scratch, missed, bound] { rows.clear() }
    }

    /// The step from the row before to the row that lies `back` rows before `row`.
    @inline(__always) private func step(_ row: UnsafeMutablePointer<Octet>, _ group: Int, _ back: Int) -> Octet {
        unsafe row[group - back * groups] - row[group - (back + 1) * groups]
    }

    @inline(__always) private func expected(_ row: UnsafeMutablePointer<Octet>, _ group: Int) -> Octet {
        var sum = Octet(repeating: 0)
        for lag in 1...Self.order {
            sum = unsafe sum.addingProduct(weights.row(lag - 1)[group], step(row, group, lag))
        }
        let limit = unsafe bound.row(0)[group]
        return unsafe row[group - groups] + sum.clamped(lowerBound: -limit, upperBound: limit)
    }
}
