import Foundation

/// A network's nodes and edges as an SVG file that needs nothing else: inputs above, outputs below.
struct GraphFigure {
    private let report: NetworkReport
    /// Row and column of each node.
    private let places: [String: (row: Int, column: Int)]
    private let columns: Int
    private let rows: Int

    /// Nodes lie as many rows down as edges lead to them from what nothing feeds.
    init(_ report: NetworkReport) {
        self.report = report
        let fed = Set(report.edges.filter { $0[0] != $0[1] }.map { $0[1] })
        var depth: [String: Int] = [:]
        for node in report.nodes where !fed.contains(node.name) || node.type == "Input" { depth[node.name] = 0 }
        for _ in report.nodes {
            for edge in report.edges {
                guard let before = depth[edge[0]], depth[edge[1]] == nil else { continue }
                depth[edge[1]] = before + 1
            }
        }
        var counts: [Int: Int] = [:]
        var places: [String: (row: Int, column: Int)] = [:]
        for node in report.nodes {
            let row = depth[node.name] ?? 0
            places[node.name] = (row, counts[row, default: 0])
            counts[row, default: 0] += 1
        }
        self.places = places
        columns = max(1, counts.values.max() ?? 1)
        rows = (counts.keys.max() ?? 0) + 1
    }

    /// The file.
    var text: String {
        let (width, height) = (columns * 220 + 80, rows * 90 + 60)
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\" width=\"\(width)\" "
                + "height=\"\(height)\" role=\"img\" font-family=\"Arial, sans-serif\" font-size=\"13\">",
            "<title>\(escaped(report.file))</title>",
            "<rect width=\"\(width)\" height=\"\(height)\" fill=\"#ffffff\"/>",
            "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
                + "orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#555555\"/></marker></defs>",
        ]
        parts += report.edges.map(edge)
        parts += report.nodes.map(node)
        return (parts + ["</svg>", ""]).joined(separator: "\n")
    }

    private func corner(_ name: String) -> (x: Int, y: Int) {
        let place = places[name] ?? (0, 0)
        return (place.column * 220 + 30, place.row * 90 + 30)
    }

    private func node(_ node: NetworkReport.Node) -> String {
        let (x, y) = corner(node.name)
        let shape = node.shape.map(String.init).joined(separator: "×")
        return "<rect x=\"\(x)\" y=\"\(y)\" width=\"180\" height=\"46\" rx=\"6\" fill=\"#eef4fb\" stroke=\"#0072B2\"/>"
            + "<text x=\"\(x + 90)\" y=\"\(y + 20)\" text-anchor=\"middle\" font-weight=\"bold\">\(escaped(node.name))"
            + "</text><text x=\"\(x + 90)\" y=\"\(y + 37)\" text-anchor=\"middle\">\(node.type) \(shape)</text>"
    }

    /// An edge that leads up or to its own node goes round the right side.
    private func edge(_ edge: [String]) -> String {
        let (from, to) = (corner(edge[0]), corner(edge[1]))
        let isDown = to.y > from.y
        let path =
            isDown
            ? "M\(from.x + 90) \(from.y + 46)L\(to.x + 90) \(to.y)"
            : "M\(from.x + 180) \(from.y + 30)C\(from.x + 230) \(from.y + 30) \(to.x + 230) \(to.y + 14) "
                + "\(to.x + 180) \(to.y + 14)"
        return "<path d=\"\(path)\" fill=\"none\" stroke=\"#555555\" marker-end=\"url(#tip)\"/>"
    }

    private func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    }
}
