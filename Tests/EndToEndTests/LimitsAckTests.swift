import Foundation
import Testing

/// `ansa limits ack`: a line is added beside the limits, and dies with any change of them.
@Suite struct LimitsAckTests {
    static func ack(_ words: [String], in directory: URL = BuiltProgram.package) throws -> Outcome {
        try BuiltProgram.ansa.run(["limits", "ack"] + words, in: directory)
    }

    static func acknowledged(_ file: URL) throws -> [String] {
        let json = try BuiltProgram.ansa.run(["limits", "explain", file.path, "--format", "json"]).json
        let soft = json["soft_limits"] as? [[String: Any]] ?? []
        return soft.filter { $0["acknowledged"] as? Bool == true }.compactMap { $0["code"] as? String }
    }

    @Test("A line a code is added, explain shows it, and an edit of one byte ends it")
    func record() throws {
        let file = try LimitsTests.copy()
        defer { LimitsTests.clean(file) }
        #expect(
            try Self.ack(["S021", "ANSA-S020", file.path, "--reason", "titrated \"well\"", "--by", "Dr. A"]).code == 0)
        #expect(try Self.acknowledged(file) == ["S020", "S021"])
        #expect(try Self.ack(["S022", file.path, "--reason", "b"]).code == 0)
        let lines = try String(contentsOfFile: file.path + ".acknowledgements", encoding: .utf8)
            .split(separator: "\n").map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: String] }
        #expect(lines.map { $0?["code"] } == ["S021", "S020", "S022"])
        #expect(lines.allSatisfy { $0?["schema"] == "ansa.acknowledgement/1" })
        #expect(lines[0]?["reason"] == "titrated \"well\"" && lines[0]?["by"] == "Dr. A")
        let sum = try BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/b2sum")).run(["-l", "256", file.path])
        #expect(lines[0]?["limits"] == "blake2b:\(sum.output.prefix(64))")
        let text = try String(contentsOf: file, encoding: .utf8)
        try (text + "#").write(to: file, atomically: true, encoding: .utf8)
        #expect(try Self.acknowledged(file) == [])
    }

    @Test("A withdrawal is a further line, and ends the acknowledgement")
    func withdraw() throws {
        let file = try LimitsTests.copy()
        defer { LimitsTests.clean(file) }
        #expect(try Self.ack(["S020", "S021", file.path, "--reason", "a"]).code == 0)
        #expect(try Self.ack(["S020", file.path, "--reason", "b", "--withdraw"]).code == 0)
        #expect(try Self.acknowledged(file) == ["S021"])
    }

    @Test("The command that a warning prints works as printed in the folder of the only limits file")
    func asPrinted() throws {
        // 4.5 mA × 90 µs = 0.405 µC on 6 mm² = 6.75 µC/cm², above the recommended 6.
        let file = try LimitsTests.copy {
            $0.replacingOccurrences(of: "amplitude: {max: 3 mA}", with: "amplitude: {max: 4.5 mA}")
        }
        defer { LimitsTests.clean(file) }
        let device = BuiltProgram.package.appendingPathComponent("Devices/virtual-patient.yaml").path
        let check = ["limits", "check", file.path, "--device", device]
        #expect(try BuiltProgram.ansa.run(check).output.contains("ansa limits ack S021 --reason \"…\""))
        #expect(try Self.ack(["S021", "--reason", "no effect"], in: file.deletingLastPathComponent()).code == 0)
        #expect(try BuiltProgram.ansa.run(check).output.contains("Acknowledged by "))
    }

    @Test(
        "What cannot be acknowledged is refused and nothing is written",
        arguments: [
            (["L214"], 64), ([], 64), (["S021", "--by", "x"], 64), (["S019", "--reason", "a"], 64),
            (["S021", "--reason", " "], 64), (["S021", "--reason", "a\nb"], 64),
        ] as [([String], Int32)])
    func refused(words: [String], code: Int32) throws {
        let file = try LimitsTests.copy()
        defer { LimitsTests.clean(file) }
        #expect(try Self.ack(words + [file.path]).code == code)
        #expect(!FileManager.default.fileExists(atPath: file.path + ".acknowledgements"))
    }

    @Test("A damaged record acknowledges nothing, and nothing is added to it")
    func damaged() throws {
        let file = try LimitsTests.copy()
        defer { LimitsTests.clean(file) }
        let record = file.path + ".acknowledgements"
        try "half a li".write(toFile: record, atomically: true, encoding: .utf8)
        let outcome = try Self.ack(["S021", file.path, "--reason", "a"])
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("ANSA-A001"))
        #expect(try String(contentsOfFile: record, encoding: .utf8) == "half a li")
    }
}
