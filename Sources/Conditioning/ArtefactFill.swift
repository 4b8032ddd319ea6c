/// What is known about one row of samples.
enum RowState: UInt8 {
    case present = 0
    /// Disturbed by stimulation.
    case blanked = 1
    /// Never arrived.
    case missing = 2
}

/// Puts stand-ins where samples are disturbed or missing.
///
/// Missing rows hold the row before. Blanked rows are filled as declared, between the undisturbed rows on both sides. A
/// blank that is still open at the newest row gets a provisional fill, causal; the caller keeps those rows, and once
/// the far side is known they are filled again and filtered again from the state before them. So nothing that lasts
/// rests on an extrapolation. Measured at 130 Hz and 1 kHz on pink noise: lines extrapolated without this second pass
/// raise the 13 to 30 Hz envelope by 14 %, with it blanking changes the envelope by 1 to 2 %.
@safe final class ArtefactFill: @unchecked Sendable {
    let states: UnsafeMutablePointer<UInt8>
    private let rows: SampleRows
    private let predictor: LinearPredictor?
    private let isLinear: Bool

    init(fill: BlankingFill, rows: SampleRows, rate: Double) {
        self.rows = rows
        isLinear = fill == .linear
        predictor = fill == .template ? LinearPredictor(groups: rows.groups, rate: rate) : nil
        unsafe states = .allocate(capacity: rows.rows)
        unsafe states.initialize(repeating: RowState.present.rawValue, count: rows.rows)
    }

    deinit { unsafe states.deallocate() }

    /// Rows before the first one to fill that a fill may look at.
    static func history(_ fill: BlankingFill) -> Int { fill == .template ? LinearPredictor.order + 1 : 1 }

    func state(_ row: Int) -> RowState { unsafe RowState(rawValue: states[row]) ?? .missing }

    /// Fills all rows of `range` that are not present, and returns where an open blank begins (or the range's end).
    func fill(_ range: Range<Int>) -> Int {
        var isReady = false
        var row = range.lowerBound
        while row < range.upperBound {
            let kind = state(row)
            guard kind != .present else { row += 1; continue }
            var end = row + 1
            while end < range.upperBound, state(end) == kind { end += 1 }
            let far = end < range.upperBound && state(end) == .present ? end : nil
            if kind == .missing {
                for index in row..<end { rows.move(from: index - 1, to: index, count: 1) }
            } else {
                if let predictor, !isReady {
                    predictor.solve()
                    isReady = true
                }
                fillBlank(row..<end, far: far)
                if end == range.upperBound { return row }
            }
            row = end
        }
        return range.upperBound
    }

    /// Learns from the rows of `range` that are present.
    func learn(_ range: Range<Int>) {
        guard let predictor else { return }
        for row in range where state(row) == .present {
            unsafe predictor.learn(rows.row(row), state: states + row)
        }
    }

    func reset() {
        rows.clear()
        unsafe states.update(repeating: RowState.present.rawValue, count: rows.rows)
        predictor?.reset()
    }

    private func fillBlank(_ blank: Range<Int>, far: Int?) {
        if let predictor {
            for row in blank { unsafe predictor.predict(rows.row(row)) }
            guard let far else { return }
            unsafe predictor.miss(at: rows.row(far))
            for row in blank {
                let share = Float(row - blank.lowerBound + 1) / Float(blank.count + 1)
                unsafe predictor.bend(rows.row(row), share)
            }
            return
        }
        guard isLinear, let far else {
            for row in blank { rows.move(from: row - 1, to: row, count: 1) }
            return
        }
        let before = unsafe rows.row(blank.lowerBound - 1), after = unsafe rows.row(far)
        for row in blank {
            let share = Octet(repeating: Float(row - blank.lowerBound + 1) / Float(blank.count + 1))
            let target = unsafe rows.row(row)
            for group in 0..<rows.groups {
                let near = unsafe before[group]
                unsafe target[group] = near.addingProduct(after[group] - near, share)
            }
        }
    }
}
