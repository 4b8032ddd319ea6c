import Foundation
import Neuromorphic
import Testing

/// Traces of one neuron on other back ends, published with NIR (neuromorphs/NIR, paper/01_lif); the scale of each
/// voltage and its error are from the data's README.
@Suite struct PublishedTraceTests {
    static let table: [(String, Scheme, Double, Double)] = [
        ("lif_norse", Scheme(), 1, 1e-6), ("lif_nengo", Scheme(integration: .exact), 10, 1e-6),
        ("lif_snntorch", Scheme(), 25, 1e-5),
        ("lif_sinabs", Scheme(integration: .decay, reset: .subtract), 1, 1e-6),
        ("lif_exact", Scheme(integration: .exact, reset: .subtract), 1, 6.3e-4),
    ]

    @Test(
        "Norse, Nengo, snnTorch, Sinabs and the exact solution are met spike for spike and within the stated error",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"), arguments: table)
    func trace(_ name: String, _ scheme: Scheme, _ scale: Double, _ tolerance: Double) throws {
        let graph = try NIRGraph.load(Data.path("public/lif_norse.nir"))
        let network = try FloatNetwork(graph: graph, dt: 1e-4, scheme: scheme)
        let lif = try #require(graph.nodes.first { $0.kind == .lif }).name
        let text = try String(contentsOfFile: Data.path("lif-paper/\(name).csv"), encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline).map { $0.split(separator: ",").compactMap { Double($0) } }
        try #require(rows.count == 1000)
        var (out, spikes, largest): ([Double], Int, Double) = ([0], 0, 0)
        for row in rows {
            let input: [Double] = [row[0] != 0 ? 1 : 0]
            unsafe network.step(input: input, output: &out)
            #expect((out[0] != 0) == (row[2] != 0))
            spikes += out[0] != 0 ? 1 : 0
            largest = max(largest, abs((network.values(of: lif + "#v")?.first ?? .nan) * scale - row[1]))
        }
        #expect(spikes == 4)
        #expect(largest < tolerance, "\(largest)")
    }
}
