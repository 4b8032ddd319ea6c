import Signal

/// How rows of a text file divide into fields.
struct TableLayout {
    /// Fields of a row, at most.
    static let most = 4_096

    let separator: UInt8
    /// Byte and line at which rows may begin.
    let start: Int64
    let line: Int
    /// Fields of a row.
    var columns = 0
    /// Fields that hold something else than numbers.
    var texts: Set<Int> = []

    /// Fields of a row as numbers, NaN where `texts` has them; nil where the line is no such row.
    func row(_ bytes: [UInt8], _ range: Range<Int>, into row: inout [Double]) -> Bool {
        var (field, from) = (0, range.lowerBound)
        for at in range.lowerBound...range.upperBound where at == range.upperBound || bytes[at] == separator {
            guard field < columns else { return false }
            if texts.contains(field) {
                row[field] = .nan
            } else {
                guard let value = DecimalNumber.value(bytes, from..<at) else { return false }
                row[field] = value
            }
            (field, from) = (field + 1, at + 1)
        }
        return field == columns
    }

    /// Whether nothing is to be read in a line: a blank one, or a remark.
    static func isEmpty(_ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        let first = range.first { bytes[$0] > 0x20 }
        return first.map { bytes[$0] == 0x25 } ?? true
    }

    /// Finds the fields that most of the first 1,024 lines have, and which of them hold no numbers.
    ///
    /// - Returns: the first rows as numbers.
    mutating func look(at file: FileBytes) throws(RecordingError) -> [[Double]] {
        var lines: [[Range<Int>]] = []
        var texts: [[UInt8]] = []
        var total = 0
        let separator = separator
        try LineReader(file: file).each(from: start) { bytes, range, _, _ in
            guard !TableLayout.isEmpty(bytes, range), range.count <= 1 << 17 else { return true }
            let text = Array(bytes[range])
            var (fields, from): ([Range<Int>], Int) = ([], 0)
            for at in 0...text.count where at == text.count || text[at] == separator {
                fields.append(from..<at)
                from = at + 1
            }
            lines.append(fields)
            texts.append(text)
            total += fields.count
            return lines.count < 1_024 && total < 1 << 20
        }
        let counts = Dictionary(grouping: lines, by: \.count).mapValues(\.count)
        columns = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
        guard columns <= TableLayout.most else {
            throw RecordingError(
                file: file.path, place: "line \(line)",
                text: "\(columns) fields in a line, expected at most \(TableLayout.most)")
        }
        let whole = lines.indices.filter { lines[$0].count == columns }
        for column in 0..<columns {
            let numbers = whole.count { DecimalNumber.value(texts[$0], lines[$0][column]) != nil }
            if 2 * numbers < whole.count { self.texts.insert(column) }
        }
        var rows: [[Double]] = []
        var row = [Double](repeating: 0, count: columns)
        for index in whole where self.row(texts[index], 0..<texts[index].count, into: &row) { rows.append(row) }
        return rows
    }
}

/// Rows of numbers in a text file, found again by the byte where every so many begin; the last rows read are kept.
final class NumberTable {
    let layout: TableLayout
    private(set) var rows: Int64 = 0
    private(set) var warnings: [RecordingWarning] = []
    private let file: FileBytes
    /// Rows between two bytes that are remembered.
    private let span: Int
    private var places: [Int64] = []
    private var kept: (first: Int64, values: [Double])?

    /// Reads the whole file once and calls `visit` with each row and its line.
    ///
    /// Lines that are no row of `layout` are left out, counted and said.
    ///
    /// - Throws: where no line is a row, or the file can no longer be read.
    init(_ file: FileBytes, _ layout: TableLayout, visit: ([Double], Int) -> Void) throws(RecordingError) {
        (self.file, self.layout) = (file, layout)
        span = max(1, (1 << 20) / max(1, layout.columns))
        var (count, line, skipped): (Int64, Int, Int64) = (0, layout.line - 1, 0)
        var (firstSkipped, isEnded) = (0, true)
        var found: [Int64] = []
        var row = [Double](repeating: 0, count: layout.columns)
        try LineReader(file: file).each(from: layout.start) { bytes, range, place, hasEnd in
            line += 1
            if TableLayout.isEmpty(bytes, range) { return true }
            guard layout.texts.count < layout.columns, layout.row(bytes, range, into: &row) else {
                if skipped == 0 { firstSkipped = line }
                skipped += 1
                return true
            }
            if count % Int64(span) == 0 { found.append(place) }
            isEnded = hasEnd
            visit(row, line)
            count += 1
            return true
        }
        (rows, places) = (count, found)
        guard rows > 0 else {
            throw RecordingError(
                file: file.path, place: "line \(layout.line)",
                text: "no row of numbers in \(skipped) lines; expected \(layout.columns) fields a line")
        }
        if skipped > 0 {
            let text = "\(skipped) lines are not \(layout.columns) numbers and are left out, line \(firstSkipped) first"
            let place = "\(file.path): line \(firstSkipped)"
            warnings.append(RecordingWarning(kind: "rows", place: place, text: text))
        }
        if !isEnded {
            let text = "the last line has no end; its last number may be cut"
            warnings.append(RecordingWarning(kind: "truncated", place: "\(file.path): line \(line)", text: text))
        }
    }

    /// Calls `take` with `count` values of a column from row `first` on.
    ///
    /// - Throws: when the file can no longer be read, or has changed.
    func each(column: Int, first: Int64, count: Int, take: (Int, Double) -> Void) throws(RecordingError) {
        var done = 0
        while done < count {
            let row = first + Int64(done)
            let piece = try load(row / Int64(span))
            let inside = Int(row - piece.first)
            let here = min(count - done, piece.values.count / layout.columns - inside)
            for place in 0..<here { take(done + place, piece.values[(inside + place) * layout.columns + column]) }
            done += here
        }
    }

    private func load(_ piece: Int64) throws(RecordingError) -> (first: Int64, values: [Double]) {
        let first = piece * Int64(span)
        if let kept, kept.first == first { return kept }
        let wanted = Int(min(Int64(span), rows - first))
        var values: [Double] = []
        values.reserveCapacity(wanted * layout.columns)
        var row = [Double](repeating: 0, count: layout.columns)
        var done = 0
        try LineReader(file: file).each(from: places[Int(piece)]) { bytes, range, _, _ in
            guard !TableLayout.isEmpty(bytes, range), layout.row(bytes, range, into: &row) else { return true }
            values += row
            done += 1
            return done < wanted
        }
        guard done == wanted else {
            throw RecordingError(
                file: file.path, place: "byte \(places[Int(piece)])", text: "\(done) rows where there were \(wanted)")
        }
        kept = (first, values)
        return (first, values)
    }
}
