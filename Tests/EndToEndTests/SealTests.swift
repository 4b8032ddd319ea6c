import Foundation
import Testing

/// `ansa session encrypt`, `decrypt` and `diff` as a person uses them.
@Suite(.serialized) struct SealTests {
    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    private static func session(
        _ folder: URL, _ name: String = "s", profile: String = "Profiles/adaptive-dbs"
    ) throws -> String {
        let path = folder.appendingPathComponent(name).path
        let made = try BuiltProgram.ansa.run([
            "run", profile, "--pace", "max", "--seconds", "3", "--session", path, "--monitor", "none", "--seed", "1",
        ])
        try #require(made.code == 0, "\(made.errors)")
        return path
    }

    private static func key(_ folder: URL, _ name: String, _ value: UInt8) throws -> String {
        let path = folder.appendingPathComponent(name).path
        try Data(repeating: value, count: 32).write(to: URL(fileURLWithPath: path))
        return path
    }

    private static func ansa(_ words: [String], input: String? = nil) throws -> (code: Int32, errors: String) {
        guard let input else {
            let outcome = try BuiltProgram.ansa.run(words)
            return (outcome.code, outcome.errors)
        }
        let process = Process(), standard = Pipe(), errors = Pipe()
        process.executableURL = BuiltProgram.ansa.executable
        process.arguments = words
        process.standardInput = standard
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        standard.fileHandleForWriting.write(Data((input + "\n").utf8))
        try standard.fileHandleForWriting.close()
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test("A sealed session comes back bit for bit; nothing of it can be read in the file, and no other key opens it")
    func there() throws {
        try Self.inFolder { folder in
            let session = try Self.session(folder)
            let (right, wrong) = (try Self.key(folder, "key", 7), try Self.key(folder, "other", 8))
            let sealed = folder.appendingPathComponent("x.sealed").path,
                back = folder.appendingPathComponent("back").path
            #expect(try Self.ansa(["session", "encrypt", session, "--output", sealed, "--key", right]).code == 0)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: sealed))
            #expect(bytes.range(of: Data("adaptive".utf8)) == nil && bytes.range(of: Data("journal".utf8)) == nil)
            let refused = try Self.ansa(["session", "decrypt", sealed, "--output", back, "--key", wrong])
            #expect(refused.code == 65 && refused.errors.contains("the key does not fit"), "\(refused.errors)")
            let none = try Self.ansa(["session", "show", sealed])
            #expect(none.code == 65 && none.errors.contains("decrypt"), "\(none.errors)")
            #expect(!FileManager.default.fileExists(atPath: back))
            #expect(try Self.ansa(["session", "decrypt", sealed, "--output", back, "--key", right]).code == 0)
            #expect(try Self.ansa(["session", "verify", back]).code == 0)
            for name in try FileManager.default.contentsOfDirectory(atPath: session) {
                #expect(FileManager.default.contentsEqual(atPath: session + "/" + name, andPath: back + "/" + name))
            }
        }
    }

    @Test("A lost tail is said, and kept only when asked; any changed byte is refused")
    func damage() throws {
        try Self.inFolder { folder in
            let session = try Self.session(folder), key = try Self.key(folder, "key", 7)
            let sealed = folder.appendingPathComponent("x.sealed").path,
                back = folder.appendingPathComponent("back").path
            #expect(try Self.ansa(["session", "encrypt", session, "--output", sealed, "--key", key]).code == 0)
            let whole = try Data(contentsOf: URL(fileURLWithPath: sealed))
            for share in [0.999, 0.5] {
                try whole.prefix(Int(Double(whole.count) * share)).write(to: URL(fileURLWithPath: sealed))
                let cut = try Self.ansa(["session", "decrypt", sealed, "--output", back, "--key", key])
                #expect(cut.code == 65 && cut.errors.contains("incomplete"), "\(cut.errors)")
                #expect(!FileManager.default.fileExists(atPath: back))
            }
            let kept = try Self.ansa(["session", "decrypt", sealed, "--output", back, "--key", key, "--incomplete"])
            #expect(kept.code == 0 && kept.errors.contains("incomplete"), "\(kept.errors)")
            #expect(FileManager.default.fileExists(atPath: back))
            try FileManager.default.removeItem(atPath: back)
            for place in [60, whole.count / 2, whole.count - 1] {
                var changed = whole
                changed[place] ^= 1
                try changed.write(to: URL(fileURLWithPath: sealed))
                #expect(try Self.ansa(["session", "decrypt", sealed, "--output", back, "--key", key]).code == 65)
                #expect(!FileManager.default.fileExists(atPath: back))
            }
        }
    }

    @Test("A pass phrase seals and opens one file; another one does not")
    func passPhrase() throws {
        try Self.inFolder { folder in
            let file = folder.appendingPathComponent("note.txt").path
            try Data("spring".utf8).write(to: URL(fileURLWithPath: file))
            let sealed = folder.appendingPathComponent("x.sealed").path,
                back = folder.appendingPathComponent("back").path
            let words = ["session", "decrypt", sealed, "--output", back, "--pass-phrase"]
            #expect(
                try Self.ansa(
                    ["session", "encrypt", file, "--output", sealed, "--pass-phrase"], input: "four words in a row"
                ).code == 0)
            #expect(try Self.ansa(words, input: "four words in row").code == 65)
            let key = try Self.key(folder, "key", 7)
            let mixed = try Self.ansa(["session", "decrypt", sealed, "--output", back, "--key", key])
            #expect(mixed.code == 65 && mixed.errors.contains("--pass-phrase"), "\(mixed.errors)")
            #expect(try Self.ansa(words, input: "four words in a row").code == 0)
            #expect(try String(contentsOfFile: back + "/note.txt", encoding: .utf8) == "spring")
        }
    }

    @Test("Equal sessions have no difference; of unequal ones the first is named, with the drift of the decisions")
    func diff() throws {
        try Self.inFolder { folder in
            let first = try Self.session(folder, "a"), same = try Self.session(folder, "b")
            let changed = folder.appendingPathComponent("profile")
            try FileManager.default.copyItem(
                at: BuiltProgram.package.appendingPathComponent("Profiles/adaptive-dbs"), to: changed)
            let file = changed.appendingPathComponent("profile.yaml")
            let text = try String(contentsOf: file, encoding: .utf8)
            try text.replacingOccurrences(of: "upper: 6.0 uV", with: "upper: 7.0 uV")
                .write(to: file, atomically: true, encoding: .utf8)
            let other = try Self.session(folder, "c", profile: changed.path)
            let equal = try BuiltProgram.ansa.run(["session", "diff", first, same])
            #expect(equal.code == 0 && equal.output.hasPrefix("equal: "), "\(equal.output)\(equal.errors)")
            let differs = try BuiltProgram.ansa.run(["session", "diff", first, other, "--format", "json"])
            #expect(differs.code == 4, "\(differs.errors)")
            #expect(differs.json["inputs"] as? [String] == ["profile"], "\(differs.output)")
            // Another threshold changes what is proposed, and, with nothing armed, no sample and no decision.
            #expect((differs.json["divergence"] as? String)?.hasPrefix("proposal of stage stimulation") == true)
            let drift = try #require(differs.json["drift"] as? [[String: Any]])
            #expect(drift.count == 10 && drift.allSatisfy { ($0["greatest"] as? Double ?? 0) == 0 })
        }
    }
}
