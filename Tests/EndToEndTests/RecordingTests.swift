import Foundation
import Testing

/// The real recording through the whole loop.
///
/// 19,001 samples in blocks of 10 are 1,900 whole blocks and a rest.
@Suite(.enabled(if: Recordings.isPresent, "needs recordings in ANSA_DATA")) struct RecordingTests {
    static func run(_ more: [String]) throws -> (outcome: Outcome, session: URL) {
        let session = try BuiltProgram.temporaryFolder().appendingPathComponent("session")
        let words = [
            "run", "Profiles/grip-force", "--recording", Recordings.gripForce.path, "--format", "json", "--session",
            session.path,
        ]
        return (try BuiltProgram.ansa.run(words + more), session)
    }

    @Test("A real recording goes through the whole loop twice with the same head, and ends by itself")
    func sameHead() throws {
        var heads: [String] = []
        for _ in 0..<2 {
            let (outcome, session) = try Self.run(["--pace", "max"])
            defer { RunTests.remove(session) }
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect((1900...1901).contains(outcome.json["ticks"] as? Int ?? 0))
            #expect((outcome.json["decisions"] as? Int ?? 0) > 1800)
            #expect((outcome.json["energy_nj"] as? Double ?? 0) > 0)
            heads.append(RunTests.head(outcome))
        }
        #expect(heads[0] == heads[1])
    }

    @Test("The recording's implausible scale is reported as read, and the profile states the correction")
    func scale() throws {
        let (outcome, session) = try Self.run(["--pace", "max", "--seconds", "1"])
        defer { RunTests.remove(session) }
        #expect(outcome.errors.contains("implausible"))
        let profile = BuiltProgram.package.appendingPathComponent("Profiles/grip-force/profile.yaml")
        #expect(try String(contentsOf: profile, encoding: .utf8).contains("scale_reason:"))
    }

    @Test("A recording cut short is played to its last whole sample, with a warning and exit 0")
    func cutShort() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = Recordings.gripForce.deletingLastPathComponent()
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
            let target = folder.appendingPathComponent(name)
            var bytes = try Data(contentsOf: source.appendingPathComponent(name))
            // Ten channels of four bytes: 5,000 samples and a torn one.
            if name.hasSuffix(".eeg") { bytes = bytes.prefix(5_000 * 40 + 7) }
            try bytes.write(to: target)
        }
        let header = folder.appendingPathComponent(Recordings.gripForce.lastPathComponent)
        let outcome = try BuiltProgram.ansa.run([
            "run", "Profiles/grip-force", "--recording", header.path, "--pace", "max", "--format", "json", "--session",
            folder.appendingPathComponent("session").path,
        ])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.json["ticks"] as? Int == 500)
        #expect(outcome.errors.contains("Warning: "))
    }
}
