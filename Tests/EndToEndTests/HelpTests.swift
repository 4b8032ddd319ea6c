import Foundation
import Testing

/// The help pages as they were agreed on.
///
/// To change them on purpose: `Scripts/help_pages.sh <path of ansa>`.
@Suite struct HelpTests {
    static let folder = BuiltProgram.package.appendingPathComponent("Tests/EndToEndTests/Help")

    /// `limits-check` for `ansa help limits check`, `ansa` for `ansa help`.
    static let pages: [String] = {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) }.sorted()
    }()

    static func words(_ page: String) -> [String] { page == "ansa" ? [] : page.split(separator: "-").map(String.init) }

    @Test("Each help page reads as agreed, wrapped at 80 columns where there is no terminal", arguments: pages)
    func golden(page: String) throws {
        let agreed = try String(contentsOf: Self.folder.appendingPathComponent("\(page).txt"), encoding: .utf8)
        let outcome = try BuiltProgram.ansa.run(["help"] + Self.words(page))
        #expect(outcome.code == 0)
        #expect(outcome.output == agreed)
        #expect(outcome.errors.isEmpty)
    }

    @Test("`ansa help run` equals `ansa run --help` and `ansa run -h`, for every command", arguments: pages)
    func sameByFlag(page: String) throws {
        let byWord = try BuiltProgram.ansa.run(["help"] + Self.words(page))
        for flag in ["--help", "-h"] {
            #expect(try BuiltProgram.ansa.run(Self.words(page) + [flag]).output == byWord.output)
        }
    }

    /// Commands as the help pages list them, found from the root down.
    static func allCommands() throws -> [[String]] {
        var found: [[String]] = []
        var waiting: [[String]] = [[]]
        while !waiting.isEmpty {
            let words = waiting.removeFirst()
            let lines = try BuiltProgram.ansa.run(["help"] + words).output.components(separatedBy: "\n")
            guard let start = lines.firstIndex(of: "SUBCOMMANDS:") else { continue }
            for line in lines[(start + 1)...].prefix(while: { !$0.isEmpty }) where !line.hasPrefix("   ") {
                guard let name = line.split(separator: " ").first else { continue }
                found.append(words + [String(name)])
                waiting.append(words + [String(name)])
            }
        }
        return found
    }

    @Test("Every command has an agreed help page, and no page is left over from a command that is gone")
    func complete() throws {
        let commands = Set(try Self.allCommands().map { $0.joined(separator: "-") } + ["ansa"])
        #expect(commands == Set(Self.pages))
    }

    @Test("Every command that does something ends its help with an example", arguments: pages)
    func examples(page: String) throws {
        let text = try BuiltProgram.ansa.run(["help"] + Self.words(page)).output
        #expect(text.contains("\nSUBCOMMANDS:\n") || text.contains("\nEXAMPLES:\n  ansa "))
    }
}
