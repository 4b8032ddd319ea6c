import Foundation

/// Lines over one axis as an SVG file that needs nothing else.
struct LineFigure {
    struct Line {
        let name: String
        let points: [(x: Double, y: Double)]
    }

    let title: String
    let across: String
    let up: String
    let lines: [Line]
    /// Shown values of `up`; what lies outside is cut off.
    let range: ClosedRange<Double>

    /// Colours that colour-blind readers tell apart (Okabe and Ito 2008), each with a dash of its own.
    private static let inks = [
        ("#000000", ""), ("#0072B2", "8 3"), ("#D55E00", "2 3"), ("#009E73", "12 4"), ("#CC79A7", "10 3 2 3"),
        ("#E69F00", "5 5"),
    ]
    private static let (left, top, right, bottom) = (80.0, 60.0, 640.0, 400.0)

    /// The file.
    var text: String {
        let last = lines.flatMap { $0.points.map(\.x) }.max() ?? 1
        let body = lines.enumerated().map { drawn($0.element, Self.inks[$0.offset % Self.inks.count], last) }
        return ([head] + axes(last) + body.map(\.line) + legend() + ["</svg>", ""]).joined(separator: "\n")
    }

    private var head: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 460" width="900" height="460" role="img" \
        font-family="Arial, sans-serif" font-size="13">
        <title>\(escaped(title))</title>
        <rect width="900" height="460" fill="#ffffff"/>
        \(words(title, Self.left, 32, size: 17))
        <clipPath id="plane"><rect x="\(Self.left)" y="\(Self.top)" width="\(Self.right - Self.left)" \
        height="\(Self.bottom - Self.top)"/></clipPath>
        """
    }

    private func place(_ x: Double, _ y: Double, _ last: Double) -> (x: Double, y: Double) {
        let part = (y - range.lowerBound) / (range.upperBound - range.lowerBound)
        return (Self.left + (Self.right - Self.left) * x / last, Self.bottom - (Self.bottom - Self.top) * part)
    }

    private func axes(_ last: Double) -> [String] {
        var parts: [String] = []
        for step in 0...4 {
            let share = Double(step) / 4
            let value = range.lowerBound + share * (range.upperBound - range.lowerBound)
            let (x, y) = (place(share * last, value, last).x, place(0, value, last).y)
            parts.append("<path d=\"M\(number(Self.left)) \(number(y))H\(number(Self.right))\" stroke=\"#e6e6e6\"/>")
            parts.append(words(number(value, 2), Self.left - 8, y + 4, anchor: "end"))
            parts.append(words(number(share * last, 0), x, Self.bottom + 20, anchor: "middle"))
        }
        parts.append(words(across, (Self.left + Self.right) / 2, Self.bottom + 44, anchor: "middle"))
        let middle = number((Self.top + Self.bottom) / 2)
        parts.append(
            "<text transform=\"translate(26 \(middle)) rotate(-90)\" text-anchor=\"middle\" fill=\"#222222\">"
                + "\(escaped(up))</text>")
        return parts
    }

    private func drawn(_ line: Line, _ ink: (String, String), _ last: Double) -> (line: String, ink: String) {
        let points = line.points.map { point -> String in
            let place = place(point.x, point.y, last)
            return "\(number(place.x)),\(number(place.y))"
        }
        let dash = ink.1.isEmpty ? "" : " stroke-dasharray=\"\(ink.1)\""
        return (
            "<polyline clip-path=\"url(#plane)\" points=\"\(points.joined(separator: " "))\" fill=\"none\" "
                + "stroke=\"\(ink.0)\" stroke-width=\"2\"\(dash)/>", ink.0
        )
    }

    private func legend() -> [String] {
        lines.enumerated().flatMap { row, line -> [String] in
            let ink = Self.inks[row % Self.inks.count]
            let y = Self.top + 10 + 22 * Double(row)
            let dash = ink.1.isEmpty ? "" : " stroke-dasharray=\"\(ink.1)\""
            return [
                "<path d=\"M\(number(Self.right + 20)) \(number(y))h34\" stroke=\"\(ink.0)\" "
                    + "stroke-width=\"2\"\(dash)/>",
                words(line.name, Self.right + 62, y + 4),
            ]
        }
    }

    private func words(_ text: String, _ x: Double, _ y: Double, size: Int = 13, anchor: String = "start") -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\" "
            + "fill=\"#222222\">\(escaped(text))</text>"
    }

    private func number(_ value: Double, _ digits: Int = 1) -> String {
        String(format: "%.\(digits)f", locale: Locale(identifier: "en_US_POSIX"), value)
    }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}
