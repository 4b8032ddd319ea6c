import Foundation
import Testing

/// `ansa run`, `replay` and `session` as a person types them.
@Suite struct RunTests {
    /// Runs a shipped profile at pace max; the session stays for the caller in the returned folder.
    static func run(_ profile: String, seconds: Int, _ more: [String] = []) throws -> (outcome: Outcome, session: URL) {
        let session = try BuiltProgram.temporaryFolder().appendingPathComponent("session")
        let words = [
            "run", "Profiles/\(profile)", "--pace", "max", "--seconds", "\(seconds)", "--format", "json",
            "--session", session.path,
        ]
        return (try BuiltProgram.ansa.run(words + more), session)
    }

    static func remove(_ session: URL) {
        try? FileManager.default.removeItem(at: session.deletingLastPathComponent())
    }

    static func head(_ outcome: Outcome) -> String {
        (outcome.json["journal"] as? [String: Any])?["head"] as? String ?? ""
    }

    @Test("The same seed gives the same journal head twice, armed; another seed gives another")
    func sameHead() throws {
        var heads: [String] = []
        for seed in ["1", "1", "2"] {
            let (outcome, session) = try Self.run("adaptive-dbs", seconds: 10, ["--arm", "--seed", seed])
            defer { Self.remove(session) }
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect((outcome.json["pulses_delivered"] as? Int ?? 0) > 0)
            heads.append(Self.head(outcome))
        }
        #expect(heads[0].count == 64)
        #expect(heads[0] == heads[1])
        #expect(heads[0] != heads[2])
    }

    @Test("Without --arm no pulse leaves, whatever the decoder says", arguments: ["adaptive-dbs", "continuous-dbs"])
    func unarmed(profile: String) throws {
        let (outcome, session) = try Self.run(profile, seconds: 5)
        defer { Self.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.json["ticks"] as? Int == 500)
        #expect(outcome.json["pulses_delivered"] as? Int == 0)
        #expect(outcome.json["charge_fc"] as? Int == 0)
        #expect(outcome.json["max_amplitude_na"] as? Int == 0)
        #expect(outcome.json["latency_us"] is NSNull)
    }

    @Test("A session replays bit for bit and verifies; with one bit flipped it does neither")
    func replay() throws {
        let (outcome, session) = try Self.run("adaptive-dbs", seconds: 5, ["--arm", "--seed", "3"])
        defer { Self.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code == 0)
        #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 0)
        let journal = session.appendingPathComponent("journal.ansa")
        var bytes = try Data(contentsOf: journal)
        bytes[bytes.count / 2] ^= 0x10
        try bytes.write(to: journal)
        #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 65)
        #expect([4, 65].contains(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code))
    }

    @Test("A session is listed and shown with its records, its seed and its signal")
    func show() throws {
        let (outcome, session) = try Self.run("adaptive-dbs", seconds: 2, ["--seed", "77"])
        defer { Self.remove(session) }
        let records = (outcome.json["journal"] as? [String: Any])?["records"] as? Int
        let shown = try BuiltProgram.ansa.run(["session", "show", session.path, "--format", "json"]).json
        #expect(shown["seed"] as? Int == 77)
        #expect(shown["records"] as? Int == records)
        #expect(shown["seconds"] as? Double == 2)
        let list = try BuiltProgram.ansa.run(["session", "list", session.deletingLastPathComponent().path])
        #expect(list.output.contains(session.lastPathComponent))
    }

    @Test("A run works with standard input closed, in the POSIX locale, and without a terminal or HOME")
    func bareSurroundings() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let words = "run Profiles/adaptive-dbs --pace max --seconds 1 --session"
        let script = "exec env -i LC_ALL=POSIX \"$1\" \(words) \"$2\" <&-"
        let shell = BuiltProgram(executable: URL(fileURLWithPath: "/bin/bash"))
        let session = folder.appendingPathComponent("a session").path
        let outcome = try shell.run(["-c", script, "bash", BuiltProgram.ansa.executable.path, session])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("ticks 100"))
        #expect(!outcome.errors.contains("\u{1B}"))
    }
}
