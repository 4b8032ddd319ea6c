import Foundation
import Testing

/// `ansa limits diff`: exit 0 only if nothing was widened or changed without order.
@Suite struct LimitsDiffTests {
    static func diff(_ change: (String) -> String, _ words: [String] = []) throws -> Outcome {
        let file = try LimitsTests.copy(changedBy: change)
        defer { LimitsTests.clean(file) }
        return try BuiltProgram.ansa.run(["limits", "diff", LimitsTests.shipped, file.path] + words)
    }

    @Test(
        "What a revision did decides the exit code",
        arguments: [
            ("max: 2.5 mA}", "max: 2.4 mA}", 0, "Narrowed"), ("max: 2.5 mA}", "max: 2.6 mA}", 1, "Widened"),
            ("on_watchdog: stop", "on_watchdog: ramp-off", 1, "Changed without order"),
            ("revision: 1", "revision: 2", 0, "Noted"), ("0.45 uC ", "450 nC ", 0, "Nothing was widened"),
        ] as [(String, String, Int32, String)])
    func codes(old: String, new: String, code: Int32, part: String) throws {
        let outcome = try Self.diff { $0.replacingOccurrences(of: old, with: new) }
        #expect(outcome.code == code)
        #expect(outcome.output.contains(part))
    }

    @Test("Each changed key stands with both values and its line")
    func text() throws {
        let outcome = try Self.diff { $0.replacingOccurrences(of: "ramp_up: 20 mA/s", with: "ramp_up: 15 mA/s") }
        let lines = try String(
            contentsOf: BuiltProgram.package.appendingPathComponent(LimitsTests.shipped), encoding: .utf8
        ).components(separatedBy: "\n")
        let line = (lines.firstIndex { $0.contains("ramp_up:") } ?? -2) + 1
        #expect(outcome.output.contains("rate.ramp_up  20 mA/s → 15 mA/s  (line \(line))"))
    }

    @Test("As JSON every key is there, the unchanged ones too")
    func json() throws {
        let outcome = try Self.diff(
            { $0.replacingOccurrences(of: "area: 6 mm2", with: "area: 5 mm2") }, ["--format", "json"])
        #expect(outcome.code == 0)
        let keys = outcome.json["keys"] as? [[String: Any]] ?? []
        #expect(keys.filter { $0["change"] as? String == "narrowed" }.count == 4)
        #expect(keys.filter { $0["change"] as? String == "unchanged" }.count > 100)
    }

    @Test("A file that does not load is named, and the exit code is 65")
    func broken() throws {
        let outcome = try Self.diff { $0 + "more: 1\n" }
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("ANSA-L090"))
    }
}
