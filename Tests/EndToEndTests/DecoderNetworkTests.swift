import Foundation
import Testing

/// `ansa decoder info`, `simulate`, `compare` and `convert`.
struct DecoderNetworkTests {
    private static let network = BuiltProgram.package.appendingPathComponent("Profiles/adaptive-dbs/beta-burst.nir")
        .path

    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private static func object(_ outcome: Outcome) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    @Test("Information has shapes, parameters and cores, and the drawing has a box for every node")
    func info() throws {
        try Self.inFolder { folder in
            let figure = folder.appendingPathComponent("graph.svg")
            let outcome = try BuiltProgram.ansa.run([
                "decoder", "info", Self.network, "--format", "json", "--svg", figure.path,
            ])
            let object = try Self.object(outcome)
            let nodes = try #require(object["nodes"] as? [[String: Any]])
            let total = nodes.reduce(0) { $0 + ($1["parameters"] as? Int ?? 0) }
            #expect(object["parameters"] as? Int == total && total > 0)
            let mappings = try #require(object["mappings"] as? [[String: Any]])
            #expect(mappings.map { $0["chip"] as? String } == ["Loihi 1", "Loihi 2"])
            #expect(mappings.allSatisfy { $0["fits"] as? Bool == true && $0["cores"] as? Int ?? 0 >= 1 })
            let drawn = try String(contentsOf: figure, encoding: .utf8)
            #expect(drawn.components(separatedBy: "<rect x=").count == nodes.count + 1)
        }
    }

    @Test("Both back ends answer as many steps as they are given, and a folder that is there is left alone")
    func simulate() throws {
        try Self.inFolder { folder in
            let inputs =
                try Self.object(
                    try BuiltProgram.ansa.run(["decoder", "info", Self.network, "--format", "json"]))["inputs"] as? Int
            let count = try #require(inputs)
            let events = folder.appendingPathComponent("events.csv")
            let lines = (0..<200).map { "\($0),\($0 % count)" }
            try ("step,input\n" + lines.joined(separator: "\n") + "\n").write(
                to: events, atomically: true, encoding: .utf8)
            for backend in ["float", "loihi-fixed"] {
                let output = folder.appendingPathComponent(backend)
                let words = [
                    "decoder", "simulate", Self.network, "--input", events.path, "--backend", backend, "--output",
                    output.path, "--format", "json",
                ]
                let object = try Self.object(try BuiltProgram.ansa.run(words))
                #expect(object["steps"] as? Int == 200)
                #expect(object["host_joules"] as? String == "not measured")
                let array = try Data(contentsOf: output.appendingPathComponent("output.npy"))
                let outputs = try #require(object["outputs"] as? Int)
                // numpy.lib.format: a header of a multiple of 64 bytes, then doubles.
                #expect(array.prefix(6) == Data([0x93] + Array("NUMPY".utf8)) && array.count % 8 == 0)
                #expect(array.count - 200 * outputs * 8 == 128 || array.count - 200 * outputs * 8 == 64)
                let again = try BuiltProgram.ansa.run(words)
                #expect(again.code == 74 && again.errors.contains("is there already"))
            }
            let compared = try Self.object(
                try BuiltProgram.ansa.run([
                    "decoder", "compare", Self.network, "--input", events.path, "--format", "json",
                ]))
            let layers = try #require(compared["layers"] as? [[String: Any]])
            #expect(!layers.isEmpty)
            for layer in layers {
                let run = try #require(layer["run"] as? [String: Any])
                let (gained, lost) = (run["gained"] as? Int ?? -1, run["lost"] as? Int ?? -1)
                let spikes = (run["float_spikes"] as? Int ?? -1, run["fixed_spikes"] as? Int ?? -1)
                // Matched spikes are the same on both sides, but for those that the shift moves past the end.
                #expect(gained >= 0 && lost >= 0 && gained <= spikes.1 && lost <= spikes.0)
            }
        }
    }

    @Test("A converted network holds the same nodes and edges, and is never written over another file")
    func convert() throws {
        try Self.inFolder { folder in
            let target = folder.appendingPathComponent("new.nir").path
            let made = try BuiltProgram.ansa.run([
                "decoder", "convert", Self.network, "--output", target, "--format", "json",
            ])
            #expect(made.code == 0)
            let old = try Self.object(
                try BuiltProgram.ansa.run(["decoder", "info", Self.network, "--format", "json"]))
            let new = try Self.object(try BuiltProgram.ansa.run(["decoder", "info", target, "--format", "json"]))
            for key in ["nodes", "edges"] {
                #expect((old[key] as? NSArray) == (new[key] as? NSArray) && old[key] != nil)
            }
            let again = try BuiltProgram.ansa.run(["decoder", "convert", Self.network, "--output", target])
            #expect(again.code == 74)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["new.nir"])
        }
    }

    @Test(
        "Bad input is refused with 65 and its place",
        arguments: [
            ("step,input\n3,99\n", [String](), "events.csv:2"), ("3,0,1\n", [], "events.csv:1"), ("", [], "no spikes"),
            ("3,0\n", ["--scheme", "eulr"], "euler"), ("3,0\n", ["--dt", "5000"], "tau"),
        ])
    func refusals(text: String, words: [String], expected: String) throws {
        try Self.inFolder { folder in
            let events = folder.appendingPathComponent("events.csv")
            try text.write(to: events, atomically: true, encoding: .utf8)
            let output = folder.appendingPathComponent("out").path
            let outcome = try BuiltProgram.ansa.run(
                ["decoder", "simulate", Self.network, "--input", events.path, "--output", output] + words)
            #expect(outcome.code == 65 && outcome.errors.contains(expected), "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: output))
        }
    }
}
