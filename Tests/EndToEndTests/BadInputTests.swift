import Foundation
import Testing

/// Bad input: a clear message, the right exit code, nothing half-written.
///
/// Codes: 65 bad file, 69 device absent, 77 permission.
@Suite struct BadInputTests {
    /// Text to replace in profile.yaml, by what, the exit code, and a word of the message.
    @Test(
        "A wrong profile is named with line and column, and no session is begun",
        arguments: [
            ("seed:", "sede:", 65, "seed"),
            ("block: 10 ms", "block: 10 mV", 65, "mV"),
            ("block: 10 ms", "block: 10", 65, "unit"),
            ("device: virtual-patient", "device: virtual-patiend", 69, "virtual-patiend"),
            ("limits: stn-left", "limits: stn-wrong", 65, "stn-wrong"),
            ("ramp_up: 20 mA/s", "ramp_up: 900 mA/s", 65, "ramp_up"),
            ("schema: ansa.profile/1", "schema: ansa.profile/9", 65, "ansa.profile/1"),
        ] as [(String, String, Int32, String)])
    func wrongProfile(old: String, new: String, code: Int32, word: String) throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        try copy.replace(old, by: new)
        let outcome = try copy.run()
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(word), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
    }

    @Test("A profile that is not there ends with 65 and names the nearest one")
    func missingProfile() throws {
        let outcome = try BuiltProgram.ansa.run(["run", "Profiles/adaptive-dps", "--seconds", "1"])
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("adaptive-dbs"))
    }

    @Test("A network cut short ends with 65, at every length tried", arguments: [0, 7, 100, 5_000, 20_000])
    func corruptNetwork(length: Int) throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        try copy.cut("beta-burst.nir", to: length)
        let outcome = try copy.run()
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("beta-burst.nir"))
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
    }

    @Test("With limits changed by one byte, arming is refused with 65; without arming it is a warning")
    func changedLimits() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        let file = copy.folder.appendingPathComponent("stn-left.limits.yaml")
        try Data(try Data(contentsOf: file) + Data("#".utf8)).write(to: file)
        let armed = try copy.run(["--arm"])
        #expect(armed.code == 65)
        #expect(armed.errors.contains("changed after it was signed"))
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
        let unarmed = try copy.run()
        #expect(unarmed.code == 0)
        #expect(unarmed.errors.contains("changed after it was signed"))
    }

    @Test("A session folder that cannot be made, or that is not empty, ends with 77 and stays as it was")
    func sessionFolder() throws {
        let words = ["run", "Profiles/adaptive-dbs", "--pace", "max", "--seconds", "1", "--session"]
        #expect(try BuiltProgram.ansa.run(words + ["Package.swift/session"]).code == 77)
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("mine".utf8).write(to: folder.appendingPathComponent("kept"))
        #expect(try BuiltProgram.ansa.run(words + [folder.path]).code == 77)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["kept"])
    }
}
