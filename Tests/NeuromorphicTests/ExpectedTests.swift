import Neuromorphic
import Testing

/// Expected values: `*.expected.json`, whose interpreter was checked against Norse, Nengo and snnTorch.
@Suite struct ExpectedTests {
    static let files =
        [
            "affine", "linear", "scale", "threshold", "delay", "i", "if", "li", "lif", "cubali", "cubalif", "recurrent",
            "nested_decoder", "two_edges_sum", "lif_reset_leak", "delayed_loop", "old_layout",
            "conv1d", "conv1d_stride_dilation", "conv2d_same", "conv2d_pool_flatten", "avgpool2d",
        ].map { "generated/" + $0 } + [
            "public/lif_norse", "public/two_lif_neurons", "public/braille_noDelay_bias_zero",
            "public/cnn_sinabs",
        ]

    private func inputs(_ file: [String: Any], steps: Int, count: Int) -> [[Double]] {
        let rows = file.rows("input")
        if !rows.isEmpty { return rows }
        var values = [[Double]](repeating: [Double](repeating: 0, count: count), count: steps)
        let amplitude = file["event_amplitude"] == nil ? 1 : file.double("event_amplitude")
        for event in file.table("input_events") { values[event[0]][event[1]] = amplitude }
        return values
    }

    @Test(
        "Spikes equal the expectation at every step, values within 1e-9 or 1e-12 in double precision",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"), arguments: files)
    func expectation(_ name: String) throws {
        let file = try Data.json(name + ".expected.json")
        let graph = try NIRGraph.load(Data.path(name + ".nir"))
        let steps = file.int("steps")
        let given = inputs(file, steps: steps, count: graph.inputCount)
        let schemes = file.dictionary("expected")
        #expect(!schemes.isEmpty)
        for (text, value) in schemes.sorted(by: { $0.key < $1.key }) {
            let outputs = (value as? [String: Any] ?? [:]).dictionary("outputs")
            #expect(!outputs.isEmpty)
            let scheme = try #require(Scheme(text))
            let network = try ChipNetwork(graph: graph, backend: .float, dt: file.double("dt_s"), scheme: scheme)
            var traces: [String: [[Double]]] = [:]
            var out = [Double](repeating: 0, count: max(1, graph.outputCount))
            for step in 0..<steps {
                unsafe given[step].withUnsafeBufferPointer { list in
                    if let base = list.baseAddress { unsafe network.step(input: base, output: &out) }
                }
                for node in outputs.keys { traces[node, default: []].append(try #require(network.values(of: node))) }
            }
            for (node, value) in outputs {
                compare(traces[node] ?? [], value as? [String: Any] ?? [:], "\(name) \(text) \(node)")
            }
        }
    }

    private func compare(_ found: [[Double]], _ expected: [String: Any], _ place: String) {
        if expected["spike_events"] != nil {
            let fired = found.indices.flatMap { step in
                found[step].indices.filter { found[step][$0] != 0 }.map { [step, $0] }
            }
            #expect(fired == expected.table("spike_events").sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }, "\(place)")
            return
        }
        let rows = expected.rows("values")
        #expect(rows.count == found.count, "\(place)")
        for (step, pair) in zip(rows, found).enumerated() {
            let isClose =
                pair.0.count == pair.1.count
                && zip(pair.0, pair.1).allSatisfy { wanted, value in
                    abs(wanted - value) <= max(1e-12, 1e-9 * abs(wanted))
                }
            if !isClose { Issue.record("\(place) step \(step): \(pair.1), expected \(pair.0)"); return }
        }
    }
}
