import Foundation
import Testing

/// A disk that is full ends a session in order, with what was recorded readable.
@Suite(.serialized) struct RunDiskTests {
    static let shell = BuiltProgram(executable: URL(fileURLWithPath: "/bin/bash"))

    @Test("A file-size limit in mid-session ends the run with 74, the amplitude led down; the session recovers")
    func sizeLimit() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = folder.appendingPathComponent("session").path
        // 250 blocks of 1,024 bytes: some three seconds of journal, and far more than the device's record needs. Real
        // time, because at pace max the two records race for the limit.
        let script = """
            ulimit -f 250
            exec "$1" run Profiles/continuous-dbs --arm --pace real --seconds 20 --seed 1 --session "$2" --format json
            """
        let outcome = try Self.shell.run(["-c", script, "bash", BuiltProgram.ansa.executable.path, session])
        #expect(outcome.code == 74, "\(outcome.errors)")
        #expect(outcome.errors.contains("journal"), "\(outcome.errors)")
        try SignalTests.expectRampOff(URL(fileURLWithPath: session))
        try Self.expectReadable(session)
    }

    /// By hand: 100 blocks a second of 10 × 3 float32 samples are 0.012 MB/s at the very least; the file itself says
    /// what was written, and spikes are the only part that no estimate can know.
    @Test("What a session will write is said before it begins, and the file holds that much")
    func outlook() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = folder.appendingPathComponent("session")
        let outcome = try BuiltProgram.ansa.run([
            "run", "Profiles/continuous-dbs", "--pace", "max", "--seconds", "30", "--session", session.path, "--format",
            "json",
        ])
        let line = try #require(outcome.errors.split(separator: "\n").first { $0.hasPrefix("Journal: ") })
        let words = line.split(separator: " ")
        let rate = try #require(words.firstIndex(of: "MB").flatMap { Double(words[$0 - 1]) })
        #expect(line.contains("GB are free: full in"))
        let size = try FileManager.default.attributesOfItem(atPath: session.path + "/journal.ansa")[.size] as? Int
        let written = Double(try #require(size)) / 30 / 1e6
        #expect(rate > 0.012 && rate <= written + 0.005 && rate > written / 3, "\(line), written \(written) MB/s")
    }

    /// A file system of one megabyte, of this test alone: a mount in a name space of its own.
    static let canMount: Bool = {
        let words = ["--mount", "/bin/bash", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]
        let program = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/unshare"))
        return (try? program.run(words).code) == 0
    }()

    @Test(
        "A full file system ends the run with 74; with room again the session recovers and replays",
        .enabled(if: canMount, "needs the right to mount a file system in a name space of its own"))
    func fullDisk() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // Behind the run: what it left is copied out of the small file system, which ends with the script.
        let script = """
            set -e
            mkdir "$2/small"; mount -t tmpfs -o size=1m tmpfs "$2/small"; head -c 700000 /dev/zero >"$2/small/ballast"
            code=0
            "$1" run Profiles/continuous-dbs --arm --pace real --seconds 20 --session "$2/small/session" || code=$?
            cp -r "$2/small/session" "$2/session"
            exit $code
            """
        let program = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/unshare"))
        let words = ["--mount", "/bin/bash", "-c", script, "bash", BuiltProgram.ansa.executable.path, folder.path]
        let outcome = try program.run(words)
        #expect(outcome.code == 74, "\(outcome.errors)")
        #expect(outcome.errors.contains("full"), "\(outcome.errors)")
        try Self.expectReadable(folder.path + "/session")
    }

    private static func expectReadable(_ session: String) throws {
        let verified = try BuiltProgram.ansa.run(["session", "verify", session, "--format", "json"])
        #expect(verified.json["outcome"] as? String == "recoverable", "\(verified.output)\(verified.errors)")
        #expect((verified.json["records"] as? Int ?? 0) > 800)
        let recovered = try BuiltProgram.ansa.run(["session", "recover", session])
        #expect(recovered.code == 0, "\(recovered.errors)")
        #expect(try BuiltProgram.ansa.run(["session", "verify", session]).code == 0)
        let replayed = try BuiltProgram.ansa.run(["replay", session, "--verify", "--format", "json"])
        #expect(replayed.code == 0, "\(replayed.errors)")
        #expect((replayed.json["ticks"] as? Int ?? 0) > 100)
    }
}
