import Testing

/// The house: which room may import which, system libraries last.
///
/// Imports go one way.
private let house = """
    Signal                  |
    Acquisition             | Signal CALSA CLibUSB CLinux
    Conditioning            | Signal
    Neuromorphic            | Signal CHDF5
    Decoding                | Signal Neuromorphic COpenBLAS
    Interlocks              | Signal
    Stimulation             | Signal Interlocks CSodium CALSA CLibUSB CLinux
    Sessions                | Signal Interlocks CHDF5 CSodium CLinux
    Configuration           | Signal Interlocks CYAML CSodium
    Guard                   | Signal Interlocks Stimulation Configuration CLinux
    Loop                    | Signal Acquisition Conditioning Neuromorphic Decoding Interlocks Stimulation Sessions \
    Configuration CLinux
    VirtualLab              | Signal Acquisition Interlocks Stimulation
    Campaigns               | Loop VirtualLab Signal Acquisition Conditioning Neuromorphic Decoding Interlocks \
    Stimulation Sessions Configuration CLinux
    Monitor                 | Signal Sessions Loop CMicroHTTPD
    Benchmarks              | BenchmarkTwins Signal Acquisition Conditioning Neuromorphic Decoding Interlocks \
    Stimulation Sessions Configuration Loop VirtualLab Campaigns CLinux
    ansa                    | Signal Acquisition Conditioning Neuromorphic Decoding Interlocks Stimulation Sessions \
    Configuration Loop VirtualLab Campaigns Monitor Benchmarks CLinux
    ansa-guard              | Guard
    ansa-virtual-stimulator | VirtualLab Stimulation Interlocks Signal
    """

/// Rooms that may use Foundation: none that works in a tick, and none that the guard links.
private let mayUseFoundation: Set<String> = ["Sessions", "Monitor", "Loop", "Campaigns", "Benchmarks", "ansa"]

@Suite struct ImportTests {
    static let table: [String: Set<String>] = {
        var table: [String: Set<String>] = [:]
        for line in house.split(separator: "\n") {
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
            table[parts[0].split(separator: " ").joined()] = Set(parts[1].split(separator: " ").map(String.init))
        }
        return table
    }()

    /// The module that a line imports, or nil: `public import struct Foundation.Data` imports Foundation.
    static func module(imported line: String) -> String? {
        let words = line.split(whereSeparator: { $0 == " " || $0 == "." || $0 == ";" }).map(String.init)
        guard let index = words.firstIndex(of: "import") else { return nil }
        let before: Set<String> = ["public", "package", "internal", "private", "fileprivate"]
        guard words[..<index].allSatisfy({ before.contains($0) || $0.hasPrefix("@") }) else { return nil }
        let kinds: Set<String> = ["struct", "class", "enum", "func", "var", "let", "protocol", "typealias"]
        return words[(index + 1)...].first { !kinds.contains($0) }
    }

    @Test(
        "The form of an import is understood",
        arguments: [
            ("import Signal", "Signal"), ("public import Signal", "Signal"), ("@testable import Loop", "Loop"),
            ("import struct Foundation.Data", "Foundation"), ("@_spi(Test) package import Guard", "Guard"),
            ("let important = 1", nil),
        ] as [(String, String?)])
    func form(line: String, module: String?) {
        #expect(Self.module(imported: line) == module)
    }

    @Test("Each file imports only what its room may, and Foundation only where nothing is hot")
    func imports() {
        var wrong: [String] = []
        for file in SourceFile.sources {
            guard let rooms = Self.table[file.room] else {
                wrong.append("\(file.path): no room of the house")
                continue
            }
            let system: Set<String> = mayUseFoundation.contains(file.room) ? ["Foundation"] : []
            let allowed = rooms.union(system).union(["Glibc", "Synchronization"])
            for module in file.code.compactMap(Self.module) where !allowed.contains(module) {
                wrong.append("\(file.path): \(module)")
            }
        }
        #expect(wrong == [])
    }

    @Test("No type has the name of a module, which would hide it from outside")
    func typeNames() {
        var wrong: [String] = []
        for file in SourceFile.sources {
            for line in file.code {
                let match = line.firstMatch(of: /\b(?:struct|class|enum|actor|protocol)\s+(\w+)/)
                if let match, Self.table[String(match.1)] != nil { wrong.append("\(file.path): \(match.1)") }
            }
        }
        #expect(wrong == [])
    }
}
