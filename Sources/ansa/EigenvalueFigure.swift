import Foundation

/// Eigenvalues in the complex plane with the unit circle, as an SVG file that needs nothing else.
struct EigenvalueFigure {
    struct Series {
        let name: String
        let points: [(x: Double, y: Double)]
    }

    let title: String
    /// Seconds; the labels of the circles of equal time constants rest on it.
    let bin: Double
    let series: [Series]

    /// Colours that colour-blind readers tell apart (Okabe and Ito 2008), each with a mark of its own.
    private static let inks = ["#000000", "#0072B2", "#D55E00", "#009E73"]
    private static let (centre, middle, radius) = (300.0, 300.0, 220.0)
    /// Time constants whose circles are drawn, in bins.
    private static let circles = [1.0, 2, 5, 20]

    /// The file.
    var text: String {
        let marks = series.enumerated().flatMap { index, series in
            series.points.map { mark(index, place($0).x, place($0).y) }
        }
        return ([head] + plane + marks + legend + ["</svg>", ""]).joined(separator: "\n")
    }

    private var head: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600" width="800" height="600" role="img" \
        font-family="Arial, sans-serif" font-size="13">
        <title>\(escaped(title))</title>
        <rect width="800" height="600" fill="#ffffff"/>
        \(words(title, 60, 32, size: 17))
        """
    }

    private func place(_ point: (x: Double, y: Double)) -> (x: Double, y: Double) {
        (Self.centre + Self.radius * point.x, Self.middle - Self.radius * point.y)
    }

    /// The unit circle, axes, and circles on which a time constant is the same.
    private var plane: [String] {
        let (left, right) = (Self.centre - 1.1 * Self.radius, Self.centre + 1.1 * Self.radius)
        let (top, bottom) = (Self.middle - 1.1 * Self.radius, Self.middle + 1.1 * Self.radius)
        var parts = [
            "<path d=\"M\(number(left)) \(number(Self.middle))H\(number(right))M\(number(Self.centre)) "
                + "\(number(top))V\(number(bottom))\" stroke=\"#bbbbbb\"/>",
            circle(1, "#222222", 1.5),
        ]
        for bins in Self.circles {
            let radius = exp(-1 / bins)
            parts.append(circle(radius, "#dddddd", 1))
            let spot = place((x: -radius * 0.7071, y: -radius * 0.7071))
            parts.append(words("\(number(bins * bin * 1_000, 0)) ms", spot.x, spot.y, size: 11, anchor: "middle"))
        }
        parts.append(words("real part; circles: time constants", Self.centre, bottom + 30, anchor: "middle"))
        parts.append(
            "<text transform=\"translate(32 \(number(Self.middle))) rotate(-90)\" text-anchor=\"middle\" "
                + "fill=\"#222222\">imaginary part</text>")
        parts.append(words("1", right + 4, Self.middle + 4))
        return parts
    }

    private func circle(_ radius: Double, _ ink: String, _ width: Double) -> String {
        "<circle cx=\"\(number(Self.centre))\" cy=\"\(number(Self.middle))\" r=\"\(number(radius * Self.radius))\" "
            + "fill=\"none\" stroke=\"\(ink)\" stroke-width=\"\(width)\"/>"
    }

    /// A dot, a square, a diamond or a cross.
    private func mark(_ index: Int, _ x: Double, _ y: Double) -> String {
        let shapes = [
            "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "m-4 -4h8v8h-8z", "m0 -5l5 5l-5 5l-5 -5z", "m-4 -4l8 8m0 -8l-8 8",
        ]
        let ink = Self.inks[index % Self.inks.count]
        return "<path class=\"eigenvalue\" d=\"M\(number(x)) \(number(y))\(shapes[index % shapes.count])\" "
            + "fill=\"none\" stroke=\"\(ink)\" stroke-width=\"1.5\"/>"
    }

    private var legend: [String] {
        series.enumerated().flatMap { row, series -> [String] in
            let y = 90 + 24 * Double(row)
            let dot = mark(row, 590, y).replacingOccurrences(of: " class=\"eigenvalue\"", with: "")
            return [dot, words(series.name, 608, y + 4)]
        }
    }

    private func words(_ text: String, _ x: Double, _ y: Double, size: Int = 13, anchor: String = "start") -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\" "
            + "fill=\"#222222\">\(escaped(text))</text>"
    }

    private func number(_ value: Double, _ digits: Int = 1) -> String { fixed(value, digits) }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}
