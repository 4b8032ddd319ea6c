import Foundation
import Testing

/// `ansa decoder calibrate` and `evaluate`, on a small recording of their own and on the virtual ring.
struct DecoderEvaluateTests {
    /// A NumPy 1.0 file of little-endian doubles, as numpy.save writes it (NEP 1).
    private static func numpy(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Double) -> Data {
        let text = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        let header = text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
        var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0]) + Data(header.utf8)
        for row in 0..<rows {
            for column in 0..<columns {
                unsafe withUnsafeBytes(of: value(row, column).bitPattern.littleEndian) {
                    unsafe data.append(contentsOf: $0)
                }
            }
        }
        return data
    }

    /// 1,000 bins of 6 units that count what two sine waves do.
    private static func recording(in folder: URL, bad: Double? = nil) throws -> URL {
        let target = folder.appendingPathComponent("reach data")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        let velocity = { (bin: Int, axis: Int) in axis == 2 ? 0 : sin(Double(bin) / (axis == 0 ? 9 : 13)) * 0.2 }
        let spikes = numpy(1_000, 6) { bin, unit in
            bin == 7 && unit == 3 && bad != nil
                ? bad ?? 0 : (3 + 10 * (unit % 2 == 0 ? 1 : -1) * velocity(bin, unit / 2 % 2)).rounded()
        }
        try spikes.write(to: target.appendingPathComponent("spikes.npy"))
        try numpy(1_000, 3, velocity).write(to: target.appendingPathComponent("hand_velocity.npy"))
        return target
    }

    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    @Test("A decoder is calibrated twice to the same bytes for a seed, scored, and never written over")
    func calibrated() throws {
        try Self.inFolder { folder in
            let data = try Self.recording(in: folder).path
            let outputs = ["a", "b"].map { folder.appendingPathComponent($0).path }
            for output in outputs {
                let made = try BuiltProgram.ansa.run([
                    "decoder", "calibrate", data, "--epochs", "1", "--seed", "3", "--output", output,
                ])
                #expect(made.code == 0, "\(made.errors)")
            }
            for name in ["decoder.nir", "decoder.yaml"] {
                let files = try outputs.map { try Data(contentsOf: URL(fileURLWithPath: "\($0)/\(name)")) }
                #expect(files[0] == files[1] && !files[0].isEmpty)
            }
            let again = try BuiltProgram.ansa.run(["decoder", "calibrate", data, "--output", outputs[0]])
            #expect(again.code == 74 && again.errors.contains("is there already"))
            let scored = try BuiltProgram.ansa.run([
                "decoder", "evaluate", outputs[0], "--data", data, "--format", "json",
            ])
            let object = try #require(
                try JSONSerialization.jsonObject(with: Data(scored.output.utf8)) as? [String: Any])
            let promised = [
                "metric", "value", "baseline", "seed", "split", "activity", "operations", "energy_nj", "ci95",
            ]
            #expect(promised.allSatisfy { object[$0] != nil }, "\(object.keys.sorted())")
            #expect(object["seed"] as? Int == 3)
            let network = URL(fileURLWithPath: outputs[1] + "/decoder.nir")
            try (Data(contentsOf: network) + Data([0])).write(to: network)
            let changed = try BuiltProgram.ansa.run(["decoder", "evaluate", outputs[1], "--data", data])
            #expect(changed.code == 65 && changed.errors.contains("not the network that was fitted"))
        }
    }

    @Test("A NaN in the counts is named with its row and column, and nothing is left behind")
    func notFinite() throws {
        try Self.inFolder { folder in
            let data = try Self.recording(in: folder, bad: .nan).path
            let output = folder.appendingPathComponent("out").path
            let outcome = try BuiltProgram.ansa.run(["decoder", "calibrate", data, "--output", output])
            #expect(outcome.code == 65 && outcome.errors.contains("row 7, column 3"), "\(outcome.errors)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["reach data"])
        }
    }

    @Test("What cannot be scored is refused with the nearest name")
    func unknown() throws {
        let outcome = try BuiltProgram.ansa.run(["decoder", "evaluate", "heading-rings"])
        #expect(outcome.code == 65 && outcome.errors.contains("heading-ring"))
    }

    /// What the numbers are is for the documentation to say: 3.8 s of one patient are no benchmark.
    @Test(
        "Grip force is scored in the order of time beside the linear filter, with every key of a report",
        .enabled(if: Recordings.isPresent))
    func gripForce() throws {
        let words = ["decoder", "evaluate", "grip-force", "--seeds", "1", "--format", "json", "--data"]
        let scored = try BuiltProgram.ansa.run(words + [Recordings.gripForce.path])
        #expect(scored.code == 0, "\(scored.errors)")
        let keys = ["metric", "value", "baseline", "seed", "split", "activity", "operations", "energy_nj", "ci95"]
        for key in keys { #expect(scored.json[key] != nil, "\(key)") }
        #expect((scored.json["split"] as? String)?.contains("304-379 test") == true)
        let absent = try BuiltProgram.ansa.run(words + ["/nowhere.vhdr"])
        #expect(absent.code == 65, "\(absent.errors)")
    }
}
