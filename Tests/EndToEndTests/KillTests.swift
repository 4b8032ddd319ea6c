import Foundation
import Testing

/// What is left when the runtime is killed. At pace real, because a killed process keeps no virtual time.
@Suite struct KillTests {
    @Test("kill -9 in mid-session: the guard latches and exits, the session recovers and replays bit for bit")
    func killedRuntime() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let session = folder.appendingPathComponent("session").path
        let script = """
            "$1" run Profiles/adaptive-dbs --arm --seconds 60 --session "$2" >/dev/null & child=$!
            sleep 4; kill -9 $child; wait $child
            for i in $(seq 50); do sleep 0.1; pgrep -f -- "[a]nsa-guard.*$2" >/dev/null || exit 0; done; exit 9
            """
        let shell = BuiltProgram(executable: URL(fileURLWithPath: "/bin/bash"))
        let outcome = try shell.run(["-c", script, "bash", BuiltProgram.ansa.executable.path, session])
        #expect(outcome.code == 0, "the guard is still there")
        #expect(FileManager.default.fileExists(atPath: session + "/latch"))
        #expect(try BuiltProgram.ansa.run(["session", "verify", session]).code == 65)
        #expect(try BuiltProgram.ansa.run(["session", "recover", session]).code == 0)
        #expect(try BuiltProgram.ansa.run(["session", "verify", session]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", session, "--verify"]).code == 0)
    }
}
