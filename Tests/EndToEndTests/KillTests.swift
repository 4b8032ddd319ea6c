import Foundation
import Testing

/// What is left when a process is killed or stopped.
///
/// At pace real, because a killed process keeps no virtual time; with `continuous-dbs`, because there pulses leave at
/// every moment. The shipped limits say `on_watchdog: stop`.
@Suite(.serialized) struct KillTests {
    /// The device gives a lease of at most 250 ms; the rest is for a busy machine.
    static let longestLease = 250_000
    static let margin = 250_000

    /// Kills or stops with `act` in the middle of the pulses.
    ///
    /// - Returns: the last moment, in µs of the session, at which a pulse may begin: the device's last word before the
    ///   act, what passed until the act was over, one lease, and a margin.
    static func lastPermitted(_ run: RunInProgress, _ act: () throws -> Void) throws -> Int {
        let before = try run.events().map(\.time).max() ?? 0
        let start = ContinuousClock.now
        try act()
        let passed = (ContinuousClock.now - start).components
        return before + Int(passed.seconds) * 1_000_000 + Int(passed.attoseconds / 1_000_000_000_000)
            + Self.longestLease + Self.margin
    }

    /// The record ends in no pulse: what `kind` says is its last word on output.
    static func expectSilence(after kind: String, until limit: Int, _ events: [StimulatorRecordLine]) throws {
        let pulses = events.filter { $0.kind == "pulse" }.map(\.time)
        #expect(pulses.count > 100)
        #expect(try #require(pulses.last) <= limit)
        let end = try #require(events.firstIndex { $0.kind == kind }, "the record has no line \(kind)")
        #expect(!events[end...].contains { $0.kind == "pulse" || $0.kind == "accepted" })
    }

    @Test("FI-35 kill -9 of the runtime: output stops, the guard latches and exits, the session recovers and replays")
    func killedRuntime() throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        let children = [try run.child("ansa-guard"), try run.child("ansa-virtual-stimulator")]
        let limit = try Self.lastPermitted(run) { run.send(SIGKILL) }
        #expect(run.finish().code == 128 + SIGKILL)
        for child in children { #expect(try run.wait(seconds: 15) { !RunInProgress.isAlive(child) }) }
        // IL-03, the token is stale: bit 3, in hexadecimal.
        #expect(run.latch == "ansa.latch/1 8\n")
        try Self.expectSilence(after: "stopped", until: limit, try run.events())
        #expect(try BuiltProgram.ansa.run(["session", "verify", run.session.path]).code == 65)
        let recovered = try BuiltProgram.ansa.run(["session", "recover", run.session.path])
        #expect(recovered.code == 0, "\(recovered.errors)")
        #expect(try BuiltProgram.ansa.run(["session", "verify", run.session.path]).code == 0)
        let replayed = try BuiltProgram.ansa.run(["replay", run.session.path, "--verify", "--format", "json"])
        #expect(replayed.code == 0, "\(replayed.errors)")
        #expect((replayed.json["ticks"] as? Int ?? 0) > 20)
    }

    @Test("FI-36 kill -9 of the guard: the device's lease ends the output, and the runtime stops with exit 3")
    func killedGuard() throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        let device = try run.child("ansa-virtual-stimulator")
        let guardian = try run.child("ansa-guard")
        let limit = try Self.lastPermitted(run) { kill(guardian, SIGKILL) }
        let outcome = run.finish()
        #expect(outcome.code == 3)
        #expect(outcome.errors.contains("guard ended"), "\(outcome.errors)")
        #expect(try run.wait(seconds: 15) { !RunInProgress.isAlive(device) })
        try Self.expectSilence(after: "lease-ended", until: limit, try run.events())
        #expect(try BuiltProgram.ansa.run(["session", "verify", run.session.path]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", run.session.path, "--verify"]).code == 0)
    }

    @Test("FI-34 SIGSTOP of the runtime: the guard latches by its own clock; woken, the runtime ends with exit 3")
    func stoppedRuntime() throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        let limit = try Self.lastPermitted(run) { run.send(SIGSTOP) }
        #expect(try run.wait(seconds: 15) { run.latch != nil })
        #expect(run.latch == "ansa.latch/1 8\n")
        try Self.expectSilence(after: "stopped", until: limit, try run.events())
        run.send(SIGCONT)
        let outcome = run.finish()
        #expect(outcome.code == 3)
        #expect(outcome.errors.contains("IL-03"), "\(outcome.errors)")
        try Self.expectSilence(after: "stopped", until: limit, try run.events())
        #expect(try BuiltProgram.ansa.run(["session", "verify", run.session.path]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", run.session.path, "--verify"]).code == 0)
    }

    @Test("A latch that is kept refuses the next arming with exit 3, until somebody acknowledges it with a reason")
    func keptLatch() throws {
        let state = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: state) }
        let environment = ["ANSA_STATE_DIR": state.path]
        try Data("ansa.latch/1 8\n".utf8).write(to: state.appendingPathComponent("latch"))
        let session = state.appendingPathComponent("session")
        let words = RunInProgress.words("continuous-dbs", session: session) + ["--pace", "max", "--seconds", "1"]
        let refused = try BuiltProgram.ansa.run(words, environment: environment)
        #expect(refused.code == 3)
        #expect(refused.errors.contains("IL-03"), "\(refused.errors)")
        #expect(try StimulatorRecordLine.all(in: session).allSatisfy { $0.kind != "pulse" })
        #expect(FileManager.default.fileExists(atPath: state.path + "/latch"))
        #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 0, "it is closed")
        try FileManager.default.removeItem(at: session)
        let freed = try BuiltProgram.ansa.run(words + ["--acknowledge", "cable replaced"], environment: environment)
        #expect(freed.code == 0, "\(freed.errors)")
        #expect(!FileManager.default.fileExists(atPath: state.path + "/latch"))
        let kept = try String(contentsOf: state.appendingPathComponent("latch.acknowledged"), encoding: .utf8)
        #expect(kept.contains("cable replaced"))
    }
}
