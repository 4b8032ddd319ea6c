import Foundation
import Testing

/// The safety core is written as its rules say; Safety.md has their sources.
@Suite struct InterlockRuleTests {
    static let manifest: String = {
        let url = BuiltProgram.package.appendingPathComponent("Package.swift")
        return (try? String(contentsOf: url, encoding: .utf8)) ?? ""
    }()

    /// What the gate reads, answers and reckons with, which other rooms see too.
    static let shared: Set<String> = Set(
        [
            "Contact", "Evidence", "ExactArithmetic", "InterlockSet", "Limits", "Mode", "Reaction", "Segment",
            "SensoryLimits", "Units",
        ].map { "Sources/Signal/\($0).swift" })

    static let files = SourceFile.sources.filter { $0.room == "Interlocks" || shared.contains($0.path) }

    static func breaks(of code: String, path: String = "Sources/Interlocks/Plant.swift") -> [RuleBreak] {
        let lines = code.components(separatedBy: "\n")
        let file = SourceFile(path: path, lines: lines, code: SourceFile.code(of: lines))
        return InterlockLint(files: [file], manifest: manifest).breaks
    }

    @Test("The safety core breaks none of its coding rules")
    func room() {
        let files = Self.files
        #expect(files.count(where: { $0.room == "Interlocks" }) >= 10)
        #expect(files.count(where: { $0.room == "Signal" }) == Self.shared.count)
        let breaks = InterlockLint(files: files, manifest: Self.manifest).breaks
        #expect(breaks.map(\.description) == [])
    }

    @Test("A planted violation breaks its own rule and no other, and its twin breaks none", arguments: Plant.all)
    func plant(plant: Plant) {
        #expect(Set(Self.breaks(of: plant.violation).map(\.rule)) == [plant.rule])
        #expect(Self.breaks(of: plant.twin).map(\.description) == [])
    }

    @Test("A violation is found among the files of the safety core too", arguments: InterlockRule.allCases)
    func plantAmongFiles(rule: InterlockRule) throws {
        let lines = try #require(Plant.all.first { $0.rule == rule }).violation.components(separatedBy: "\n")
        let plant = SourceFile(
            path: "Sources/Interlocks/Plant.swift", lines: lines, code: SourceFile.code(of: lines))
        let breaks = InterlockLint(files: Self.files + [plant], manifest: Self.manifest).breaks
        // A room of 1,000 lines has no room for a plant.
        #expect(Set(breaks.map(\.rule)).subtracting([.size]) == Set([rule]).subtracting([.size]))
        #expect(breaks.contains { $0.rule == rule })
    }

    @Test("Each rule has a planted violation")
    func everyRule() {
        #expect(Set(Plant.all.map(\.rule)) == Set(InterlockRule.allCases))
    }

    @Test(
        "A manifest that turns a check off breaks the rule of the settings",
        arguments: [
            (".swiftLanguageMode(.v6)", ".swiftLanguageMode(.v5)"), (".strictMemorySafety()", ".unsafeFlags([])"),
            (".treatAllWarnings(as: .error)", ".treatAllWarnings(as: .warning)"),
            ("room(\"Interlocks\", [\"Signal\"])", "room(\"Interlocks\", [\"Signal\", \"CLinux\"])"),
            ("\"-Xcc\"", "\"-Ounchecked\""), ("\"-Xcc\"", "\"-enforce-exclusivity=unchecked\""),
        ])
    func settings(right: String, wrong: String) {
        #expect(Self.manifest.contains(right))
        let manifest = Self.manifest.replacingOccurrences(of: right, with: wrong)
        #expect(InterlockLint(files: [], manifest: manifest).breaks.map(\.rule) == [.settings])
        #expect(InterlockLint(files: [], manifest: Self.manifest).breaks == [])
    }

    @Test("A number with a unit may stand among the compiled ceilings")
    func ceilings() {
        let code = "let most = Nanoamperes(12_700_000)"
        #expect(Self.breaks(of: code).map(\.rule) == [.units])
        #expect(Self.breaks(of: code, path: "Sources/Interlocks/Ceilings.swift") == [])
    }
}
