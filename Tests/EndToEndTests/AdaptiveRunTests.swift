import Foundation
import Testing

/// A decoder that learns while its loop runs, as a person runs it.
@Suite(.serialized) struct AdaptiveRunTests {
    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private static func run(
        _ folder: URL, _ name: String, pace: String = "max", seconds: Int = 20, more: [String] = [],
        state: URL? = nil
    ) throws -> (json: [String: Any], session: String) {
        let session = folder.appendingPathComponent(name).path
        let words = [
            "run", "Profiles/reach-adaptive", "--pace", pace, "--seconds", "\(seconds)", "--session", session,
            "--monitor", "none", "--format", "json",
        ]
        let outcome = try BuiltProgram.ansa.run(
            words + more, environment: state.map { ["ANSA_STATE_DIR": $0.path] } ?? [:])
        try #require(outcome.code == 0, "\(outcome.errors)")
        return (outcome.json, session)
    }

    private static func changes(_ json: [String: Any]) -> Int? {
        (json["adaptation"] as? [String: Any])?["changes"] as? Int
    }

    private static func head(_ json: [String: Any]) -> String? {
        (json["journal"] as? [String: Any])?["head"] as? String
    }

    /// By hand: 20 s are 1,000 blocks; from block 251 on every second one is learnt from, and the last answer comes
    /// behind the end: some 370.
    @Test("Equal runs learn the same at the same ticks, and a replay applies every change, bit for bit")
    func learns() throws {
        try Self.inFolder { folder in
            let first = try Self.run(folder, "first")
            let second = try Self.run(folder, "second")
            let count = try #require(Self.changes(first.json))
            #expect((360...375).contains(count))
            #expect(Self.head(first.json) != nil && Self.head(first.json) == Self.head(second.json))
            let replayed = try BuiltProgram.ansa.run(["replay", first.session, "--verify"])
            #expect(replayed.code == 0, "\(replayed.errors)")
            let fixed = try Self.run(folder, "fixed", more: ["--no-adaptation"])
            #expect(fixed.json["adaptation"] == nil)
            #expect(Self.head(fixed.json) != Self.head(first.json))
            #expect(try BuiltProgram.ansa.run(["replay", fixed.session, "--verify"]).code == 0)
            #expect((fixed.json["reach"] as? [String: Any])?["targets_per_minute"] as? Double != nil)
        }
    }

    @Test("At pace real changes come when they come, and a replay takes them at the same ticks")
    func real() throws {
        try Self.inFolder { folder in
            let made = try Self.run(folder, "real", pace: "real", seconds: 8)
            #expect(try #require(Self.changes(made.json)) > 0)
            let replayed = try BuiltProgram.ansa.run(["replay", made.session, "--verify"])
            #expect(replayed.code == 0, "\(replayed.errors)")
        }
    }

    @Test("What was learnt is where the next session begins, until it is taken back; without state nothing is kept")
    func rollback() throws {
        try Self.inFolder { folder in
            let state = folder.appendingPathComponent("state")
            let environment = ["ANSA_STATE_DIR": state.path]
            let plain = try Self.run(folder, "plain", seconds: 7, more: ["--no-adaptation"])
            let first = try Self.run(folder, "first", seconds: 7, state: state)
            #expect(try #require(Self.changes(first.json)) > 0)
            let second = try Self.run(folder, "second", seconds: 7, more: ["--no-adaptation"], state: state)
            #expect(Self.head(second.json) != Self.head(plain.json))
            #expect(FileManager.default.fileExists(atPath: second.session + "/readout.json"))
            #expect(try BuiltProgram.ansa.run(["replay", second.session, "--verify"]).code == 0)
            let words = ["decoder", "rollback", "Profiles/reach-adaptive"]
            let back = try BuiltProgram.ansa.run(words + ["--format", "json"], environment: environment)
            #expect(
                back.code == 0 && back.json["before"] as? Int == 1 && back.json["now"] as? Int == 0, "\(back.errors)")
            let third = try Self.run(folder, "third", seconds: 7, more: ["--no-adaptation"], state: state)
            #expect(Self.head(third.json) == Self.head(plain.json), "the calibrated decoder, bit for bit")
            let again = try BuiltProgram.ansa.run(words, environment: environment)
            #expect(again.code == 65 && again.errors.contains("in use already"), "\(again.errors)")
            let beyond = try BuiltProgram.ansa.run(words + ["--to", "7"], environment: environment)
            #expect(beyond.code == 65 && beyond.errors.contains("there are [1]"), "\(beyond.errors)")
            let nowhere = try BuiltProgram.ansa.run(words)
            #expect(nowhere.code == 64 && nowhere.errors.contains("ANSA_STATE_DIR"), "\(nowhere.errors)")
        }
    }

    @Test(
        "What cannot teach a decoder is refused with its place",
        arguments: [
            ("labels: intended-target", "labels: recorded-kinematics", "labels"),
            ("bound: 0.3", "bound: 0", "bound"), ("every: 40 ms", "every: 40", "every"),
            ("rule: recursive-least-squares", "rule: backpropagation", "rule"),
        ])
    func refuses(before: String, after: String, field: String) throws {
        let copy = try ProfileCopy("reach-adaptive")
        defer { copy.remove() }
        try copy.replace(before, by: after)
        let refused = try copy.run()
        #expect(refused.code == 65)
        #expect(refused.errors.contains("decoder.adaptation.\(field)"), "\(refused.errors)")
    }

    @Test("Without labels nothing is learnt; without a screen nobody's intention is known, and that is said")
    func labels() throws {
        let copy = try ProfileCopy("reach-adaptive")
        defer { copy.remove() }
        try copy.replace("labels: intended-target", by: "labels: none")
        let silent = try copy.run(["--format", "json"])
        #expect(silent.code == 0 && silent.json["adaptation"] == nil, "\(silent.errors)")
        let other = try ProfileCopy("reach-adaptive")
        defer { other.remove() }
        let device = other.root.appendingPathComponent("Devices/virtual-cortex.yaml")
        let text = """
            schema: ansa.device/1
            id: virtual-cortex
            summary: Spikes that nobody steers
            driver: synthetic
            model: synthetic
            serial: SYN
            firmware: "1.0"
            rate: 1 kHz
            sample: float32
            channels: {count: 96, label: unit, kind: spikes, unit: uV, units_per_count: 1}

            """
        try Data(text.utf8).write(to: device)
        let refused = try other.run()
        #expect(refused.code == 65 && refused.errors.contains("shows no target"), "\(refused.errors)")
        #expect(try other.run(["--no-adaptation", "--session", other.root.path + "/again"]).code == 0)
    }
}
