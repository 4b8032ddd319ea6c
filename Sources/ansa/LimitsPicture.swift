import Configuration
import Foundation

/// The permitted amplitudes and widths of one pair as an SVG file that needs nothing else.
struct LimitsPicture {
    private let plane: LimitsPlane
    private let title: String

    private static let size = (width: 1_120.0, height: 640.0)
    /// Edges of the plane on the page.
    private static let (left, top, right, bottom) = (80.0, 70.0, 660.0, 570.0)

    /// Colours that colour-blind readers tell apart (Okabe and Ito 2008), and a dash for each.
    private static let inks: [Character: (colour: String, dash: String)] = [
        "A": ("#D55E00", ""), "T": ("#CC79A7", "10 4"), "w": ("#555555", ""), "W": ("#555555", ""),
        "m": ("#D55E00", ""), "Q": ("#0072B2", ""), "D": ("#000000", ""), "K": ("#009E73", "12 4"),
        "J": ("#56B4E9", "12 4 2 4"), "M": ("#CC79A7", ""), "a": ("#D55E00", "3 4"), "d": ("#000000", "3 4"),
        "k": ("#009E73", "3 4"),
        "C": ("#E69F00", "8 4"), "P": ("#0072B2", "2 6"), "H": ("#CC79A7", "2 3"), "B": ("#D55E00", ""),
    ]

    init(_ region: PermittedRegion, title: String) {
        plane = LimitsPlane(region)
        self.title = title
    }

    /// The file.
    var text: String {
        let (width, height) = (number(Self.size.width), number(Self.size.height))
        let drawn = plane.region.curves.filter { plane.crosses($0) }
        let parts =
            [
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
                    + "height=\"\(height)\" role=\"img\" font-family=\"Arial, sans-serif\" font-size=\"13\">",
                "<title>\(escaped(heading))</title>",
                "<desc>Amplitude over pulse width; the shaded region is what every hard limit permits.</desc>",
                "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>",
                words(heading, Self.left, 36, size: 18, weight: "bold"), grid, permitted,
                "<clipPath id=\"plane\"><rect x=\"\(number(Self.left))\" y=\"\(number(Self.top))\" "
                    + "width=\"\(number(Self.right - Self.left))\" height=\"\(number(Self.bottom - Self.top))\"/>"
                    + "</clipPath>",
                "<g clip-path=\"url(#plane)\" fill=\"none\" stroke-width=\"2\">",
            ] + drawn.map(line) + ["</g>"]
        let tags = tags(drawn)
        return (parts + tags + [legend, "</svg>", ""]).joined(separator: "\n")
    }

    private var heading: String { "What one pulse may be on pair \(plane.region.pair) – \(title)" }

    // MARK: - From numbers to places

    private func x(_ width: Double) -> Double {
        Self.left + (Self.right - Self.left) * width / Double(plane.widthEnd)
    }

    private func y(_ amplitude: Double) -> Double {
        Self.bottom - (Self.bottom - Self.top) * amplitude / Double(plane.amplitudeEnd)
    }

    private func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }

    private func words(
        _ text: String, _ x: Double, _ y: Double, size: Int = 13, weight: String = "normal", anchor: String = "start",
        fill: String = "#222222"
    ) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" font-weight=\"\(weight)\" "
            + "text-anchor=\"\(anchor)\" fill=\"\(fill)\">\(escaped(text))</text>"
    }

    // MARK: - Parts

    private var grid: String {
        var parts: [String] = []
        func stroke(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String) {
            parts.append(
                "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
                    + "stroke=\"\(colour)\"/>")
        }
        for tick in stride(from: 0, through: plane.widthEnd, by: Int(plane.widthStep)) {
            let place = x(Double(tick))
            stroke(place, Self.top, place, Self.bottom, "#e6e6e6")
            parts.append(words(String(tick), place, Self.bottom + 20, anchor: "middle"))
        }
        for tick in stride(from: 0, through: plane.amplitudeEnd, by: Int(plane.amplitudeStep)) {
            let place = y(Double(tick))
            stroke(Self.left, place, Self.right, place, "#e6e6e6")
            let label = Fraction(tick).divided(by: 1_000_000).text(digits: 4)
            parts.append(words(label, Self.left - 10, place + 4, anchor: "end"))
        }
        stroke(Self.left, Self.top, Self.left, Self.bottom, "#222222")
        stroke(Self.left, Self.bottom, Self.right, Self.bottom, "#222222")
        parts.append(
            words("Width of a phase (µs)", (Self.left + Self.right) / 2, Self.bottom + 46, size: 14, anchor: "middle"))
        let middle = number((Self.top + Self.bottom) / 2)
        parts.append(
            "<text transform=\"translate(26 \(middle)) rotate(-90)\" font-size=\"14\" text-anchor=\"middle\" "
                + "fill=\"#222222\">Amplitude over the pair (mA)</text>")
        return parts.joined(separator: "\n")
    }

    /// The permitted region, and over it what needs no acknowledgement.
    private var permitted: String {
        let region = plane.region
        return area(region.amplitude.upperBound, region.charge)
            + "\n" + area(region.recommendedAmplitude, region.recommendedCharge)
    }

    /// Along the upper boundary, then back along the lower one.
    private func area(_ amplitude: Int64, _ charge: Int64) -> String {
        let region = plane.region
        let (first, last) = (region.width.lowerBound, region.width.upperBound)
        let least = Double(min(region.amplitude.lowerBound, amplitude))
        var points: [String] = []
        for step in 0...200 {
            let width = Double(first) + Double(last - first) * Double(step) / 200
            let most = min(Double(amplitude), Double(charge) / max(1, width))
            points.append("\(number(x(width))),\(number(y(max(most, least))))")
        }
        for width in [last, first] { points.append("\(number(x(Double(width)))),\(number(y(least)))") }
        return "<polygon points=\"\(points.joined(separator: " "))\" fill=\"#009E73\" fill-opacity=\"0.15\"/>"
    }

    private func line(_ curve: LimitCurve) -> String {
        let ink = Self.inks[curve.letter] ?? ("#222222", "")
        let stroke = "stroke=\"\(ink.colour)\"\(ink.dash.isEmpty ? "" : " stroke-dasharray=\"\(ink.dash)\"")"
        switch curve.shape {
        case .amplitude(let value):
            let place = number(y(Double(value)))
            return "<path d=\"M\(number(Self.left)) \(place)H\(number(Self.right))\" \(stroke)/>"
        case .width(let value):
            let place = number(x(Double(value)))
            return "<path d=\"M\(place) \(number(Self.top))V\(number(Self.bottom))\" \(stroke)/>"
        case .charge(let charge):
            let points = (1...240).map { step -> String in
                let width = Double(plane.widthEnd) * Double(step) / 240
                return "\(number(x(width))),\(number(max(-4_000, y(Double(charge) / width))))"
            }
            return "<polyline points=\"\(points.joined(separator: " "))\" \(stroke)/>"
        case .point(let amplitude, let width):
            let (across, up) = (number(x(Double(width))), number(y(Double(amplitude))))
            return "<circle cx=\"\(across)\" cy=\"\(up)\" r=\"5\" fill=\"\(ink.colour)\" stroke=\"#ffffff\"/>"
        }
    }

    /// Each curve's letter on its curve, at the first place that no other letter has.
    private func tags(_ curves: [LimitCurve]) -> [String] {
        var taken: [(x: Double, y: Double)] = []
        return curves.enumerated().map { index, curve in
            let start = (Double(index) + 0.5) / Double(curves.count)
            let places = (0..<40).map { place(curve, (start + Double($0) * 0.0618).truncatingRemainder(dividingBy: 1)) }
            let free = places.first { place in
                taken.allSatisfy { abs($0.x - place.x) > 20 || abs($0.y - place.y) > 20 }
            }
            let chosen = free ?? places[0]
            taken.append(chosen)
            return badge(curve.letter, chosen.x, chosen.y)
        }
    }

    /// A place on the curve, a `part` of its way.
    private func place(_ curve: LimitCurve, _ part: Double) -> (x: Double, y: Double) {
        var place: (x: Double, y: Double)
        switch curve.shape {
        case .amplitude(let value): place = (Self.left + (Self.right - Self.left) * part, y(Double(value)))
        case .width(let value): place = (x(Double(value)), Self.bottom - 20 - 80 * part)
        case .charge(let charge):
            // From where the hyperbola enters the plane to its right edge.
            let enters = min(Double(plane.widthEnd), Double(charge) / Double(plane.amplitudeEnd))
            let width = enters + (Double(plane.widthEnd) - enters) * (0.08 + 0.86 * part)
            place = (x(width), y(Double(charge) / width))
        case .point(let amplitude, let width): place = (x(Double(width)) + 14, y(Double(amplitude)) - 12)
        }
        place.y = max(Self.top + 9, place.y)
        return place
    }

    private func badge(_ letter: Character, _ x: Double, _ y: Double) -> String {
        let colour = Self.inks[letter]?.colour ?? "#222222"
        return "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"9\" fill=\"#ffffff\" stroke=\"\(colour)\"/>"
            + words(String(letter), x, y + 4, size: 12, weight: "bold", anchor: "middle", fill: colour)
    }

    private var legend: String {
        let left = Self.right + 30
        var parts: [String] = []
        for (row, text) in [
            "permitted: every hard and soft limit on a pulse", "permitted once what is soft is acknowledged",
        ].enumerated() {
            let place = Self.top + 22 * Double(row)
            for _ in row..<2 {
                parts.append(
                    "<rect x=\"\(number(left))\" y=\"\(number(place))\" width=\"18\" height=\"16\" fill=\"#009E73\" "
                        + "fill-opacity=\"0.15\" stroke=\"#009E73\"/>")
            }
            parts.append(words(text, left + 28, place + 13))
        }
        for (index, curve) in plane.region.curves.enumerated() {
            let y = Self.top + 62 + 31 * Double(index)
            let note = plane.note(curve)
            parts.append(badge(curve.letter, left + 9, y))
            parts.append(words(curve.name, left + 28, y + 1))
            parts.append(words(note, left + 28, y + 15, size: 11, fill: "#666666"))
        }
        return parts.joined(separator: "\n")
    }
}
