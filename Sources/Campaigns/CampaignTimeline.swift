import Configuration
import Signal

/// What happened when, as an SVG that stands inside a page: the modes, the refusals, the pulses, and when faults began.
///
/// Each lane has its words: nothing is said by a colour alone.
func timeline(_ trace: CampaignTrace, of entry: CampaignCase) -> String {
    let end = Double(max(entry.duration, trace.end, 1))
    let (left, width) = (90.0, 700.0)
    func x(_ time: Int64) -> String { rounded(left + width * min(1, Double(time) / end)) }
    var parts = [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 820 150\" width=\"820\" height=\"150\" role=\"img\" "
            + "font-family=\"Arial, sans-serif\" font-size=\"12\"><title>\(escaped(entry.name.text))</title>"
    ]
    for (row, name) in ["mode", "refused", "pulses", "faults"].enumerated() {
        parts.append("<text x=\"4\" y=\"\(27 + row * 28)\">\(name)</text>")
    }
    for (index, stretch) in trace.modes.enumerated() {
        let next = index + 1 < trace.modes.count ? trace.modes[index + 1].time : Int64(end)
        let span = width * Double(max(0, next - stretch.time)) / end
        let name = CampaignExpectation.modeNames.first { $0.1 == stretch.mode }?.0 ?? ""
        parts.append(
            "<rect x=\"\(x(stretch.time))\" y=\"10\" width=\"\(rounded(span))\" height=\"24\" "
                + "fill=\"\(ink(stretch.mode))\" stroke=\"#000000\" stroke-width=\"0.5\">"
                + "<title>\(name) from \(duration(stretch.time))</title></rect>"
        )
        if span > 45 {
            parts.append(
                "<text x=\"\(rounded(left + width * Double(stretch.time) / end + 4))\" y=\"27\">\(name)</text>")
        }
    }
    parts += ticks(trace.denials.map(\.time), y: 40, ink: "#D55E00", x: x)
    parts += ticks(trace.pulses, y: 68, ink: "#0072B2", x: x)
    for fault in entry.faults {
        let start = x(fault.schedule.earliest)
        parts.append("<path d=\"M\(start) 6 V116\" stroke=\"#000000\" stroke-dasharray=\"3 3\"/>")
        parts.append("<text x=\"\(start)\" y=\"111\">\(escaped(fault.kind.name))</text>")
    }
    for step in 0...4 {
        let time = Int64(end) * Int64(step) / 4
        parts.append("<text x=\"\(x(time))\" y=\"140\" text-anchor=\"middle\">\(duration(time / 1_000 * 1_000))</text>")
    }
    return (parts + ["</svg>"]).joined(separator: "\n")
}

/// At most one tick for each pixel.
private func ticks(_ times: [Int64], y: Int, ink: String, x: (Int64) -> String) -> [String] {
    var seen: Set<Substring> = []
    let places = times.map(x).filter { seen.insert($0.prefix { $0 != "." }).inserted }
    guard !places.isEmpty else { return [] }
    let path = places.map { "M\($0) \(y) v22" }.joined()
    return ["<path d=\"\(path)\" stroke=\"\(ink)\" fill=\"none\"/>"]
}

private func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

/// Light tints of Okabe and Ito's colours, on which black words can be read.
private func ink(_ mode: Mode) -> String {
    switch mode {
    case .off: "#ffffff"
    case .armed: "#dddddd"
    case .openLoop: "#cfe8f7"
    case .closedLoop: "#bfe6d8"
    case .fallback: "#f7e3b5"
    case .latched: "#f5c9b0"
    }
}

/// `text` as it stands in XML.
func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        .replacing("\"", with: "&quot;")
}
