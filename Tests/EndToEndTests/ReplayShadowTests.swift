import Foundation
import Testing

/// What another loop would have done on a recorded session, or on a recording from elsewhere.
@Suite(.serialized) struct ReplayShadowTests {
    private static let profile = "Profiles/adaptive-dbs"

    /// An armed session of 6 s at pace max.
    private static func recorded(in folder: URL) throws -> String {
        let session = folder.appendingPathComponent("recorded").path
        let made = try BuiltProgram.ansa.run([
            "run", profile, "--arm", "--pace", "max", "--seconds", "6", "--session", session, "--monitor", "none",
        ])
        try #require(made.code == 0, "\(made.errors)")
        return session
    }

    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    /// The same loop on the same samples, answered by the same stimulator, must do the same.
    @Test("A session's own profile, armed, does on its samples what it did; unarmed it says that it is not armed")
    func same() throws {
        try Self.inFolder { folder in
            let session = try Self.recorded(in: folder)
            let words = ["replay", session, "--profile", Self.profile, "--format", "json", "--session"]
            let armed = try BuiltProgram.ansa.run(words + [folder.appendingPathComponent("armed").path, "--arm"])
            #expect(armed.code == 0, "\(armed.errors)")
            let shadow = try #require(armed.json["shadow"] as? [String: Any])
            #expect(shadow["agreement"] as? Double == 1)
            #expect(shadow["delay_ms"] as? Double == 0)
            #expect(shadow["mean_difference"] as? Double == 0)
            let delivered = try #require(shadow["shadow_charge_fc"] as? Int)
            #expect(delivered > 0 && delivered == shadow["recorded_charge_fc"] as? Int)
            let unarmed = try BuiltProgram.ansa.run(words + [folder.appendingPathComponent("unarmed").path])
            #expect((unarmed.json["shadow"] as? [String: Any])?["shadow_charge_fc"] == nil)
            #expect(unarmed.json["charge_fc"] as? Int == 0)
        }
    }

    @Test(
        "A sweep runs each value in a process of its own; a value that the profile refuses is a row, and its exit code")
    func sweep() throws {
        try Self.inFolder { folder in
            let session = try Self.recorded(in: folder)
            let swept = try BuiltProgram.ansa.run([
                "replay", session, "--profile", Self.profile, "--set", "controller.upper=3uV,6uV,7.5uV", "--format",
                "json",
            ])
            #expect(swept.code == 65)
            let data = Data(swept.output.utf8)
            let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
            #expect(rows.map { ($0["settings"] as? [String: String])?["controller.upper"] } == ["3uV", "6uV", "7.5uV"])
            #expect(rows.map { $0["exit"] as? Int } == [65, 0, 0])
            #expect((rows[0]["errors"] as? String)?.contains("controller.lower") == true)
            let same = ((rows[1]["summary"] as? [String: Any])?["shadow"] as? [String: Any])?["mean_difference"]
            #expect(same != nil)
        }
    }

    @Test("Only a stretch is played, and it begins at its own sample 0")
    func stretch() throws {
        try Self.inFolder { folder in
            let session = try Self.recorded(in: folder)
            let words = ["replay", session, "--profile", Self.profile, "--format", "json"]
            let part = try BuiltProgram.ansa.run(
                words + ["--from", "1", "--to", "2.5", "--session", folder.appendingPathComponent("part").path])
            #expect(part.code == 0, "\(part.errors)")
            #expect(part.json["ticks"] as? Int == 150)
            let beyond = try BuiltProgram.ansa.run(words + ["--from", "5", "--to", "60"])
            #expect(beyond.code == 65 && beyond.errors.contains("6.0 s long"), "\(beyond.errors)")
            let backwards = try BuiltProgram.ansa.run(words + ["--from", "3", "--to", "2"])
            #expect(backwards.code == 64)
        }
    }

    @Test("Channels are chosen by pattern; what fits none, or several, is refused with what there is")
    func channels() throws {
        try Self.inFolder { folder in
            let session = try Self.recorded(in: folder)
            let words = ["replay", session, "--profile", Self.profile, "--channels"]
            let found = try BuiltProgram.ansa.run(
                words + ["LFP_L1=*_L1", "--seconds", "1", "--session", folder.appendingPathComponent("named").path])
            #expect(found.code == 0, "\(found.errors)")
            let none = try BuiltProgram.ansa.run(words + ["EEG*"])
            #expect(none.code == 65 && none.errors.contains("there are: 'LFP_L0', 'LFP_L1'"), "\(none.errors)")
        }
    }

    @Test("A pace that is no pace is refused")
    func pace() throws {
        let refused = try BuiltProgram.ansa.run(["replay", "x", "--profile", Self.profile, "--pace", "fast"])
        #expect(refused.code == 64 && refused.errors.contains("real, max"), "\(refused.errors)")
    }
}
