import Glibc

/// The exponential mean of each channel's absolute value, sample by sample.
///
///     e' = e + (1 − exp(−1/τf)) · (|x| − e)
@safe final class Envelope: @unchecked Sendable {
    private let share: Octet
    let values: SampleRows
    private let saved: SampleRows

    init(timeConstant: Double, rate: Double, channels: Int) {
        share = Octet(repeating: Float(-expm1(-1 / (timeConstant * rate))))
        values = SampleRows(rows: 1, channels: channels)
        saved = SampleRows(rows: 1, channels: channels)
    }

    /// Goes on through the rows of `range`.
    func process(_ range: Range<Int>, of rows: SampleRows) {
        guard !range.isEmpty else { return }
        for group in 0..<rows.groups {
            var level = unsafe values.row(0)[group]
            var place = unsafe rows.row(range.lowerBound) + group
            for _ in range {
                let x = unsafe place.pointee
                let size = x.replacing(with: -x, where: x .< Octet(repeating: 0))
                level = level.addingProduct(share, size - level)
                unsafe place += rows.groups
            }
            unsafe values.row(0)[group] = level
        }
    }

    /// Remembers the present state.
    func save() { unsafe saved.vectors.update(from: values.vectors, count: values.groups) }

    /// Returns to the state of the last ``save()``.
    func restore() { unsafe values.vectors.update(from: saved.vectors, count: values.groups) }

    func reset() {
        values.clear()
        saved.clear()
    }
}
