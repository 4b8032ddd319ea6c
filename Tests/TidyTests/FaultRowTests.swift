import Foundation
import Testing

/// The table of faults and the tests name each other.
@Suite struct FaultRowTests {
    static let rows = lines.prefix { $0 != "## Left out" }.compactMap { line -> String? in
        line.firstMatch(of: /^\| (\d\d) \| .* \| .* \| .*\|$/).map { String($0.1) }
    }

    /// Rows that no test has, with the reason.
    static let leftOut = lines.compactMap { line -> String? in
        guard let match = line.firstMatch(of: /^\| (\d\d) \| ([^|]{20,}) \|$/) else { return nil }
        return String(match.1)
    }

    static let lines: [String] = {
        let file = BuiltProgram.package.appendingPathComponent("Documentation/evidence/faults.md")
        return ((try? String(contentsOf: file, encoding: .utf8)) ?? "").components(separatedBy: "\n")
    }()

    /// The numbers at the beginning of a test's name: `FI-34 FI-35 kill and stop` has 34 and 35.
    static func numbers(named text: String) -> [String] {
        text.matches(of: #/@Test\(\s*"((?:FI-\d\d:? )+)/#).flatMap { match in
            match.1.matches(of: #/FI-(\d\d)/#).map { String($0.1) }
        }
    }

    static let tested = Set(SourceFile.tests.flatMap { numbers(named: $0.lines.joined(separator: "\n")) })

    @Test("The numbers of a test are those at the beginning of its name")
    func reading() {
        #expect(Self.numbers(named: "@Test(\n    \"FI-03 FI-04 twice\", arguments: [1])") == ["03", "04"])
        #expect(Self.numbers(named: "@Test(\"not FI-03 \") // @Test(\"FI-3 x\"") == [])
        #expect(Self.numbers(named: "@Test(\"FI-60: for another subject\")") == ["60"])
    }

    @Test("The table has the rows 01 to 77, once each")
    func table() {
        #expect(Self.rows == (1...77).map { String(format: "%02d", $0) })
    }

    @Test("Every row has a test or a reason why it has none")
    func rowsHaveTests() {
        #expect(Self.rows.filter { !Self.tested.contains($0) && !Self.leftOut.contains($0) } == [])
    }

    @Test("Every test of a fault names a row of the table")
    func testsHaveRows() {
        #expect(Self.tested.subtracting(Self.rows).sorted() == [])
        #expect(!Self.tested.isEmpty)
    }
}
