import Foundation
import Testing

/// What stops and kills do to a whole run of `ansa`, once each; how long they take is measured elsewhere, many times.
@Suite(.serialized) struct ProcessFaultTests {
    /// The independent recorder finds no breach in what the device wrote down, and the session is whole and replays.
    static func expectClean(_ session: URL) throws {
        let python = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/python3"))
        let found = try python.run(["Scripts/recorder.py", session.path])
        #expect(found.code == 0, "\(found.output) \(found.errors)")
        #expect((found.json["pulses"] as? Int ?? 0) > 100)
        #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code == 0)
    }

    @Test(
        "FI-37 SIGSTOP of the guard: the lease ends output; the runtime misses its answers by IL-04, and ends with 3")
    func stoppedGuard() throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        let guardian = try run.child("ansa-guard")
        let limit = try KillTests.lastPermitted(run) { kill(guardian, SIGSTOP) }
        #expect(try run.wait(seconds: 15) { try run.events().contains { $0.kind == "lease-ended" } })
        usleep(500_000)
        kill(guardian, SIGCONT)
        let outcome = run.finish()
        #expect(outcome.code == 3)
        // Woken, the guard finds its own token stale, or first reads that the runtime's gate asks for a latch.
        #expect(outcome.errors.contains("IL-04") || outcome.errors.contains("IL-03"), "\(outcome.errors)")
        let kept = try Data(contentsOf: run.session.appendingPathComponent("summary.json"))
        let summary = try JSONSerialization.jsonObject(with: kept) as? [String: Any]
        #expect(((summary?["refusals"] as? [String: Any])?["IL-04"] as? Int ?? 0) > 0)
        try KillTests.expectSilence(after: "lease-ended", until: limit, try run.events())
        #expect(run.latch != nil)
        try Self.expectClean(run.session)
    }

    @Test("FI-38 SIGSTOP of runtime and guard: the lease ends output; woken, both know it, and the run ends with 3")
    func stoppedBoth() throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        let guardian = try run.child("ansa-guard")
        let limit = try KillTests.lastPermitted(run) {
            kill(guardian, SIGSTOP)
            run.send(SIGSTOP)
        }
        #expect(try run.wait(seconds: 15) { try run.events().contains { $0.kind == "lease-ended" } })
        kill(guardian, SIGCONT)
        run.send(SIGCONT)
        let outcome = run.finish()
        #expect(outcome.code == 3, "\(outcome.errors)")
        try KillTests.expectSilence(after: "lease-ended", until: limit, try run.events())
        #expect(run.latch != nil)
        try Self.expectClean(run.session)
    }

    /// IL-05, stop: bit 5, 20 in hexadecimal.
    @Test("FI-57 a stop input reaches the guard while the runtime is stopped; woken, the runtime ends with 3")
    func stopWithoutRuntime() throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        let guardian = try run.child("ansa-guard")
        let limit = try KillTests.lastPermitted(run) {
            run.send(SIGSTOP)
            kill(guardian, SIGTERM)
        }
        #expect(try run.wait(seconds: 15) { run.latch != nil })
        #expect(run.latch == "ansa.latch/1 20\n")
        run.send(SIGCONT)
        let outcome = run.finish()
        #expect(outcome.code == 3)
        #expect(outcome.errors.contains("IL-05"), "\(outcome.errors)")
        try KillTests.expectSilence(after: "stopped", until: limit, try run.events())
        try Self.expectClean(run.session)
    }

    @Test("FI-20 a run that traps leaves a guard that ends output and latches, and a session that recovers")
    func trap() throws {
        let run = try RunInProgress.stimulating("continuous-dbs", environment: ["SWIFT_BACKTRACE": "enable=no"])
        defer { run.remove() }
        let children = [try run.child("ansa-guard"), try run.child("ansa-virtual-stimulator")]
        let limit = try KillTests.lastPermitted(run) { run.send(SIGILL) }
        #expect(run.finish().code == 128 + SIGILL)
        for child in children { #expect(try run.wait(seconds: 15) { !RunInProgress.isAlive(child) }) }
        #expect(run.latch == "ansa.latch/1 8\n")
        try KillTests.expectSilence(after: "stopped", until: limit, try run.events())
        #expect(try BuiltProgram.ansa.run(["session", "recover", run.session.path]).code == 0)
        try Self.expectClean(run.session)
    }
}
