import Configuration
import Glibc

/// The permitted amplitudes and widths of one pair, drawn with characters.
struct LimitsChart {
    private let plane: LimitsPlane
    private let columns: Int
    private let rows = 20
    private let isColoured: Bool
    private var cells: [[Cell]] = []

    private struct Cell {
        var character: Character = " "
        var ink = Ink.none
        /// A curve's letter: no other curve's line covers it.
        var isLetter = false
    }

    private enum Ink: String {
        case none = ""
        case allowed = "\u{1B}[32m"
        case hard = "\u{1B}[31m"
        case soft = "\u{1B}[33m"
        case mark = "\u{1B}[1;36m"
    }

    /// Room for the numbers of the vertical axis.
    private static let margin = 9

    /// Whether standard output is a terminal that may show colour.
    static var mayColour: Bool {
        isatty(STDOUT_FILENO) == 1 && Terminal.environment("NO_COLOR").isEmpty
            && Terminal.environment("TERM") != "dumb"
    }

    init(_ region: PermittedRegion, columns: Int, isColoured: Bool) {
        plane = LimitsPlane(region)
        self.columns = max(30, min(columns, 110) - Self.margin - 2)
        self.isColoured = isColoured
        cells = Array(repeating: Array(repeating: Cell(), count: self.columns), count: rows)
        fill()
        let drawn = region.curves.filter { plane.crosses($0) }
        for (index, curve) in drawn.enumerated() where curve.weight != .hard { draw(curve, phase: index) }
        for (index, curve) in drawn.enumerated() where curve.weight == .hard { draw(curve, phase: index) }
        for curve in drawn { drawPoint(curve) }
    }

    /// Picture, axis and legend.
    var lines: [String] {
        var lines: [String] = []
        for row in 0..<rows {
            let label = rowLabel(row)
            let padding = String(repeating: " ", count: Self.margin - 1 - label.count)
            lines.append("\(padding)\(label) \(label.isEmpty ? "│" : "┤")\(text(cells[row]))")
        }
        let margin = String(repeating: " ", count: Self.margin)
        lines.append(margin + "└" + axis)
        lines.append(margin + " " + axisLabels)
        return lines + legend
    }

    // MARK: - From numbers to places

    private func width(_ column: Int) -> Int64 {
        max(1, (Int64(column) * 2 + 1) * plane.widthEnd / Int64(columns * 2))
    }

    private func amplitude(_ row: Int) -> Int64 {
        (Int64(rows - 1 - row) * 2 + 1) * plane.amplitudeEnd / Int64(rows * 2)
    }

    private func column(_ width: Int64) -> Int { min(columns - 1, Int(width * Int64(columns) / plane.widthEnd)) }

    private func row(_ amplitude: Int64) -> Int? {
        guard amplitude >= 0, amplitude <= plane.amplitudeEnd else { return nil }
        return rows - 1 - min(rows - 1, Int(amplitude * Int64(rows) / plane.amplitudeEnd))
    }

    // MARK: - Drawing

    private mutating func fill() {
        for row in 0..<rows {
            for column in 0..<columns
            where plane.region.permits(amplitude: amplitude(row), width: width(column)) {
                let isRecommended = plane.region.recommends(amplitude: amplitude(row), width: width(column))
                cells[row][column] = Cell(character: isRecommended ? "▒" : "░", ink: .allowed)
            }
        }
    }

    /// A part of a curve; letters stay.
    private mutating func put(_ character: Character, _ ink: Ink, row: Int, column: Int, isLetter: Bool) {
        guard !cells[row][column].isLetter else { return }
        cells[row][column] = Cell(character: character, ink: ink, isLetter: isLetter)
    }

    private mutating func draw(_ curve: LimitCurve, phase: Int) {
        let isHard = curve.weight == .hard
        let ink = isHard ? Ink.hard : .soft
        let every = 13
        switch curve.shape {
        case .amplitude(let value):
            guard let row = row(value) else { return }
            let dash: Character = isHard ? "─" : "┄"
            for column in 0..<columns {
                let isLetter = column % every == phase * 3 % every
                put(isLetter ? curve.letter : dash, ink, row: row, column: column, isLetter: isLetter)
            }
        case .width(let value):
            let column = column(value)
            for row in 0..<rows {
                let isLetter = row % 7 == phase % 7
                put(isLetter ? curve.letter : "│", ink, row: row, column: column, isLetter: isLetter)
            }
        case .charge:
            for column in 0..<columns {
                guard let most = curve.amplitude(at: width(column))?.roundedDown, let row = row(most) else { continue }
                let isLetter = column % every == phase * 3 % every
                put(
                    isLetter ? curve.letter : isHard ? "•" : "·", ink, row: row, column: column, isLetter: isLetter)
            }
        case .point: break
        }
    }

    private mutating func drawPoint(_ curve: LimitCurve) {
        guard case .point(let amplitude, let width) = curve.shape, let row = row(amplitude) else { return }
        cells[row][column(width)] = Cell(character: curve.letter, ink: .mark)
    }

    // MARK: - Text

    private func text(_ row: [Cell]) -> String {
        var text = ""
        var ink = Ink.none
        for cell in row {
            if isColoured, cell.ink != ink {
                text += (ink == .none ? "" : "\u{1B}[0m") + cell.ink.rawValue
                ink = cell.ink
            }
            text.append(cell.character)
        }
        if ink != .none { return text + "\u{1B}[0m" }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// The tick whose line runs through this row.
    private func rowLabel(_ row: Int) -> String {
        var tick: Int64 = 0
        while tick <= plane.amplitudeEnd {
            if self.row(tick) == row, tick < plane.amplitudeEnd || row == 0 {
                return LimitsText.current(Fraction(tick), digits: 3)
            }
            tick += plane.amplitudeStep
        }
        return ""
    }

    private var ticks: [Int64] {
        Array(stride(from: 0, through: plane.widthEnd - plane.widthStep / 2, by: Int(plane.widthStep)))
    }

    private var axis: String {
        var line = Array(repeating: Character("─"), count: columns)
        for tick in ticks { line[column(tick)] = "┬" }
        return String(line)
    }

    private var axisLabels: String {
        var line = ""
        for tick in ticks {
            let place = column(tick)
            guard place >= line.count, place + String(tick).count < columns - 12 || tick == 0 else { continue }
            line += String(repeating: " ", count: place - line.count) + String(tick)
        }
        let unit = "µs of a phase"
        return line + String(repeating: " ", count: max(2, columns - line.count - unit.count)) + unit
    }

    private var legend: [String] {
        var lines = [
            "  ▒ permitted: every hard and soft limit on a single pulse holds",
            "  ░ permitted once the soft limits beyond it are acknowledged",
        ]
        for curve in plane.region.curves {
            let note = plane.note(curve)
            lines.append("  \(curve.letter) \(curve.name)\(note.isEmpty ? "" : " – \(note)")")
        }
        return lines
    }
}
