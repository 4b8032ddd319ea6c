import Foundation
import Testing

/// A disk that fails, and a machine that loses its power: what the disk confirmed is there, the rest is named.
@Suite(.serialized) struct JournalUnderFireTests {
    private static func inFolder(_ body: (URL, FailingDisk) throws -> Void) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let disk = try FailingDisk()
        defer { disk.remove() }
        try body(folder, disk)
    }

    private static func words(_ session: URL, seconds: Int = 4) -> [String] {
        [
            "run", "Profiles/adaptive-dbs", "--pace", "max", "--seconds", "\(seconds)", "--seed", "1", "--session",
            session.path, "--monitor", "none", "--format", "json",
        ]
    }

    private static func expectWhole(_ session: URL) throws {
        #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code == 0)
    }

    /// POSIX: write may take fewer bytes than it was given.
    @Test("A disk that takes a part of every write loses nothing: the journal's head is that of a good disk")
    func shortWrites() throws {
        try Self.inFolder { folder, disk in
            let (good, bad) = (folder.appendingPathComponent("good"), folder.appendingPathComponent("bad"))
            let one = try BuiltProgram.ansa.run(Self.words(good))
            let other = try BuiltProgram.ansa.run(Self.words(bad), environment: disk.environment("short"))
            #expect(one.code == 0 && other.code == 0, "\(other.errors)")
            let heads = [one, other].map { ($0.json["journal"] as? [String: Any])?["head"] as? String }
            #expect(heads[0] != nil && heads[0] == heads[1])
            try Self.expectWhole(bad)
        }
    }

    @Test(
        "A disk that fails in the middle ends the run with 74; the session recovers to what it held",
        arguments: [("eio", 300_000), ("eio", 1_500_000), ("enospc", 1_000_000), ("sync-eio", 2)])
    func failingDisk(kind: String, after: Int) throws {
        try Self.inFolder { folder, disk in
            let session = folder.appendingPathComponent("session")
            // 30 s are 3 MB; when they are written depends on the machine, so bytes are counted and not writes.
            let outcome = try BuiltProgram.ansa.run(
                Self.words(session, seconds: 30), environment: disk.environment(kind, after: after))
            #expect(outcome.code == 74, "\(outcome.errors)")
            #expect(outcome.errors.contains("journal"), "\(outcome.errors)")
            let recovered = try BuiltProgram.ansa.run(["session", "recover", session.path])
            #expect(recovered.code == 0, "\(recovered.errors)")
            try Self.expectWhole(session)
        }
    }

    @Test("A disk that cannot even begin ends the run with 74 and leaves nothing behind")
    func fromTheStart() throws {
        try Self.inFolder { folder, disk in
            let session = folder.appendingPathComponent("session")
            let outcome = try BuiltProgram.ansa.run(Self.words(session), environment: disk.environment("enospc"))
            #expect(outcome.code == 74, "\(outcome.errors)")
            #expect(!FileManager.default.fileExists(atPath: session.path))
        }
    }

    @Test("A disk that takes 200 ms for every confirmation loses no record at pace real")
    func stalls() throws {
        try Self.inFolder { folder, disk in
            let session = folder.appendingPathComponent("session")
            let words = Self.words(session, seconds: 3).map { $0 == "max" ? "real" : $0 }
            let outcome = try BuiltProgram.ansa.run(words, environment: disk.environment("stall", after: 200))
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(!outcome.errors.contains("lost"), "\(outcome.errors)")
            #expect(outcome.json["ticks"] as? Int == 300)
            try Self.expectWhole(session)
        }
    }

    /// How often: `$ANSA_FAULT_RUNS`, else three times; the moments come from a seed.
    ///
    /// A process that is killed leaves its written bytes to the kernel. To have lost the power as well, the journal is
    /// cut to a random size behind the last one that the disk confirmed, or what lies behind it becomes zeros.
    @Test("kill -9 and a power cut at random moments under 61 MB/s: all that the disk confirmed is recovered")
    func powerCuts() throws {
        let runs = ProcessInfo.processInfo.environment["ANSA_FAULT_RUNS"].flatMap { Int($0) } ?? 3
        var state: UInt64 = 20_240_101
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % max(1, bound)
        }
        for run in 0..<runs {
            try Self.inFolder { folder, disk in
                let log = folder.appendingPathComponent("synchronised")
                let journal = try Self.killed(in: folder, disk, log: log, afterMilliseconds: 300 + random(900))
                let confirmed = FailingDisk.synchronised(log)
                let whole = try Data(contentsOf: journal)
                #expect(confirmed > 0 && confirmed <= whole.count)
                let kept = confirmed + random(whole.count - confirmed + 1)
                var left = whole.prefix(kept)
                // A file system may give the length before the bytes.
                if run % 2 == 1 { left += Data(repeating: 0, count: min(whole.count - kept, 1 << 20)) }
                try left.write(to: journal)
                let session = journal.deletingLastPathComponent()
                let recovered = try BuiltProgram.ansa.run(["session", "recover", session.path])
                #expect(recovered.code == 0, "run \(run): \(recovered.errors)")
                let after = try Data(contentsOf: journal)
                #expect(after.prefix(confirmed) == whole.prefix(confirmed), "run \(run)")
                #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 0, "run \(run)")
            }
        }
    }

    /// Runs 1,024 channels at 30 kHz and kills them.
    ///
    /// - Returns: the journal.
    private static func killed(
        in folder: URL, _ disk: FailingDisk, log: URL, afterMilliseconds: Int
    ) throws -> URL {
        let session = folder.appendingPathComponent("session")
        let process = Process()
        process.executableURL = BuiltProgram.ansa.executable
        process.arguments = [
            "run", "Profiles/bench-1024", "--pace", "max", "--seconds", "60", "--session", session.path, "--monitor",
            "none",
        ]
        process.currentDirectoryURL = BuiltProgram.package
        process.environment = ProcessInfo.processInfo.environment.merging(disk.environment("none", log: log)) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let journal = session.appendingPathComponent("journal.ansa")
        // From the first confirmation on, however long a busy machine takes to start.
        while FailingDisk.synchronised(log) == 0, process.isRunning { usleep(2_000) }
        usleep(UInt32(afterMilliseconds) * 1_000)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return journal
    }
}
