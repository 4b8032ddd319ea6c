import Foundation
import Testing

/// `ansa limits` as a clinician types it.
///
/// Exit codes: 65 is a bad file, 64 a bad command line, 69 an absent device.
@Suite struct LimitsTests {
    static let shipped = "Profiles/adaptive-dbs/stn-left.limits.yaml"

    /// A copy of the shipped limits and their signatures in a new folder, changed by `change`.
    static func copy(changedBy change: (String) -> String = { $0 }) throws -> URL {
        let folder = try BuiltProgram.temporaryFolder()
        let source = BuiltProgram.package.appendingPathComponent(shipped)
        let target = folder.appendingPathComponent("my.limits.yaml")
        let text = try String(contentsOf: source, encoding: .utf8)
        try change(text).write(to: target, atomically: true, encoding: .utf8)
        for role in ["clinician", "engineer"] {
            try FileManager.default.copyItem(
                atPath: "\(source.path).\(role).minisig", toPath: "\(target.path).\(role).minisig")
        }
        return target
    }

    static func clean(_ file: URL) { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }

    @Test("Every limits file that is shipped is good and is signed by both roles")
    func shippedFiles() throws {
        let profiles = BuiltProgram.package.appendingPathComponent("Profiles")
        let all = try FileManager.default.subpathsOfDirectory(atPath: profiles.path)
        let files = all.filter { $0.hasSuffix(".limits.yaml") }
        #expect(files.count >= 3)
        for file in files {
            for command in ["check", "verify"] {
                let outcome = try BuiltProgram.ansa.run(["limits", command, "Profiles/\(file)"])
                #expect(outcome.code == 0, "\(file): \(outcome.output)")
            }
        }
    }

    @Test("A limits file with one changed byte is not verified, and both signatures say why")
    func changedByte() throws {
        let file = try Self.copy { $0 + "#" }
        defer { Self.clean(file) }
        let outcome = try BuiltProgram.ansa.run(["limits", "verify", file.path, "--device", "virtual-patient"])
        #expect(outcome.code == 65)
        #expect(outcome.output.components(separatedBy: "the file was changed after it was signed").count == 3)
    }

    @Test("An unknown key is named with its line, and the nearest right key beside it")
    func unknownKey() throws {
        let file = try Self.copy { $0.replacingOccurrences(of: "\nrevision:", with: "\nrevison:") }
        defer { Self.clean(file) }
        let outcome = try BuiltProgram.ansa.run(
            ["limits", "check", file.path, "--device", "virtual-patient", "--format", "json"])
        #expect(outcome.code == 65)
        let problems = outcome.json["problems"] as? [[String: Any]] ?? []
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let line = (lines.firstIndex { $0.hasPrefix("revison:") } ?? -2) + 1
        #expect(problems.contains { $0["line"] as? Int == line && "\($0["text"] ?? "")".contains("revision") })
    }

    @Test("What ansa signs, minisign verifies with the public key", arguments: ["clinician", "engineer"])
    func minisign(role: String) throws {
        let file = try Self.copy { $0 + "# another revision\n" }
        defer { Self.clean(file) }
        let key = "Profiles/demonstration-keys/demonstration-\(role)"
        let sign = ["limits", "sign", file.path, "--role", role, "--key", key + ".key"]
        #expect(try BuiltProgram.ansa.run(sign).code == 1, "a signature is never written over unasked")
        #expect(try BuiltProgram.ansa.run(sign + ["--replace"]).code == 0)
        let minisign = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/minisign"))
        let words = ["-V", "-p", key + ".pub", "-m", file.path, "-x", "\(file.path).\(role).minisig"]
        let outcome = try minisign.run(words)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("role:\(role)"))
    }

    @Test("A key that the file does not name for the role signs nothing")
    func wrongKey() throws {
        let file = try Self.copy { $0 + "# another revision\n" }
        defer { Self.clean(file) }
        let key = "Profiles/demonstration-keys/demonstration-engineer.key"
        let outcome = try BuiltProgram.ansa.run(
            ["limits", "sign", file.path, "--role", "clinician", "--key", key, "--replace"])
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("approvals.clinician names key CE75D1E62B0E0F34"))
        let old = BuiltProgram.package.appendingPathComponent("\(Self.shipped).clinician.minisig")
        #expect(
            try Data(contentsOf: old) == Data(contentsOf: URL(fileURLWithPath: file.path + ".clinician.minisig")))
    }

    /// A state folder in which revision 9 of the shipped subject and device was used on 2020-09-13, in the form that
    /// the record of revisions has; its last line is the BLAKE2b-256 of the others, which coreutils computes.
    static func usedRevision(in folder: URL) throws {
        let hash = "blake2b:" + String(repeating: "0", count: 64)
        let text = "ansa.revisions/1\nVIRTUAL-01\tVIRT-0001\t9\t\(hash)\t1600000000\n"
        let file = folder.appendingPathComponent("revisions")
        try text.write(to: file, atomically: true, encoding: .utf8)
        let sum = try BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/b2sum")).run(["-l", "256", file.path])
        try (text + "blake2b:\(sum.output.prefix(64))\n").write(to: file, atomically: true, encoding: .utf8)
    }

    /// The nine models of the reference of the limits file, "Messages", on the shipped file.
    static let models: [(old: String, new: String, words: [String], code: String, key: String)] = [
        ("amplitude: {min: 0 mA, max: 5 mA}", "amplitude: {min: 0 mA, max: 5}", [], "L103", "5}"),
        ("charge_density: 10 uC/cm2", "charge_density: 42 uC/cm2", [], "L211", "42 uC/cm2"),
        ("max: 90 us", "max: 120 us", [], "L214", "5 mA}    # per contact"),
        ("", "", ["--at", "2040-01-03"], "L305", "\"2039-12-31T00:00:00Z\""),
        ("", "", ["--subject", "VIRTUAL-10"], "L402", "VIRTUAL-01"),
        ("", "", ["--device", "virtual-patient"], "L404", "1                              # strictly"),
        ("ramp_up: 20 mA/s", "ramp_up: 0,1 mA/s", [], "L120", "0,1 mA/s"),
        ("charge_density: 10 uC/cm2", "charge_density_max: 10 uC/cm2", [], "L090", "charge_density_max"),
        ("amplitude: {max: 3 mA}", "amplitude: {max: 4.5 mA}", [], "S021", "4.5 mA}"),
    ]

    @Test("Each of the nine model messages comes from check, at the line and column of its value", arguments: 0..<9)
    func model(index: Int) throws {
        let model = Self.models[index]
        let file = try Self.copy { model.old.isEmpty ? $0 : $0.replacingOccurrences(of: model.old, with: model.new) }
        defer { Self.clean(file) }
        let folder = file.deletingLastPathComponent()
        if model.code == "L404" { try Self.usedRevision(in: folder) }
        let outcome = try BuiltProgram.ansa.run(
            ["limits", "check", file.path, "--format", "json"] + model.words,
            environment: model.code == "L404" ? ["ANSA_STATE_DIR": folder.path] : [:])
        #expect(outcome.code == (model.code == "S021" ? 0 : 65))
        let problems = outcome.json["problems"] as? [[String: Any]] ?? []
        let problem = try #require(problems.first { $0["code"] as? String == "ANSA-\(model.code)" })
        let lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let line = try #require(lines.firstIndex { $0.contains(model.key) })
        let column = try #require(lines[line].range(of: model.key)).lowerBound
        #expect(problem["line"] as? Int == line + 1)
        #expect(problem["column"] as? Int == lines[line].distance(from: lines[line].startIndex, to: column) + 1)
    }

    /// The shipped patient's maximum is 2.5 mA.
    @Test("A tightening is written beside its file, needs one signature, is taken into every number, and cannot widen")
    func overlay() throws {
        let file = try Self.copy()
        defer { Self.clean(file) }
        let overlay = file.path.replacingOccurrences(of: ".limits.yaml", with: ".overlay.yaml")
        let device = ["--device", "virtual-patient"]
        let tighten = ["limits", "new", "--tighten", file.path, "--patient-max", "2.2 mA", "--reason", "effect: 2.4"]
        #expect(try BuiltProgram.ansa.run(tighten).code == 0)
        #expect(try BuiltProgram.ansa.run(tighten).code == 1, "an overlay is not written over")
        #expect(try BuiltProgram.ansa.run(["limits", "check", overlay] + device).code == 0)
        let unsigned = try BuiltProgram.ansa.run(["limits", "verify", file.path] + device)
        #expect(unsigned.code == 65 && unsigned.output.contains("ANSA-L501"))
        let key = "Profiles/demonstration-keys/demonstration-engineer.key"
        let sign = ["limits", "sign", overlay, "--role", "engineer", "--key", key]
        #expect(try BuiltProgram.ansa.run(sign).code == 0)
        #expect(try BuiltProgram.ansa.run(["limits", "verify", overlay] + device).code == 0)
        let json = try BuiltProgram.ansa.run(["limits", "explain", file.path, "--format", "json"]).json
        let sources = json["sources"] as? [[String: Any]] ?? []
        let patient = sources.first { $0["name"] as? String == "patient-maximum" }
        #expect(patient?["amplitude_na"] as? Int == 2_200_000)
        #expect(json["overlay"] as? String == overlay)
        let text = try String(contentsOfFile: overlay, encoding: .utf8)
        try text.replacingOccurrences(of: "2.2 mA", with: "2.6 mA")
            .write(toFile: overlay, atomically: true, encoding: .utf8)
        for command in ["check", "verify", "explain"] {
            let outcome = try BuiltProgram.ansa.run(["limits", command, file.path] + device)
            #expect(outcome.code == 65)
            #expect((outcome.output + outcome.errors).contains("ANSA-O403"))
        }
    }

    @Test(
        "Input that cannot be used ends with its own exit code",
        arguments: [
            (["limits", "check", "nowhere.limits.yaml"], 65), (["limits", "sign", "x.limits.yaml"], 64),
            (["limits", "verify", shipped, "--device", "virtual-patint"], 69), (["devices", "show", "nothing"], 69),
            (["devices", "show", "Devices/nothing.yaml"], 65), (["session", "show", "Sources"], 65),
            (["session", "verify", "nowhere"], 65), (["session", "recover", "nowhere"], 65),
            (["session", "list", "nowhere"], 65),
        ] as [([String], Int32)])
    func badInput(words: [String], code: Int32) throws {
        let outcome = try BuiltProgram.ansa.run(words)
        #expect(outcome.code == code)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("Error: "))
    }

    @Test("Every device file that is shipped is listed, readable and virtual")
    func devices() throws {
        let outcome = try BuiltProgram.ansa.run(["devices", "list", "--format", "json"])
        let list = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
        let files = try FileManager.default.contentsOfDirectory(
            atPath: BuiltProgram.package.appendingPathComponent("Devices").path)
        #expect(list.count == files.filter { $0.hasSuffix(".yaml") }.count)
        #expect(list.allSatisfy { $0["is_virtual"] as? Bool == true })
    }
}
