import Foundation
import Testing

/// More input that cannot be used: recordings, signatures, folders, and a standard output that takes nothing.
@Suite struct RunInputTests {
    static let quick = ["--pace", "max", "--seconds", "1"]

    @Test("An unknown key is named with line and column, and the right key beside it")
    func unknownKey() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        try copy.replace("\ncontroller:", by: "\ncontoller:")
        let outcome = try copy.run()
        #expect(outcome.code == 65)
        let file = copy.folder.appendingPathComponent("profile.yaml")
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let line = try #require(lines.firstIndex { $0.hasPrefix("contoller:") }) + 1
        #expect(outcome.errors.contains("profile.yaml:\(line):1 "), "\(outcome.errors)")
        #expect(outcome.errors.contains("Did you mean \"controller\"?"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
    }

    @Test(
        "A recording that is not there ends with 69, one that is none with 65; no session is begun",
        arguments: [("/nowhere/x.vhdr", 69, "/nowhere/x.vhdr"), ("README.md", 65, "no known recording")]
            as [(String, Int32, String)])
    func recording(path: String, code: Int32, words: String) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = folder.appendingPathComponent("session").path
        let outcome = try BuiltProgram.ansa.run(
            ["run", "Profiles/grip-force", "--recording", path, "--session", session] + Self.quick)
        #expect(outcome.code == code)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: session))
    }

    @Test("Without a clinician's signature nothing arms: exit 65; without arming it is a warning and no pulse leaves")
    func missingSignature() throws {
        let copy = try ProfileCopy("continuous-dbs")
        defer { copy.remove() }
        let signature = copy.folder.appendingPathComponent("stn-left.limits.yaml.clinician.minisig")
        try FileManager.default.removeItem(at: signature)
        let armed = try copy.run(["--arm"])
        #expect(armed.code == 65)
        #expect(armed.errors.contains("the clinician has not signed"), "\(armed.errors)")
        #expect(!FileManager.default.fileExists(atPath: copy.session.path))
        let unarmed = try copy.run()
        #expect(unarmed.code == 0, "\(unarmed.errors)")
        #expect(unarmed.errors.contains("the clinician has not signed"))
        #expect(try !StimulatorRecordLine.all(in: copy.session).contains { $0.kind == "pulse" })
    }

    @Test("One person's signature does not stand for two roles: exit 65")
    func oneSignerForBoth() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        let limits = copy.folder.appendingPathComponent("stn-left.limits.yaml").path
        try Data(contentsOf: URL(fileURLWithPath: limits + ".engineer.minisig"))
            .write(to: URL(fileURLWithPath: limits + ".clinician.minisig"))
        let outcome = try copy.run(["--arm"])
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("not as clinician"), "\(outcome.errors)")
    }

    @Test("A profile without a controller cannot be armed: exit 65, before anything is written")
    func nothingToArm() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = folder.appendingPathComponent("session").path
        let outcome = try BuiltProgram.ansa.run(
            ["run", "Profiles/bench-1024", "--arm", "--session", session] + Self.quick)
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("no controller"), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: session))
    }

    @Test("Where the system lets nobody make a folder the run ends with 77", arguments: ["/proc/x", "/proc/1/x/y"])
    func unwritable(folder: String) throws {
        let outcome = try BuiltProgram.ansa.run(["run", "Profiles/adaptive-dbs", "--session", folder] + Self.quick)
        #expect(outcome.code == 77, "\(outcome.errors)")
        #expect(outcome.errors.contains("cannot be written"), "\(outcome.errors)")
    }

    @Test("A standard output that is full ends a run with 74; the session is closed all the same")
    func fullOutput() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = folder.appendingPathComponent("session").path
        let shell = BuiltProgram(executable: URL(fileURLWithPath: "/bin/bash"))
        let script = "exec \"$1\" run Profiles/adaptive-dbs --pace max --seconds 1 --session \"$2\" >/dev/full"
        let outcome = try shell.run(["-c", script, "bash", BuiltProgram.ansa.executable.path, session])
        #expect(outcome.code == 74, "\(outcome.errors)")
        #expect(try BuiltProgram.ansa.run(["session", "verify", session]).code == 0)
    }
}
