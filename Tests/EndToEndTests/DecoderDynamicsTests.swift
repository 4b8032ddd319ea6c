import Foundation
import Testing

/// `ansa decoder dynamics`.
struct DecoderDynamicsTests {
    private func folder(spikes: [Float], units: Int, seconds: Double = 0.05) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        func array(_ values: [Float], _ shape: String) -> Data {
            var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
            header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
            var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0]) + Data(header.utf8)
            for value in values { data += (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
            return data
        }
        let bins = spikes.count / units
        try array(spikes, "(\(bins), \(units))").write(to: folder.appendingPathComponent("spikes.npy"))
        try array((0..<bins).map { Float(Double($0) * seconds) }, "(\(bins),)")
            .write(to: folder.appendingPathComponent("time.npy"))
        return folder
    }

    @Test("A population's eigenvalues come as JSON and as a figure, beside the truth")
    func twin() throws {
        let figure = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString).svg")
        defer { try? FileManager.default.removeItem(at: figure) }
        let outcome = try BuiltProgram.ansa.run([
            "decoder", "dynamics", "--twin", "attractor", "--seeds", "1", "--seconds", "400", "--svg", figure.path,
            "--format", "json",
        ])
        #expect(outcome.code == 0)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        let twin = try #require((object["twins"] as? [[String: Any]])?.first)
        let truth = try #require(twin["truth"] as? [[String: Any]])
        #expect(truth.compactMap { $0["time_constant_ms"] as? Double } == [1_500, 200, 80])
        #expect(twin["line_attractors_claimed"] as? Int != nil)
        let drawn = try String(contentsOf: figure, encoding: .utf8)
        #expect(drawn.hasPrefix("<svg ") && drawn.hasSuffix("</svg>\n"))
        // Four dimensions: four eigenvalues.
        #expect(drawn.components(separatedBy: "class=\"eigenvalue\"").count == 5)
    }

    /// Independent coins: nothing leads, nothing follows.
    @Test("A recording without dynamics is not above its surrogates, and no attractor is claimed")
    func recording() throws {
        var state: UInt64 = 7
        let spikes = (0..<5_000 * 6).map { _ -> Float in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 62)
        }
        let folder = try folder(spikes: spikes, units: 6)
        defer { try? FileManager.default.removeItem(at: folder) }
        let outcome = try BuiltProgram.ansa.run([
            "decoder", "dynamics", "--data", folder.path, "--dimensions", "2",
        ])
        #expect(outcome.code == 0)
        #expect(outcome.output.contains("not above surrogates"))
        #expect(outcome.output.contains("no line attractor is claimed"))
    }

    @Test("What cannot be fitted is refused with 65 and what is allowed")
    func refused() throws {
        func run(_ spikes: [Float], units: Int, _ options: String...) throws -> (Int32, String) {
            let folder = try folder(spikes: spikes, units: units)
            defer { try? FileManager.default.removeItem(at: folder) }
            let outcome = try BuiltProgram.ansa.run(["decoder", "dynamics", "--data", folder.path] + options)
            #expect(outcome.output.isEmpty)
            return (outcome.code, outcome.errors)
        }
        let short = try run((0..<500).map { Float($0 % 3) }, units: 5)
        #expect(short.0 == 65 && short.1.contains("100 bins; at least"))
        let wide = try run((0..<500).map { Float($0 % 3) }, units: 5, "--dimensions", "5")
        #expect(wide.0 == 65 && wide.1.contains("1 to 4, fewer than the 5 units"))
        var holed = (0..<500).map { Float($0 % 3) }
        holed[12] = .nan
        let broken = try run(holed, units: 5)
        #expect(broken.0 == 65 && broken.1.contains("row 2, column 2"))
        let bins = try run((0..<500).map { Float($0 % 3) }, units: 5, "--bin", "70")
        #expect(bins.0 == 65 && bins.1.contains("multiples"))
        let none = try BuiltProgram.ansa.run(["decoder", "dynamics", "--data", "/"])
        #expect(none.code == 65 && none.errors.contains("spikes.npy"))
        let endless = try BuiltProgram.ansa.run(["decoder", "dynamics", "--bin", "0.001"])
        #expect(endless.code == 65 && endless.errors.contains("1 to 10000 ms"))
        let long = try BuiltProgram.ansa.run(["decoder", "dynamics", "--seconds", "1e12"])
        #expect(long.code == 65 && long.errors.contains("at most 25000.0 s"))
    }
}
