import Signal

/// Finds lost samples between the rows of a board's table by its counter, with the help of the host's clock.
///
/// Boards count rows in a byte, 255 before 0; some turn earlier. Where the counter jumps, as many rows are lost, and as
/// many whole turns of the counter as the clock says. A counter that stands still or falls back without the clock's
/// word is said and is no gap. The clock alone makes none, because a host delivers rows late and in bunches.
struct RowClock {
    /// What a counter adds from row to row, or why it is of no use.
    enum Counter: Hashable { case none, unusable, steps(Int, wrapsAt: Int?) }

    static let mostGaps = 100_000

    let rate: Double
    let counter: Counter
    /// Whether the clock is exact, so that it alone makes a gap.
    let isExact: Bool
    private(set) var starts: [(row: Int64, lost: Int64)] = [(0, 0)]
    private(set) var oddities: [String: (count: Int64, line: Int)] = [:]
    private var last: (count: Double, seconds: Double)?
    private var rows: Int64 = 0

    init(rate: Double, counter: Counter, isExact: Bool = false) {
        (self.rate, self.counter, self.isExact) = (rate, counter, isExact)
    }

    /// What the counters of the first rows do: most of their steps decide.
    static func counter(_ first: [Double]) -> Counter {
        guard first.count > 1 else { return .none }
        var (steps, falls): ([Int: Int], [Double: Int]) = ([:], [:])
        for (earlier, later) in zip(first, first.dropFirst()) {
            if later < earlier {
                falls[later == 0 ? earlier : -1, default: 0] += 1
            } else if let step = Int(exactly: later - earlier), step < 1 << 30 {
                steps[step, default: 0] += 1
            }
        }
        let usual = steps.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
        let rising = first.count - 1 - falls.values.reduce(0, +)
        guard let usual, usual.key == 1 || usual.key == 2, 2 * usual.value >= rising else { return .unusable }
        guard first.allSatisfy({ $0 >= 0 && $0 <= 255 }) else { return .steps(usual.key, wrapsAt: nil) }
        return .steps(usual.key, wrapsAt: turn(falls, step: usual.key))
    }

    /// One step more than what the counter falls to 0 from, else 256.
    ///
    /// Ganglion boards count to 100 or 200. Most falls must be from there, and two at least.
    private static func turn(_ falls: [Double: Int], step: Int) -> Int {
        let usual = falls.max { ($0.value, $0.key) < ($1.value, $1.key) }
        guard let usual, usual.value >= 2, 2 * usual.value > falls.values.reduce(0, +),
            let last = Int(exactly: usual.key), last > 2 * step
        else { return 256 }
        return last + step
    }

    /// Takes the next row: its counter and the host's clock in seconds, NaN where there is none.
    mutating func add(count: Double, seconds: Double, line: Int) {
        defer {
            last = (count, seconds)
            rows += 1
        }
        guard let last else { return }
        let elapsed = (seconds - last.seconds) * rate
        let lost = lost(
            from: last.count, to: count, elapsed: elapsed.isFinite && abs(elapsed) < 1e10 ? elapsed : nil, line)
        guard lost > 0 else { return }
        guard starts.count <= RowClock.mostGaps else { return note("many", line) }
        starts.append((rows, (starts.last?.lost ?? 0) + lost))
    }

    private mutating func note(_ kind: String, _ line: Int) {
        let known = oddities[kind] ?? (0, line)
        oddities[kind] = (known.count + 1, known.line)
    }

    /// Rows that are missing between two, by counter and clock.
    private mutating func lost(from earlier: Double, to later: Double, elapsed: Double?, _ line: Int) -> Int64 {
        if isExact {
            guard let elapsed, elapsed > -0.5 else { note("order", line); return 0 }
            return max(0, Int64((elapsed - 1).rounded()))
        }
        guard case .steps(let step, let wraps) = counter else { return 0 }
        guard let difference = Int64(exactly: later - earlier), abs(difference) < 1 << 40 else {
            note("order", line)
            return 0
        }
        guard let wraps = wraps.map(Int64.init) else {
            if difference <= 0 { note("order", line) }
            return max(0, difference / Int64(step) - 1)
        }
        let turn = wraps / Int64(step)
        let lost = ((difference % wraps + wraps) % wraps + Int64(step) - 1) / Int64(step) - 1
        guard let elapsed else {
            if lost < 0 { note("order", line) }
            return max(0, lost)
        }
        let turns = ((elapsed - Double(lost + 1)) / Double(turn)).rounded()
        if lost < 0 || 2 * lost > turn, 2 * elapsed < Double(lost < 0 ? turn : lost) {
            note("order", line)
            return 0
        }
        if lost == 0, turns >= 1 { note("clock", line) }
        return lost == 0 ? 0 : lost + max(0, Int64(turns)) * turn
    }

    /// Stretches without a gap.
    var segments: [RecordedSegment] {
        starts.indices.map { index in
            let start = starts[index]
            let count = (index + 1 < starts.count ? starts[index + 1].row : rows) - start.row
            return RecordedSegment(
                onset: Double(start.row + start.lost) / rate, duration: Double(count) / rate, firstSample: start.row,
                samples: count)
        }
    }

    /// Seconds from the first row to the one that was added last.
    var onset: Double { Double(rows - 1 + (starts.last?.lost ?? 0)) / rate }

    /// What is odd about the counter, for `path`.
    func warnings(_ path: String) -> [RecordingWarning] {
        var warnings: [RecordingWarning] = []
        if starts.count > 1 {
            let text =
                "\(starts.count - 1) gaps, \(starts.last?.lost ?? 0) samples lost, row \(starts[1].row) first after one"
            warnings.append(RecordingWarning(kind: "gap", place: path, text: text))
        }
        if counter == .unusable {
            let text = "the counter does not count rows by one or two; gaps are not looked for"
            warnings.append(RecordingWarning(kind: "counter", place: path, text: text))
        }
        let said = [
            "order": "rows whose counter or time stands still or falls back; taken as no gap",
            "clock": "times step by a whole turn of the counter or more where the counter counts on; taken as no gap",
            "many": "more gaps; only the first \(RowClock.mostGaps) are counted, later times are too early",
        ]
        for kind in oddities.keys.sorted() {
            guard let (count, line) = oddities[kind] else { continue }
            let place = "\(path): line \(line)"
            warnings.append(RecordingWarning(kind: kind, place: place, text: "\(count) \(said[kind] ?? kind)"))
        }
        return warnings
    }
}
