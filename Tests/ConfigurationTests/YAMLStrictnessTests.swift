import Configuration
import Testing

/// A file that must be refused: where, and with which code.
struct BadFile: Sendable, CustomTestStringConvertible {
    var name: String
    var bytes: [UInt8]
    var code: String
    var line: Int
    var column: Int

    init(_ name: String, _ text: String, _ code: String, _ line: Int, _ column: Int) {
        self.init(name, bytes: Array(text.utf8), code, line, column)
    }

    init(_ name: String, bytes: [UInt8], _ code: String, _ line: Int, _ column: Int) {
        self.name = name
        self.bytes = bytes
        self.code = code
        self.line = line
        self.column = column
    }

    var testDescription: String { name }
}

/// Places counted by hand, from 1, in the texts below.
///
/// Each trap is one of the list in the reference of YAML.
@Suite("YAML strictness")
struct YAMLStrictnessTests {
    static let corpus: [BadFile] = [
        BadFile("empty", "", "006", 1, 1),
        BadFile("comment only", "# nothing\n", "006", 1, 1),
        BadFile("a list", "- a\n- b\n", "006", 1, 1),
        BadFile("anchor on a scalar", "id: &name x\n", "010", 1, 5),
        BadFile("anchor on a mapping", "a: &name {b: c}\n", "010", 1, 4),
        BadFile("anchor on a list", "a: &name [b]\n", "010", 1, 4),
        BadFile("alias", "a: &n x\nb: *n\n", "011", 2, 4),
        BadFile("tag on a scalar", "a: !!int 3\n", "012", 1, 4),
        BadFile("tag on a mapping", "a: !m {b: c}\n", "012", 1, 4),
        BadFile("tag on a list", "a: !l [b]\n", "012", 1, 4),
        BadFile("merge key", "a: b\n<<: {c: d}\n", "013", 2, 1),
        BadFile("second document", "a: b\n---\nc: d\n", "007", 2, 1),
        BadFile("%YAML directive", "%YAML 1.1\n---\na: b\n", "008", 1, 1),
        BadFile("%TAG directive", "%TAG ! tag:x,2000:\n---\na: b\n", "008", 1, 1),
        BadFile("duplicate key", "a: b\nc: d\na: e\n", "015", 3, 1),
        BadFile("mapping as a key", "? {a: b}\n: c\n", "016", 1, 3),
        BadFile("byte order mark", bytes: [0xEF, 0xBB, 0xBF] + Array("a: b\n".utf8), "003", 1, 1),
        BadFile("UTF-16 with mark", bytes: [0xFF, 0xFE, 0x61, 0, 0x3A, 0], "002", 1, 1),
        BadFile("UTF-16 without mark", bytes: [0x61, 0, 0x3A, 0, 0x20, 0], "004", 1, 2),
        BadFile("not UTF-8", bytes: Array("a: ".utf8) + [0xFF, 0x0A], "002", 1, 4),
        BadFile("not UTF-8, further down", bytes: Array("µ: 1\nbc".utf8) + [0xC3, 0x28], "002", 2, 3),
        BadFile("bidirectional mark", "a: b\nc: d\u{202E}e\n", "004", 2, 5),
        BadFile("control character", "a: \u{7}b\n", "004", 1, 4),
        BadFile("tabulator", "a:\tb\n", "004", 1, 3),
        BadFile("next line", "a: b\u{85}c: d\n", "004", 1, 5),
        BadFile("zero width space", "a\u{200B}: b\n", "004", 1, 2),
        BadFile("too large", "a: " + String(repeating: "x", count: 65_536), "001", 1, 1),
        BadFile("nested 40 deep", String(repeating: "[", count: 40), "005", 1, 33),
        BadFile("unclosed", "a: [b\n", "005", 2, 1),
    ]

    @Test("Each trap is refused at its place", arguments: corpus)
    func refused(file: BadFile) throws {
        let error = try #require(throws: ConfigurationError.self) { try loadDevice(file.bytes, file: "d.yaml") }
        let found = error.problems.contains {
            $0.code == "ANSA-D\(file.code)" && $0.line == file.line && $0.column == file.column
        }
        #expect(found, "\(error)")
    }

    @Test("A duplicate key names the place of the first")
    func duplicateNamesFirst() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try loadDevice(Array("a: b\nc: d\na: e\n".utf8), file: "d.yaml")
        }
        #expect(
            error.description == "ANSA-D015 ERROR d.yaml:3:1 key \"a\" stands here again; the first is at line 1:1.")
    }

    @Test("Both micro signs and u mean the same, columns count characters")
    func microSigns() throws {
        for unit in ["uA", "\u{B5}A", "\u{3BC}A"] {
            #expect(try Quantity.parse("250 \(unit)", as: .current) == 250_000)
        }
    }

    @Test("A file whose lines end in CR LF loads like one with LF")
    func carriageReturns() throws {
        let text = ExampleLimits.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        #expect(throws: Never.self) { try loadLimits(Array(text.utf8), file: "limits.yaml") }
    }
}
