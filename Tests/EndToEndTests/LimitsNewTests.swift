import Foundation
import Testing

/// `ansa limits new` as a person uses it: answers as options here, on a terminal in the last test.
@Suite struct LimitsNewTests {
    let folder: URL
    let device: String

    init() throws {
        folder = try BuiltProgram.temporaryFolder()
        device = try LimitsFiles.twoContactDevice(in: folder)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    private func clean() { try? FileManager.default.removeItem(at: folder) }

    /// Errors are code 65; warnings alone are 0.
    private func check(_ file: String) throws -> Outcome {
        try BuiltProgram.ansa.run(["limits", "check", file, "--device", device, "--format", "json"])
    }

    @Test("A file for a device with two contacts is written, commented, and checks without an error")
    func twoContacts() throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        let outcome = try BuiltProgram.ansa.run(LimitsFiles.new(file, device: device))
        #expect(outcome.code == 0, "\(outcome.errors)")
        let checked = try check(file)
        #expect(checked.code == 0)
        #expect(checked.json["errors"] as? Int == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.components(separatedBy: "#").count > 40)
        // The table of limits: 30 µC/cm² for rings, k 1.50, 0.4 %, 25 nA; 3 mA × 90 µs = 270 nC.
        for part in [
            "charge_density: 30 uC/cm2", "shannon_k: 1.50", "imbalance_per_pulse: 0.4 %", "net_current: {max: 25 nA",
            "charge_per_phase: 270 nC", "frequency: {min: 2 Hz, max: 185 Hz}",
            "setting: \"research: clinician present\"",
        ] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("A new file, signed by both roles, is verified")
    func signed() throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        #expect(try BuiltProgram.ansa.run(LimitsFiles.new(file, device: device)).code == 0)
        for role in ["clinician", "engineer"] {
            let key = "Profiles/demonstration-keys/demonstration-\(role).key"
            let words = ["limits", "sign", file, "--role", role, "--key", key]
            #expect(try BuiltProgram.ansa.run(words).code == 0)
        }
        let outcome = try BuiltProgram.ansa.run(["limits", "verify", file, "--device", device])
        #expect(outcome.code == 0, "\(outcome.output)")
    }

    @Test(
        "Strips and depth electrodes get 25 µC/cm², and every kind of macro contact checks",
        arguments: ["macro-segment", "strip", "seeg"])
    func kinds(kind: String) throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        let contacts = LimitsFiles.contacts.replacingOccurrences(of: "macro-ring", with: kind)
        let words = LimitsFiles.new(file, device: device, changed: ["contacts": contacts])
        #expect(try BuiltProgram.ansa.run(words).code == 0)
        #expect(try check(file).code == 0)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.contains("charge_density: \(kind == "macro-segment" ? 30 : 25) uC/cm2"))
    }

    @Test("Each answer that is missing without a terminal is named, nothing is written, and the exit code is 64")
    func missing() throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        let outcome = try BuiltProgram.ansa.run(["limits", "new", "--output", file, "--device", device])
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("--contacts <list>  kind, area, material and use of c0, case"))
        for (name, _) in LimitsFiles.answers { #expect(outcome.errors.contains("--\(name) <"), "\(name)") }
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test(
        "No answer has a default: without any one of them nothing is written", arguments: LimitsFiles.answers.map(\.0))
    func noDefault(name: String) throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        var words = LimitsFiles.new(file, device: device)
        let index = try #require(words.firstIndex(of: "--\(name)"))
        words.removeSubrange(index...(index + 1))
        let outcome = try BuiltProgram.ansa.run(words)
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("--\(name) <"))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("A device that measures the electrode voltage makes the water window one more answer, and no other does")
    func waterWindow() throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        let text = try String(contentsOfFile: device, encoding: .utf8)
        let line = try #require(text.components(separatedBy: "\n").first { $0.hasPrefix("  reports: [") })
        let measured = text.replacingOccurrences(
            of: line, with: line.replacingOccurrences(of: "[", with: "[electrode-voltage, "))
        try measured.write(toFile: device, atomically: true, encoding: .utf8)
        let words = LimitsFiles.new(file, device: device)
        let missing = try BuiltProgram.ansa.run(words)
        #expect(missing.code == 64 && missing.errors.contains("--water-window <"))
        #expect(try BuiltProgram.ansa.run(words + ["--water-window", "0.6 V, 0.8"]).code == 64)
        #expect(try BuiltProgram.ansa.run(words + ["--water-window", "0.6 V, 0.8 V"]).code == 0)
        #expect(try check(file).code == 0)
        let written = try String(contentsOfFile: file, encoding: .utf8)
        #expect(written.components(separatedBy: "water_window: {cathodic: 0.6 V, anodic: 0.8 V}").count == 2)
    }

    @Test("A file that is there is never written over")
    func existing() throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        try "mine".write(toFile: file, atomically: true, encoding: .utf8)
        let outcome = try BuiltProgram.ansa.run(LimitsFiles.new(file, device: device))
        #expect(outcome.code == 1)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    }

    @Test(
        "An answer that cannot be is refused by its option's name, with the nearest right word",
        arguments: [
            ("purpose", "closedloop", "Did you mean 'closed-loop'?"), ("amplitude-max", "3,5 mA", "comma"),
            ("amplitude-max", "3.5", "without a unit"), ("amplitude-max", "30 mA", "at most 12.7 mA"),
            ("days", "181", "from 1 to 180"), ("impedance-max", "5.5 kohm", "at most 3.5 kohm"),
            ("contacts", "c0: micro, 2000 um2, Ir, stimulate, 1 uC/cm2, x; case: unused", "no limits for micro"),
            ("consent", "stimulat", "Did you mean 'stimulate'?"),
            ("clinician-key", "nowhere.pub", "public key"), ("setting", "a\nb", "one line"),
            ("contacts", "c0: unused", "nothing is said about case"),
            ("contacts", "c0: makro-ring, 6 mm2, PtIr, sense; case: unused", "Did you mean 'macro-ring'?"),
            ("contacts", "c0: macro-ring, 6 mm2, PtIr, stimulate; case: unused", "injection is missing"),
            ("contacts", "c9: unused; c0: unused; case: unused", "no contact 'c9'"),
        ])
    func wrong(name: String, answer: String, part: String) throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        let outcome = try BuiltProgram.ansa.run(LimitsFiles.new(file, device: device, changed: [name: answer]))
        #expect(outcome.code == 64)
        #expect(outcome.errors.contains("--\(name): "))
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    /// 12 mA is above the virtual stimulator's 10 mA.
    ///
    /// A purpose needs the consent that names it; both roles sign with keys of their own.
    @Test(
        "Answers that do not fit together are told in the words of check, and nothing is written",
        arguments: [
            ("amplitude-max", "12 mA", "device.ceiling_amplitude"),
            ("consent", "record, stimulate", "absent means denied"),
            ("engineer-key", "CE75D1E62B0E0F34", "different keys"), ("anode", "c0", "both cathode and anode"),
            ("baseline-amplitude", "3.1 mA", "outside the hard limit"), ("cathode", "c1", "no contact \"c1\""),
        ])
    func unfit(name: String, answer: String, part: String) throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        let outcome = try BuiltProgram.ansa.run(LimitsFiles.new(file, device: device, changed: [name: answer]))
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains(part), "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("A revision keeps values and comments, counts up, names what it supersedes, and only tightens")
    func revision() throws {
        defer { clean() }
        let (old, new) = (path("my.limits.yaml"), path("next.limits.yaml"))
        #expect(try BuiltProgram.ansa.run(LimitsFiles.new(old, device: device)).code == 0)
        let words = ["limits", "new", "--revise", old, "--output", new, "--days", "30", "--reason", "shorter: 30 days"]
        #expect(try BuiltProgram.ansa.run(words).code == 0)
        #expect(try check(new).code == 0)
        let text = try String(contentsOfFile: new, encoding: .utf8)
        #expect(text.contains("\nrevision: 2 "))
        // coreutils computes the same hash.
        let sum = try BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/b2sum")).run(["-l", "256", old])
        #expect(text.contains("\nsupersedes: blake2b:\(sum.output.prefix(64))\n"))
        let difference = try BuiltProgram.ansa.run(["limits", "diff", old, new, "--format", "json"])
        #expect(difference.code == 0)
        let keys = difference.json["keys"] as? [[String: Any]] ?? []
        let narrowed = keys.filter { $0["change"] as? String == "narrowed" }.compactMap { $0["key"] as? String }
        #expect(narrowed.contains("expires"))
        #expect(narrowed.allSatisfy { $0 == "expires" || $0 == "not_before" })
        #expect(try BuiltProgram.ansa.run(words).code == 1, "a revision is not written over either")
    }

    /// `script` of util-linux gives the program a terminal; what is typed comes from a file.
    @Test("On a terminal each question is asked until its answer can be, and the file is written")
    func terminal() throws {
        defer { clean() }
        let file = path("my.limits.yaml")
        var lines = [file, device]
        for (name, answer) in LimitsFiles.answers {
            if name == "cathode" {
                lines += ["macro-rng", "macro-ring", "6 mm2", "PtIr", "stimulate+sense", "50 uC/cm2", "in vivo"]
                lines += ["return-case", "20 cm2", "Ti", "stimulate"]
            }
            if name == "amplitude-max" { lines.append("3,5 mA") }
            lines.append(answer)
        }
        let typed = folder.appendingPathComponent("typed")
        try (lines.joined(separator: "\n") + "\n").write(to: typed, atomically: true, encoding: .utf8)
        let shell = BuiltProgram(executable: URL(fileURLWithPath: "/bin/sh"))
        let ansa = BuiltProgram.ansa.executable.path
        let command = "script -qec '\"\(ansa)\" limits new' /dev/null < '\(typed.path)'"
        let outcome = try shell.run(["-c", command])
        #expect(outcome.code == 0, "\(outcome.output)")
        #expect(outcome.output.contains("'macro-rng' is not one of"))
        #expect(outcome.output.contains("comma instead of a decimal point"))
        #expect(try check(file).code == 0)
    }
}
