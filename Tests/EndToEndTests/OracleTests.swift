import Foundation
import Testing

/// A sample of `make oracle`: the gate by `ansa limits judge` against Scripts/oracle/judge.py, which shares no code.
@Suite struct OracleTests {
    static let script = BuiltProgram.package.appendingPathComponent("Scripts/oracle/run.py").path
    static let python = BuiltProgram(executable: URL(fileURLWithPath: "/usr/bin/python3"))

    @Test("FI-27 20,000 generated commands and histories are judged alike by the gate and by an independent judge")
    func sample() throws {
        let ansa = BuiltProgram.ansa.executable.path
        let outcome = try Self.python.run([Self.script, ansa, "20000", "27"], seconds: 600)
        #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
        #expect(outcome.output.hasSuffix("oracle: 20000 commands, 0 disagreements, seed 27: pass\n"))
    }

    @Test("A judge that permits everything, and one that says nothing, do not pass", arguments: [true, false])
    func planted(speaks: Bool) throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let stub = folder.appendingPathComponent("permits.sh")
        let line = speaks ? #"sed 's/.*/{"permit": true, "interlocks": [], "reasons": []}/' "$5""# : "exit 1"
        try "#!/bin/sh\n\(line)\n".write(to: stub, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: stub.path)
        let outcome = try Self.python.run([Self.script, stub.path, "300", "1"])
        #expect(outcome.code == 1)
        let words = outcome.output.split(separator: "\n").last?.split(separator: " ").map(String.init) ?? []
        let wrong = words.count > 3 ? Int(words[3]) ?? 0 : 0
        #expect(words.first == "oracle:" && words.last == "fail")
        #expect(speaks ? (100..<300).contains(wrong) : wrong == 300)
    }
}
