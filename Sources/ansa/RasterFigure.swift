import Foundation

/// Spikes of neurons over time as an SVG file that needs nothing else.
struct RasterFigure {
    let title: String
    let steps: Int
    let neurons: Int
    /// Milliseconds a step.
    let step: Double
    let spikes: [(step: Int, neuron: Int)]

    private static let (left, top, width, height) = (70.0, 50.0, 800.0, 360.0)

    /// The file; spikes that fall on one point of the page are drawn once.
    var text: String {
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 460\" width=\"900\" height=\"460\" "
                + "role=\"img\" font-family=\"Arial, sans-serif\" font-size=\"13\">",
            "<title>\(escaped(title))</title>", "<rect width=\"900\" height=\"460\" fill=\"#ffffff\"/>",
            "<text x=\"70\" y=\"30\" font-size=\"16\">\(escaped(title))</text>",
            "<rect x=\"70\" y=\"50\" width=\"800\" height=\"360\" fill=\"none\" stroke=\"#222222\"/>",
        ]
        for part in 0...4 {
            let time = Double(part) / 4 * Double(steps) * step
            let x = Self.left + Double(part) / 4 * Self.width
            parts.append("<text x=\"\(Int(x))\" y=\"428\" text-anchor=\"middle\">\(Int(time.rounded()))</text>")
        }
        parts.append("<text x=\"470\" y=\"448\" text-anchor=\"middle\">Time (ms)</text>")
        parts.append("<text transform=\"translate(24 230) rotate(-90)\" text-anchor=\"middle\">Neuron</text>")
        parts.append("<text x=\"62\" y=\"406\" text-anchor=\"end\">0</text>")
        parts.append("<text x=\"62\" y=\"62\" text-anchor=\"end\">\(max(0, neurons - 1))</text>")
        return (parts + [marks, "</svg>", ""]).joined(separator: "\n")
    }

    private var marks: String {
        let tall = max(1.5, min(6, Self.height / Double(max(1, neurons)) * 0.8))
        var drawn: Set<SIMD2<Int32>> = []
        var path = ""
        for spike in spikes {
            let x = Self.left + (Double(spike.step) + 0.5) / Double(max(1, steps)) * Self.width
            let y = Self.top + Self.height - (Double(spike.neuron) + 0.5) / Double(max(1, neurons)) * Self.height
            let place = SIMD2(Int32((x * 2).rounded()), Int32((y * 2).rounded()))
            guard drawn.insert(place).inserted else { continue }
            path += "M\(Double(place.x) / 2) \(Double(place.y) / 2 - tall / 2)v\(tall)"
        }
        return "<path d=\"\(path)\" stroke=\"#0072B2\" stroke-width=\"1\" fill=\"none\"/>"
    }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}
