import Foundation
import Testing

/// Counts, never wall time.
///
/// The counter is Tests/Preload/count_allocations.c, built here.
@Suite(.serialized) struct AllocationTests {
    static func compile(_ arguments: [String]) throws {
        let compiler = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/cc"))
        let outcome = try compiler.run(arguments)
        try #require(outcome.code == 0, "\(outcome.errors)")
    }

    static func counter() throws -> URL {
        // A space in LD_PRELOAD separates libraries: the counter lies where there is none.
        let library = URL(fileURLWithPath: "/tmp/ansa-count-\(UUID().uuidString).so")
        let source = BuiltProgram.package.appendingPathComponent("Tests/Preload/count_allocations.c")
        try compile(["-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library.path, source.path])
        return library
    }

    /// Runs `profile` at pace max for `seconds` of signal and returns what it did.
    static func run(_ profile: String, seconds: String, arm: Bool = false, preload: Bool) throws -> Outcome {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let words =
            [
                "run", "Profiles/\(profile)", "--seconds", seconds, "--pace", "max", "--format", "json",
                "--monitor", "none", "--session", folder.appendingPathComponent("session").path,
            ] + (arm ? ["--arm"] : [])
        guard preload else { return try BuiltProgram.ansa.run(words) }
        let library = try counter()
        defer { try? FileManager.default.removeItem(at: library) }
        return try BuiltProgram.ansa.run(words, environment: ["LD_PRELOAD": library.path], seconds: 600)
    }

    /// adaptive-dbs: 10 ms a tick, 103 s; bench-1024: 1 ms a tick, 10.3 s; reaching: 20 ms a tick, 206 s, the second
    /// with a readout that learns: half of its blocks go to the learner, and a change comes back.
    ///
    /// The first 200 ticks are no steady ones.
    @Test(
        "A steady tick allocates nothing, over 10,000 ticks with the counter loaded",
        arguments: [("adaptive-dbs", "103"), ("bench-1024", "10.3"), ("reach", "206"), ("reach-adaptive", "206")])
    func steadyTicks(profile: String, seconds: String) throws {
        let outcome = try Self.run(profile, seconds: seconds, preload: true)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect((outcome.json["ticks"] as? Int ?? 0) >= 10_300)
        #expect(outcome.json["steady_allocations"] as? Int == 0)
    }

    @Test("A steady tick allocates nothing with the network of adaptive-dbs on the float back end either")
    func floatBackend() throws {
        let copy = try ProfileCopy("adaptive-dbs")
        defer { copy.remove() }
        try copy.replace("backend: loihi-fixed", by: "backend: float")
        let library = try Self.counter()
        defer { try? FileManager.default.removeItem(at: library) }
        let outcome = try BuiltProgram.ansa.run(
            ["run", copy.folder.path, "--seconds", "103", "--pace", "max", "--format", "json", "--monitor", "none"]
                + ["--session", copy.session.path], environment: ["LD_PRELOAD": library.path], seconds: 600)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.json["steady_allocations"] as? Int == 0)
    }

    /// Judging twice, the guard's reports, pulses, blanking and ramps: a loop that nothing drives has none of them.
    @Test(
        "A steady tick that stimulates through the guard allocates nothing either, over 10,000 ticks",
        arguments: ["adaptive-dbs", "bilateral-dbs"])
    func steadyArmedTicks(profile: String) throws {
        let outcome = try Self.run(profile, seconds: "103", arm: true, preload: true)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect((outcome.json["ticks"] as? Int ?? 0) >= 10_300)
        #expect((outcome.json["pulses_delivered"] as? Int ?? 0) > 1_000)
        #expect(outcome.json["steady_allocations"] as? Int == 0)
    }

    @Test("Without the counter the summary says that nothing was counted")
    func withoutCounter() throws {
        let outcome = try Self.run("adaptive-dbs", seconds: "1", preload: false)
        #expect(outcome.json["steady_allocations"] as? String == "not counted")
    }

    /// A probe that always said 0 would pass the test above: this shows that it counts.
    @Test("The counter counts: a program that allocates 1,000 times is seen to have done so")
    func counterCounts() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let source = folder.appendingPathComponent("allocates.c")
        let program = folder.appendingPathComponent("allocates")
        let text = """
            #include <stdint.h>
            #include <stdio.h>
            #include <stdlib.h>
            extern uint64_t ansa_thread_allocations(void);
            int main(void) {
                void *volatile kept;
                uint64_t before = ansa_thread_allocations();
                for (int i = 0; i < 1000; i++) { kept = malloc(16 + (size_t)i); free(kept); }
                printf("%llu\\n", (unsigned long long)(ansa_thread_allocations() - before));
            }
            """
        try Data(text.utf8).write(to: source)
        let library = try Self.counter()
        defer { try? FileManager.default.removeItem(at: library) }
        try Self.compile(["-O0", "-o", program.path, source.path, library.path])
        let outcome = try BuiltProgram(executable: program).run([], environment: ["LD_PRELOAD": library.path])
        #expect(outcome.output == "1000\n")
    }
}
