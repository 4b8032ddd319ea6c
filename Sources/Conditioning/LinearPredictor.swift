/// Expects a channel's next sample from its last ones, as it has learned from the channel itself.
///
/// The autocorrelation of the deviation from a slow mean, forgotten with a time constant of 2 s, gives the coefficients
/// by Levinson's recursion. Source: Makhoul, Linear prediction: a tutorial review, Proc. IEEE 63:561 (1975), eq. 38.
///
/// ### Implementation Notes
///
/// Eight channels a vector; all memory is allocated once. A white-noise correction of 10⁻³ keeps the recursion
/// well-conditioned, and reflection coefficients are held within ±0.999, so that a prediction never grows.
@safe final class LinearPredictor: @unchecked Sendable {
    /// Samples that a prediction rests on.
    static let order = 8

    private let groups: Int
    private let forget: Float
    /// Rows: mean; autocorrelation at lags 0 to order; coefficients 1 to order; the recursion's scratch; the miss.
    private let mean, correlation, weights, scratch, missed: SampleRows

    init(groups: Int, rate: Double) {
        self.groups = groups
        forget = Float(1 / max(1, 2 * rate))
        mean = SampleRows(rows: 1, channels: groups * 8)
        correlation = SampleRows(rows: Self.order + 1, channels: groups * 8)
        weights = SampleRows(rows: Self.order, channels: groups * 8)
        scratch = SampleRows(rows: Self.order, channels: groups * 8)
        missed = SampleRows(rows: 1, channels: groups * 8)
    }

    /// Learns from the sample at `row`; the rows before it lie before it in memory.
    func learn(_ row: UnsafeMutablePointer<Octet>) {
        let share = Octet(repeating: forget)
        for group in 0..<groups {
            let centre = unsafe mean.row(0)[group]
            let now = unsafe row[group] - centre
            for lag in 0...Self.order {
                let then = unsafe row[group - lag * groups] - centre
                let old = unsafe correlation.row(lag)[group]
                unsafe correlation.row(lag)[group] = old.addingProduct(share, now * then - old)
            }
            unsafe mean.row(0)[group] = centre.addingProduct(share, now)
        }
    }

    /// Works out the coefficients from what was learned.
    func solve() {
        for group in 0..<groups {
            var error = unsafe correlation.row(0)[group] * 1.001 + Octet(repeating: 1e-12)
            for step in 1...Self.order {
                var rest = unsafe correlation.row(step)[group]
                for j in 1..<step {
                    rest = unsafe rest.addingProduct(-weights.row(j - 1)[group], correlation.row(step - j)[group])
                }
                let limit = Octet(repeating: 0.999)
                let reflection = (rest / error).clamped(lowerBound: -limit, upperBound: limit)
                for j in 1..<step { unsafe scratch.row(j - 1)[group] = weights.row(j - 1)[group] }
                for j in 1..<step {
                    let mirrored = unsafe scratch.row(step - j - 1)[group]
                    let kept = unsafe scratch.row(j - 1)[group]
                    unsafe weights.row(j - 1)[group] = kept.addingProduct(-reflection, mirrored)
                }
                unsafe weights.row(step - 1)[group] = reflection
                error = error.addingProduct(-error, reflection * reflection)
            }
        }
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
        for rows in [mean, correlation, weights, scratch, missed] { rows.clear() }
    }

    @inline(__always) private func expected(_ row: UnsafeMutablePointer<Octet>, _ group: Int) -> Octet {
        let centre = unsafe mean.row(0)[group]
        var sum = centre
        for lag in 1...Self.order {
            let then = unsafe row[group - lag * groups] - centre
            sum = unsafe sum.addingProduct(weights.row(lag - 1)[group], then)
        }
        return sum
    }
}
