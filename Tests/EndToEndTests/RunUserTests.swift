import Foundation
import Testing

/// An ordinary user: no root, no real-time priority, 8 MB of memory to lock; root tests it by becoming nobody.
@Suite(.serialized, .enabled(if: OrdinaryUser.isPossible, "needs to become nobody, who can read the programs"))
struct RunUserTests {
    private func openFolder() throws -> URL {
        let folder = try BuiltProgram.temporaryFolder()
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
        return folder
    }

    @Test("An ordinary user arms a virtual device at pace max, and pulses are delivered")
    func arms() throws {
        let folder = try openFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let words = "run Profiles/continuous-dbs --arm --pace max --seconds 2 --format json --session"
        let script = "exec \"$1\" \(words) \"$2/s\""
        let outcome = try OrdinaryUser.shell(script, folder.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect((outcome.json["pulses_delivered"] as? Int ?? 0) > 50)
    }

    @Test("Without real-time priority a run at pace real says so, runs, and its session verifies")
    func paceReal() throws {
        let folder = try openFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = "exec \"$1\" run Profiles/adaptive-dbs --seconds 1 --format json --session \"$2/s\""
        let outcome = try OrdinaryUser.shell(script, folder.path)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("no real-time priority"), "\(outcome.errors)")
        #expect(outcome.json["ticks"] as? Int ?? 0 > 0)
        #expect(try BuiltProgram.ansa.run(["session", "verify", folder.path + "/s"]).code == 0)
    }

    @Test("A folder without the right to write ends with 77 and stays empty")
    func noRight() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
        let script = "exec \"$1\" run Profiles/adaptive-dbs --pace max --seconds 1 --session \"$2/s\""
        let outcome = try OrdinaryUser.shell(script, folder.path)
        #expect(outcome.code == 77, "\(outcome.errors)")
        #expect(outcome.errors.contains("Permission denied"), "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}

/// How a test becomes an ordinary user.
enum OrdinaryUser {
    static let prefix: [String] =
        getuid() == 0
        ? ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "/bin/bash", "-c"]
        : ["/bin/bash", "-c"]

    static let isPossible: Bool = {
        let outcome = try? shell("\"$1\" --help >/dev/null && test -r Package.swift")
        return outcome?.code == 0
    }()

    /// Runs `script` as nobody; `$1` is `ansa`, `$2` is `folder`.
    static func shell(_ script: String, _ folder: String = "/") throws -> Outcome {
        let limited = "ulimit -r 0; ulimit -l 8192; " + script
        let program = BuiltProgram(executable: URL(fileURLWithPath: prefix[0]))
        return try program.run(prefix.dropFirst() + [limited, "bash", BuiltProgram.ansa.executable.path, folder])
    }
}
