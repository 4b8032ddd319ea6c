import Neuromorphic
import Testing

/// What each message must hold: the table in the data's README of malformed files.
@Suite struct MalformedTests {
    static let table: [(String, [String])] = [
        ("dangling_edge", ["lifs", "lif", "nearest"]), ("unknown_type", ["LIFF", "LIF"]),
        ("missing_parameter", ["tau", "missing"]), ("parameter_shape_mismatch", ["tau", "[8]", "[4]"]),
        ("edge_shape_mismatch", ["output", "[3]", "[7]"]), ("negative_time_constant", ["tau[1]", "-0.02", "> 0"]),
        ("nan_weight", ["weight[0,0]"]), ("algebraic_loop", ["loop"]), ("no_edges", ["edges"]),
        ("truncated", ["damaged", "15340"]), ("not_hdf5", ["not an HDF5 file"]),
    ]

    @Test(
        "A malformed file is refused with a message that names what is wrong",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"), arguments: table)
    func refusal(_ name: String, _ words: [String]) {
        do {
            _ = try NIRGraph.load(Data.path("malformed/\(name).nir"))
            Issue.record("\(name) was accepted")
        } catch {
            for word in words { #expect(error.description.contains(word), "\(name): \(error.description)") }
        }
    }

    @Test(
        "The published sub-graph file is refused and the nearest node named",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"))
    func publishedDanglingEdge() {
        let path = Data.path("public/braille_noDelay_bias_zero_subgraph.nir")
        do {
            _ = try NIRGraph.load(path)
            Issue.record("accepted")
        } catch {
            #expect(error.description.contains("lif1"), "\(error.description)")
        }
    }

    @Test(
        "With the rename allowed the sub-graph file gives the spikes of the flat file",
        .enabled(if: Data.isPresent, "needs recordings in ANSA_DATA"))
    func renamed() throws {
        let file = try Data.json("public/braille_noDelay_bias_zero.expected.json")
        let flat = try NIRGraph.load(Data.path("public/braille_noDelay_bias_zero.nir"))
        let path = Data.path("public/braille_noDelay_bias_zero_subgraph.nir")
        let nested = try NIRGraph.load(path, renames: ["lif1/lif": "lif1/lif1"])
        #expect(nested.notes.contains { $0.contains("as allowed") })
        let a = try ChipNetwork(graph: flat, backend: .float, dt: 1e-4)
        let b = try ChipNetwork(graph: nested, backend: .float, dt: 1e-4)
        var inputs = [[Float]](repeating: [Float](repeating: 0, count: 12), count: file.int("steps"))
        for event in file.table("input_events") { inputs[event[0]][event[1]] = 1 }
        var (x, y) = ([Float](repeating: 0, count: 7), [Float](repeating: 0, count: 7))
        for input in inputs {
            unsafe a.step(input: input, output: &x)
            unsafe b.step(input: input, output: &y)
            try #require(x == y)
        }
        #expect(a.operations.spikes > 0 && a.operations.spikes == b.operations.spikes)
    }

    @Test("A missing file is unreadable, not a crash")
    func missingFile() {
        #expect(throws: NIRError.unreadable(file: "/nowhere.nir")) { try NIRGraph.load("/nowhere.nir") }
    }
}
