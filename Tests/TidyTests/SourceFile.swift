import Foundation

/// A file of this package as the tidy checks read it.
struct SourceFile: Sendable {
    /// From the package's folder: `Sources/Signal/Block.swift`.
    let path: String
    let lines: [String]

    /// The lines without comments and without what stands between quotes, so that words are found in code only.
    let code: [String]

    /// `Signal` for `Sources/Signal/Block.swift`.
    var room: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    static let sources = all(under: "Sources", endings: ["swift"])
    static let tests = all(under: "Tests", endings: ["swift"])
    static let everything =
        all(under: "Sources", endings: ["swift", "c", "h"]) + all(under: "Tests", endings: ["swift", "c"])

    /// Files below `folder` in the order of their paths; links are left out, since they are read where they point.
    static func all(under folder: String, endings: Set<String>) -> [SourceFile] {
        let root = BuiltProgram.package.appendingPathComponent(folder)
        guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
        var files: [SourceFile] = []
        while let name = walk.nextObject() as? String {
            guard endings.contains(URL(fileURLWithPath: name).pathExtension) else { continue }
            let path = root.path + "/" + name
            let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
            guard !isLink, let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
            let lines = text.components(separatedBy: "\n")
            files.append(SourceFile(path: "\(folder)/\(name)", lines: lines, code: code(of: lines)))
        }
        return files.sorted { $0.path < $1.path }
    }

    /// `lines` without comments and literals, those of many lines included.
    static func code(of lines: [String]) -> [String] {
        var isQuoted = false
        return lines.map { line in
            let marks = line.components(separatedBy: "\"\"\"").count - 1
            defer { if marks % 2 == 1 { isQuoted.toggle() } }
            return isQuoted ? "" : strip(marks > 0 ? line.components(separatedBy: "\"\"\"")[0] : line)
        }
    }

    /// `line` without its comment and its literals.
    static func strip(_ line: String) -> String {
        var result = ""
        var isQuoted = false
        var before: Character = " "
        for character in line {
            if character == "\"", before != "\\" { isQuoted.toggle() }
            if !isQuoted, character == "/", before == "/" { return String(result.dropLast()) }
            if !isQuoted, character != "\"" { result.append(character) }
            before = character
        }
        return result
    }
}

/// A function: where it begins and what stands in it.
struct SourceFunction: Sendable {
    let file: SourceFile
    let name: String
    /// Index of the line with `func`.
    let start: Int
    let body: ArraySlice<String>
    /// Whether it is a test: `@Test` stands above it with no other declaration between.
    var isTest: Bool {
        for line in file.code[...start].suffix(60).reversed() {
            if line.contains("@Test") { return true }
            let isOther = line.contains(/\b(?:func|let|var|struct|enum|class)\s/) && !line.contains("func \(name)")
            if isOther || line.trimmingCharacters(in: .whitespaces) == "}" { return false }
        }
        return false
    }

    /// The functions of `file`, by counting braces; literals and comments do not count.
    static func all(in file: SourceFile) -> [SourceFunction] {
        file.code.indices.compactMap { index in
            guard let match = file.code[index].firstMatch(of: /\bfunc\s+([A-Za-z_]\w*)/) else { return nil }
            guard let end = end(of: file.code[index...]) else { return nil }
            return SourceFunction(file: file, name: String(match.1), start: index, body: file.lines[index...end])
        }
    }

    /// The line with the brace that closes the first one, which must come within 12 lines.
    private static func end(of code: ArraySlice<String>) -> Int? {
        var depth = 0
        var isOpen = false
        for index in code.indices {
            for character in code[index] {
                if character == "{" {
                    depth += 1
                    isOpen = true
                }
                if character == "}" { depth -= 1 }
            }
            if isOpen, depth <= 0 { return index }
            if !isOpen, index > code.startIndex + 12 { return nil }
        }
        return nil
    }
}
