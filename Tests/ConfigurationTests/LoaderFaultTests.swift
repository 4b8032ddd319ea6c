import Configuration
import Foundation
import Signal
import Testing

/// Faults of the loader: the rows of the fault matrix whose place is "load", and bad input of every kind.
///
/// Each is refused; where the text has a place, the problem names line and column, counted by hand from 1.
@Suite("Faults of the limits loader")
struct LoaderFaultTests {
    /// Every problem of the example with `old`, which stands once, replaced; empty where it loads.
    static func problems(_ old: String, _ new: String) -> [Problem] {
        do throws(ConfigurationError) {
            _ = try loadLimits(ExampleLimits.with(old, new), file: ExampleLimits.file)
            return []
        } catch {
            return error.problems
        }
    }

    @Test("FI-59 every single-bit flip of the example file breaks both signatures", arguments: 0..<8)
    func flippedFile(bit: Int) throws {
        let example = try SignedExample()
        let roles: [(Role, String)] = [(.clinician, example.clinician), (.engineer, example.engineer)]
        let signed = try roles.map { role, text in
            let signature = try Signature(text)
            return (signature, try #require(TrustedKeys.demonstration.key(id: signature.keyID)).key)
        }
        var bytes = example.bytes
        #expect(signed.allSatisfy { $0.signs(bytes, key: $1) && $0.signsComment(key: $1) })
        var held = 0
        for index in bytes.indices {
            bytes[index] ^= 1 << UInt8(bit)
            for (signature, key) in signed where signature.signs(bytes, key: key) { held += 1 }
            bytes[index] ^= 1 << UInt8(bit)
        }
        #expect(held == 0)
    }

    @Test("FI-59 every single-bit flip of either signature file is refused", arguments: Role.allCases)
    func flippedSignature(role: Role) throws {
        let example = try SignedExample()
        let good = Array((role == .clinician ? example.clinician : example.engineer).utf8)
        #expect(example.errors { _ in } == [])
        var accepted: [Int] = []
        for index in good.indices {
            for bit in 0..<8 {
                var flipped = good
                flipped[index] ^= 1 << UInt8(bit)
                let text = String(decoding: flipped, as: UTF8.self)
                let errors = example.errors { context in
                    if role == .clinician { context.clinician = text } else { context.engineer = text }
                }
                if errors.isEmpty { accepted.append(index * 8 + bit) }
            }
        }
        #expect(accepted == [])
    }

    /// Written in place of `3.5 mA` at line 60, column 33.
    static let numbers: [(String, String)] = [
        ("3.5 A", "L210"), ("3,5 mA", "L120"), ("\"3.5mA \"", "L104"), ("\" 3.5 mA\"", "L105"), ("1e400 mA", "L109"),
        ("-0 mA", "L108"), ("-3.5 mA", "L108"), ("3.5", "L103"), ("3.5 mV", "L104"), ("3.5 ma", "L104"),
        ("3.5 \u{439}A", "L104"), (".5 mA", "L105"), ("5. mA", "L105"), ("1_000 uA", "L104"), ("\u{663} mA", "L105"),
        ("\u{FF13}.5 mA", "L105"), ("3.5 mA mA", "L104"), ("0x3 mA", "L104"), ("+-3 mA", "L105"), ("~", "L105"),
        ("NaN mA", "L105"), ("inf mA", "L105"), ("1e3 A", "L210"), ("25.5e-0001 A", "L210"), ("''", "L092"),
        ("[3.5 mA]", "L092"), ("99999999999999999999 mA", "L107"), ("3.50000001 mA", "L106"), ("disabled", "L105"),
    ]

    @Test("FI-64 a trick with a number or its unit is refused at its place", arguments: numbers)
    func unitTrick(text: String, code: String) throws {
        let problems = Self.problems("max: 3.5 mA}", "max: \(text)}")
        let found = problems.first { $0.line == 60 && $0.column == 33 }
        #expect(found?.code == "ANSA-" + code, "\(text): \(problems)")
        #expect(found?.field == "limits.hard.amplitude.max")
    }

    /// 3.5 mA is 3,500,000 nA, however its micro is written.
    @Test(
        "FI-64 spellings that mean the same current give exactly the same integer",
        arguments: [
            "3.5mA", "3.5 mA  ", "3500 uA", "3500 \u{B5}A", "3500 \u{3BC}A", "3.5e3 uA", "0.0035 A", "'3.5 mA'",
        ])
    func exactValue(text: String) throws {
        let bytes = ExampleLimits.with("max: 3.5 mA}", "max: \(text)}")
        #expect(try loadLimits(bytes, file: "l.yaml").hard.amplitude.max.value == 3_500_000)
    }

    @Test("FI-64 a bidirectional or invisible mark anywhere is refused at its place")
    func invisible() {
        for mark in ["\u{202E}", "\u{200F}", "\u{2066}", "\u{200B}", "\u{FEFF}", "\u{7}"] {
            let problems = Self.problems("max: 3.5 mA}", "max: 3.5\(mark) mA}")
            #expect(problems.map { "\($0.code):\($0.line):\($0.column)" } == ["ANSA-L004:60:36"], "\(problems)")
        }
    }

    /// Each is put over or into the example; line and column by hand.
    static let corpus: [(String, String, String, String)] = [
        ("anchor", "purpose: closed-loop  ", "purpose: &p closed-loop ", "L010:11:10"),
        ("alias", "purpose: closed-loop  ", "purpose: *p ", "L011:11:10"),
        ("tag", "revision: 7  ", "revision: !!int 7 ", "L012:6:11"),
        ("merge key", "subject:\n", "subject:\n  <<: {a: b}\n", "L013:15:3"),
        ("second document", "approvals:  ", "---\napprovals:  ", "L007:132:1"),
        ("directive", "# Ansa limits file: fictional", "%YAML 1.1\n---\n#", "L008:1:1"),
        ("duplicate", "revision: 7  ", "revision: 7\nrevision: 7  ", "L015:7:1"),
        ("split comma", "{min: 0 mA, max: 3.5 mA}", "{min: 0 mA, max: 3,5 mA}", "L120:60:33"),
        ("a list for a block", "subject:\n", "subject: [a]\nsubject2:\n", "L092:14:10"),
        ("unknown key", "  stop: always", "  stopp: always", "L090:121:3"),
        ("an empty value", "pause_max: 4 h", "pause_max:", "L092:124:13"),
        ("a block scalar", "purpose: closed-loop  ", "purpose: |\n  closed-loop\n#", "L093:11:10"),
    ]

    @Test("FI-68 what YAML could hide in a limits file is refused at its place", arguments: corpus.indices)
    func yaml(index: Int) {
        let (name, old, new, expected) = Self.corpus[index]
        let found = Self.problems(old, new).map { "\($0.code.dropFirst(5)):\($0.line):\($0.column)" }
        #expect(found.contains(expected), "\(name): \(found)")
    }

    /// A key at column 1, its value at 4: the 33rd level begins at column 3 + 32 (the mapping is the first).
    @Test("FI-68 nesting is followed 32 deep and refused at the 33rd level, also a bomb of 60,000")
    func nesting() {
        func nested(_ count: Int) -> [Problem] {
            let bytes = Array(
                ("a: " + String(repeating: "[", count: count) + String(repeating: "]", count: count)).utf8)
            do throws(ConfigurationError) {
                _ = try loadLimits(bytes, file: "l.yaml")
                return []
            } catch {
                return error.problems
            }
        }
        let place = { (problems: [Problem]) in problems.map { "\($0.code):\($0.line):\($0.column)" } }
        #expect(place(nested(32)) == ["ANSA-L005:1:35"])
        #expect(place(nested(30_000)) == ["ANSA-L005:1:35"])
        #expect(!place(nested(31)).contains { $0.hasPrefix("ANSA-L005") })
    }

    @Test("Bad input: 64 KiB load, one byte more is refused")
    func size() throws {
        let padding = String(repeating: "#", count: 65_536 - ExampleLimits.bytes.count)
        let full = ExampleLimits.bytes + Array(padding.utf8)
        #expect(throws: Never.self) { try loadLimits(full, file: "l.yaml") }
        let error = try #require(throws: ConfigurationError.self) { try loadLimits(full + [0x23], file: "l.yaml") }
        #expect(error.problems.map(\.code) == ["ANSA-L001"])
        #expect(error.problems.first?.text == "65537 bytes; at most 65536 are read.")
    }

    /// `é` as one scalar and as two are equal after normalisation (Unicode TR15).
    @Test("Bad input: two keys that are equal after normalisation are found, and neither is plain ASCII")
    func normalisation() {
        let problems = Self.problems("  stop: always", "  caf\u{E9}: a\n  cafe\u{301}: b\n  stop: always")
        let found = problems.map { "\($0.code.dropFirst(5)):\($0.line):\($0.column)" }
        #expect(found == ["L017:121:3", "L017:122:3", "L015:122:3"])
        // Full-width letters normalise to "max" (NFKC) and are another key.
        #expect(Self.problems("{max: 2.8 mA}", "{\u{FF4D}\u{FF41}\u{FF58}: 2.8 mA}").map(\.code) == ["ANSA-L017"])
    }

    @Test("Bad input: a public key of a wrong length is none")
    func keyLength() throws {
        let text = try Tree.text("Profiles/demonstration-keys/demonstration-clinician.pub")
        #expect(throws: Never.self) { try PublicKey(text) }
        let line = text.split(separator: "\n")[1]
        // Four characters carry three bytes: 39, 45 and 42 bytes, the last with another algorithm.
        for wrong in [String(line.dropLast(4)), line + "AAAA", "RX" + line.dropFirst(2), ""] {
            #expect(throws: SignatureError.self) { try PublicKey(String(wrong)) }
        }
    }

    @Test("Bad input: a file that is refused leaves nothing on the disk")
    func nothingOnDisk() throws {
        try MinisignProgram.inFolder { folder in
            let example = try SignedExample()
            for text in ["", "a: b", "{", String(repeating: "[", count: 100)] {
                try text.write(toFile: folder + "/l.yaml", atomically: true, encoding: .utf8)
                #expect(throws: ConfigurationError.self) {
                    try loadLimits(try readFile(folder + "/l.yaml"), file: folder + "/l.yaml")
                }
            }
            var record = try RevisionRecord(folder: folder)
            #expect(example.errors(at: 0) { $0.revisions = record } != [])
            let isNew = record.note(example.limits, bytes: example.bytes, serial: "EMU-00231", at: SignedExample.now)
            #expect(isNew)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["l.yaml"])
        }
    }
}
