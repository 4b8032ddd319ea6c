import Foundation
import Testing

/// `ansa decoder adapt`.
struct DecoderAdaptTests {
    private static let isOptimised: Bool = {
        #if DEBUG
            false
        #else
            true
        #endif
    }()

    @Test(
        "Adaptation on the virtual cortex reports every arm as JSON and draws their courses",
        .enabled(if: isOptimised, "simulating ten minutes takes too long in a build that is not optimised"))
    func virtualCortex() throws {
        let figure = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString).svg")
        defer { try? FileManager.default.removeItem(at: figure) }
        let outcome = try BuiltProgram.ansa.run([
            "decoder", "adapt", "--seeds", "1", "--change", "tuning-rotates", "--gate", "--svg", figure.path,
            "--format", "json",
        ])
        #expect(outcome.code == 0)
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
        #expect(object["change"] as? String == "tuning-rotates" && object["gate"] is [String: Any])
        let arms = try #require(object["arms"] as? [[String: Any]])
        let medians = Dictionary(
            uniqueKeysWithValues: arms.compactMap { arm in
                (arm["arm"] as? String).flatMap { name in (arm["median"] as? Double).map { (name, $0) } }
            })
        #expect(medians.count == 5)
        #expect(medians["recursive-least-squares"] ?? -9 > medians["fixed"] ?? 9)
        #expect(medians["wrong-labels"] ?? 9 < medians["recursive-least-squares"] ?? -9)
        let drawn = try String(contentsOf: figure, encoding: .utf8)
        #expect(drawn.hasPrefix("<svg ") && drawn.hasSuffix("</svg>\n"))
        #expect(drawn.components(separatedBy: "<polyline ").count == 6)
    }

    @Test("A folder that is no recording is refused with 65, and nothing is drawn")
    func noRecording() throws {
        let figure = FileManager.default.temporaryDirectory.appendingPathComponent("ansa \(UUID().uuidString).svg")
        let outcome = try BuiltProgram.ansa.run(["decoder", "adapt", "--data", "/", "--svg", figure.path])
        #expect(outcome.code == 65 && outcome.errors.contains("spikes.npy"))
        #expect(!FileManager.default.fileExists(atPath: figure.path))
    }
}
