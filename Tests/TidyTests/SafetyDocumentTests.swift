import Foundation
import Testing

/// Safety.md against the tests, in both directions.
@Suite struct SafetyDocumentTests {
    static let rows: [[String]] = {
        let url = BuiltProgram.package.appendingPathComponent("Safety.md")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        return text.components(separatedBy: "\n").filter { $0.hasPrefix("| ") }.map { line in
            line.split(separator: "|", omittingEmptySubsequences: true).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
        }
    }()

    static func rows(_ head: Regex<Substring>) -> [[String]] {
        rows.filter { $0.first?.wholeMatch(of: head) != nil }
    }

    /// The suite of a file; of a file of tests without one, the file's own name.
    static func suite(of file: SourceFile) -> String {
        let named = file.code.compactMap { $0.firstMatch(of: /\bstruct\s+(\w+Tests)\b/)?.1 }.first
        return named.map(String.init) ?? URL(fileURLWithPath: file.path).deletingPathExtension().lastPathComponent
    }

    /// Names of suites, and of their tests as `Suite.test`.
    static let (suites, tests): (Set<String>, Set<String>) = {
        var (suites, names) = (Set<String>(), Set<String>())
        for file in SourceFile.tests {
            let found = SourceFunction.all(in: file).filter(\.isTest)
            guard !found.isEmpty else { continue }
            suites.insert(suite(of: file))
            for test in found { names.insert("\(suite(of: file)).\(test.name)") }
        }
        return (suites, names)
    }()

    static func numbers(_ text: String) -> Set<Int> {
        var found: Set<Int> = []
        let ranges = text.matches(of: /(\d\d)(?: to (\d\d))?/)
        for range in ranges {
            guard let first = Int(range.1) else { continue }
            found.formUnion(first...(range.2.flatMap { Int($0) } ?? first))
        }
        return found
    }

    @Test("The table has one row for each interlock, IL-00 to 46, and each names requirements that exist")
    func interlocks() {
        let table = Self.rows(/\d\d/)
        #expect(table.compactMap { Int($0[0]) } == Array(0...46))
        let requirements = Set(Self.rows(/SR-\d\d/).map { $0[0] })
        for row in table {
            let named = row[row.count - 1].matches(of: /SR-\d\d/).map { String($0.0) }
            #expect(!named.isEmpty, "IL-\(row[0])")
            #expect(Set(named).subtracting(requirements) == [], "IL-\(row[0])")
        }
    }

    @Test("Every hazard is controlled by interlocks, and every interlock but the latch of the word controls a hazard")
    func hazards() {
        let hazards = Self.rows(/H\d+/)
        #expect(hazards.count >= 10)
        var controls: Set<Int> = []
        for hazard in hazards {
            let named = Self.numbers(hazard[hazard.count - 1])
            // H9, abrupt loss of therapy, is controlled by the fallback, not by a denial.
            #expect(!named.isEmpty || hazard[0] == "H9", "\(hazard[0])")
            controls.formUnion(named)
        }
        #expect(Set(0...46).subtracting(controls) == [])
    }

    @Test("Every numbered requirement names tests, and each of them exists")
    func requirements() {
        let requirements = Self.rows(/SR-\d\d/)
        #expect(requirements.map { $0[0] } == requirements.indices.map { String(format: "SR-%02d", $0 + 1) })
        for row in requirements {
            let named = row[row.count - 1].matches(of: /`([\w.]+)`/).map { String($0.1) }
            #expect(!named.isEmpty, "\(row[0])")
            for name in named { #expect(Self.tests.contains(name) || Self.suites.contains(name), "\(row[0]): \(name)") }
        }
    }

    @Test("Every suite of the gate's and the guard's tests proves a requirement", arguments: ["Interlocks", "Guard"])
    func suites(room: String) {
        let named = Set(
            Self.rows(/SR-\d\d/).flatMap { $0[$0.count - 1].matches(of: /`(\w+)/).map { String($0.1) } })
        let files = SourceFile.tests.filter { $0.room == "\(room)Tests" }
        let unnamed = files.filter { SourceFunction.all(in: $0).contains(where: \.isTest) }.map(Self.suite)
            .filter { !named.contains($0) }
        #expect(!files.isEmpty)
        #expect(unnamed == [])
    }
}
