import Foundation
import Testing

/// `ansa session export`, read by the readers of each field.
@Suite(.serialized) struct ExportTests {
    private static let formats = ["edf", "bdf", "xdf", "brainvision", "bids", "csv", "npy"]
    private static let python = BuiltProgram.package.appendingPathComponent(".oracles/bin/python3").path
    private static let isOracleWanted =
        FileManager.default.isExecutableFile(atPath: python)
        || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"

    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    /// A session of 5 s that stimulates, called `s`.
    private static func session(in folder: URL) throws -> URL {
        let session = folder.appendingPathComponent("s")
        let made = try BuiltProgram.ansa.run([
            "run", "Profiles/adaptive-dbs", "--pace", "max", "--seconds", "5", "--arm", "--seed", "1", "--session",
            session.path, "--monitor", "none", "--format", "json",
        ])
        try #require(made.code == 0, "\(made.errors)")
        return session
    }

    private static func export(_ session: URL, to format: String, _ output: URL, _ more: [String] = []) throws {
        let outcome = try BuiltProgram.ansa.run(
            ["session", "export", session.path, "--to", format, "--output", output.path] + more)
        try #require(outcome.code == 0, "\(format): \(outcome.errors)")
    }

    /// Every file below `folder` with its bytes.
    private static func contents(_ folder: URL) throws -> [String: Data] {
        let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        var result: [String: Data] = [:]
        for name in names {
            if let data = try? Data(contentsOf: folder.appendingPathComponent(name)) { result[name] = data }
        }
        return result
    }

    @Test(
        "A session in every format is read with its samples, events and times by the readers of each field",
        .enabled(if: isOracleWanted, "needs the Python oracles"))
    func readers() throws {
        try Self.inFolder { folder in
            let session = try Self.session(in: folder)
            for format in Self.formats {
                try Self.export(session, to: format, folder.appendingPathComponent(format))
            }
            let script = BuiltProgram.package.appendingPathComponent("Scripts/oracle/exports.py").path
            let oracle = BuiltProgram(executable: URL(fileURLWithPath: Self.python))
            let outcome = try oracle.run([script, session.path, folder.path])
            #expect(outcome.code == 0 && outcome.output.contains("equal"), "\(outcome.errors)")
        }
    }

    @Test("Two exports are the same bytes; a folder that exists is refused, and replaced with --force")
    func again() throws {
        try Self.inFolder { folder in
            let session = try Self.session(in: folder)
            for format in Self.formats {
                let (one, other) = (folder.appendingPathComponent("a"), folder.appendingPathComponent("b"))
                try Self.export(session, to: format, one, ["--force"])
                try Self.export(session, to: format, other, ["--force"])
                let made = try Self.contents(one)
                let same = try Self.contents(other)
                #expect(!made.isEmpty && made == same, "\(format)")
                let refused = try BuiltProgram.ansa.run(
                    ["session", "export", session.path, "--to", format, "--output", one.path, "--from", "1"])
                #expect(refused.code == 74 && refused.errors.contains("--force"), "\(refused.errors)")
                #expect(try Self.contents(one) == made)
            }
        }
    }

    @Test("A disk that fills during an export ends it with 74; what was there is untouched, and nothing is left over")
    func fullDisk() throws {
        try Self.inFolder { folder in
            let session = try Self.session(in: folder)
            let disk = try FailingDisk()
            defer { disk.remove() }
            let output = folder.appendingPathComponent("out")
            try Self.export(session, to: "xdf", output)
            let before = try Self.contents(output)
            let outcome = try BuiltProgram.ansa.run(
                ["session", "export", session.path, "--to", "edf", "--output", output.path, "--force"],
                environment: disk.environment("enospc", after: 10_000, file: "s.edf"))
            #expect(outcome.code == 74, "\(outcome.errors)")
            #expect(try Self.contents(output) == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["out", "s"])
        }
    }

    @Test("A session that was cut off is exported up to its last whole record")
    func cut() throws {
        try Self.inFolder { folder in
            let session = try Self.session(in: folder)
            let whole = folder.appendingPathComponent("whole"), part = folder.appendingPathComponent("part")
            try Self.export(session, to: "npy", whole)
            let journal = session.appendingPathComponent("journal.ansa")
            let bytes = try Data(contentsOf: journal)
            try bytes.prefix(bytes.count * 6 / 10).write(to: journal)
            try? FileManager.default.removeItem(at: session.appendingPathComponent("manifest.json"))
            try Self.export(session, to: "npy", part)
            let name = "s.npy"
            let full = try Data(contentsOf: whole.appendingPathComponent(name)).dropFirst(128)
            let held = try Data(contentsOf: part.appendingPathComponent(name)).dropFirst(128)
            // 5 s × 1 kHz × 3 × 8 bytes; some 60 % of them.
            #expect(full.count == 120_000 && held.count > 48_000 && held.count < 96_000)
            #expect(held.elementsEqual(full.prefix(held.count)))
        }
    }

    @Test("A stretch of some channels is what was asked for")
    func excerpt() throws {
        try Self.inFolder { folder in
            let session = try Self.session(in: folder)
            let all = folder.appendingPathComponent("all"), some = folder.appendingPathComponent("some")
            try Self.export(session, to: "npy", all)
            try Self.export(
                session, to: "npy", some, ["--channels", "LFP_L1", "--from", "1.5", "--to-time", "2.25"])
            let table = [UInt8](try Data(contentsOf: all.appendingPathComponent("s.npy")).dropFirst(128))
            let column = [UInt8](try Data(contentsOf: some.appendingPathComponent("s.npy")).dropFirst(128))
            #expect(column.count == 750 * 8)
            let expected = (1_500..<2_250).flatMap { table[($0 * 24 + 8)..<($0 * 24 + 16)] }
            #expect(column == expected)
            let absent = try BuiltProgram.ansa.run(
                ["session", "export", session.path, "--to", "npy", "--output", folder.path + "/x", "--channels", "Cz"])
            #expect(absent.code == 65 && absent.errors.contains("LFP_L0"), "\(absent.errors)")
        }
    }
}
