import Foundation
import Testing

/// `ansa hil` as a test engineer runs it: the shipped campaigns, a campaign that fails, one whose tier is missing.
@Suite(.serialized) struct HilTests {
    private static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder)
    }

    /// One case of 2 s in which samples stop after the first; `expect` are its expectations.
    private static func campaign(_ folder: URL, tier: String = "0", required: String = "[]", expect: String) throws
        -> URL
    {
        let file = folder.appendingPathComponent("c.yaml")
        let text = """
            schema: ansa.campaign/1
            name: made
            summary: A campaign that a test makes
            profile: adaptive-dbs
            seed: 5
            required_tiers: \(required)
            devices: [{id: virtual-patient, tier: \(tier)}]
            cases:
              - name: stall
                summary: Samples stop
                duration: 3 s
                steps: [{at: 0 s, do: arm}]
                faults: [{at: 2 s, signal: stall, lasts: 10 s}]
                expect: [\(expect)]
            """
        try Data(text.utf8).write(to: file)
        return file
    }

    @Test("Every case of the shipped campaigns holds; the reports say so")
    func shipped() throws {
        try Self.inFolder { folder in
            let paths = ["end-to-end", "sensors", "stimulator"].map { "Devices/virtual-patient/\($0).yaml" }
            let page = folder.appendingPathComponent("p.html"), junit = folder.appendingPathComponent("j.xml")
            let outcome = try BuiltProgram.ansa.run(
                ["hil"] + paths + [
                    "--sessions", folder.path, "--html", page.path, "--junit", junit.path, "--format", "json",
                ])
            #expect(outcome.code == 0, "\(outcome.errors)")
            let results = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])
            #expect(results.count == 24 && results.allSatisfy { $0["status"] as? String == "passed" })
            let end = try #require(results.first { $0["case"] as? String == "charge-to-the-femtocoulomb" })
            let checks = try #require(end["checks"] as? [[String: Any]])
            let ledger = checks.first { $0["expectation"] as? String == "record = ledger" }
            #expect(ledger?["worst"] as? String == "0 fC")
            #expect(try XMLCount.elements("testcase", in: junit) == 24)
            let html = try String(contentsOf: page, encoding: .utf8)
            #expect(html.components(separatedBy: "<svg").count - 1 == 24, "a time line for each case")
            // Sessions that passed are not kept.
            let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(kept.sorted() == ["j.xml", "p.html"])
        }
    }

    @Test("A bound that cannot be kept fails with exit 1; the session is kept, and the printed command replays it")
    func failing() throws {
        try Self.inFolder { folder in
            let file = try Self.campaign(folder, expect: "{interlock: IL-26, within: 1 ms}")
            let junit = folder.appendingPathComponent("j.xml")
            let outcome = try BuiltProgram.ansa.run([
                "hil", file.path, "--sessions", folder.path, "--junit", junit.path, "--seeds", "2",
            ])
            #expect(outcome.code == 1)
            #expect(outcome.errors.contains("seed 5:") && outcome.errors.contains("seed 6:"), "\(outcome.errors)")
            #expect(try String(contentsOf: junit, encoding: .utf8).contains("failures=\"1\""))
            let line = try #require(outcome.errors.split(separator: "\n").first { $0.contains("ansa replay") })
            // A path with a blank stands in quotes.
            let path = line.components(separatedBy: "ansa replay ")[1].replacingOccurrences(of: " --verify", with: "")
                .trimmingCharacters(in: CharacterSet(charactersIn: " '"))
            #expect(try BuiltProgram.ansa.run(["replay", path, "--verify"]).code == 0)
        }
    }

    @Test("A tier that nothing emulates is skipped and said, never passed; a required one fails the run")
    func skipped() throws {
        try Self.inFolder { folder in
            let expect = "{interlock: IL-26}"
            var file = try Self.campaign(folder, tier: "2", expect: expect)
            let free = try BuiltProgram.ansa.run(["hil", file.path, "--sessions", folder.path])
            #expect(free.code == 0 && free.output.contains("0 passed, 0 failed, 1 skipped"), "\(free.output)")
            file = try Self.campaign(folder, tier: "2", required: "[2]", expect: expect)
            let required = try BuiltProgram.ansa.run(["hil", file.path, "--sessions", folder.path])
            #expect(required.code == 1 && required.errors.contains("tier 2 is required"), "\(required.errors)")
        }
    }

    @Test("--list and --dry-run start nothing; a case that is not there, and a file that is wrong, are said")
    func dry() throws {
        try Self.inFolder { folder in
            let file = try Self.campaign(folder, expect: "{interlock: IL-26}")
            for word in ["--list", "--dry-run"] {
                let outcome = try BuiltProgram.ansa.run(["hil", file.path, word, "--sessions", folder.path + "/s"])
                #expect(outcome.code == 0 && outcome.output.contains("stall: Samples stop"), "\(outcome.errors)")
                #expect(!FileManager.default.fileExists(atPath: folder.path + "/s"))
            }
            let absent = try BuiltProgram.ansa.run(["hil", file.path, "--case", "stal"])
            #expect(absent.code == 65 && absent.errors.contains("'stall'"), "\(absent.errors)")
            let wrong = try Self.campaign(folder, expect: "{interlok: IL-26}")
            let refused = try BuiltProgram.ansa.run(["hil", wrong.path])
            #expect(refused.code == 65 && refused.errors.contains("c.yaml:14:"), "\(refused.errors)")
        }
    }
}

private enum XMLCount {
    /// How often an element opens in a file of our own.
    static func elements(_ name: String, in file: URL) throws -> Int {
        try String(contentsOf: file, encoding: .utf8).components(separatedBy: "<\(name) ").count - 1
    }
}
