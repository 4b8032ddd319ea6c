import Foundation
import Testing

/// Words that must not stand in code.
///
/// Comments and literals are not read.
@Suite struct WordTests {
    /// Rooms whose code runs in a tick.
    static let hot: Set<String> = [
        "Signal", "Acquisition", "Conditioning", "Neuromorphic", "Decoding", "Interlocks", "Stimulation", "VirtualLab",
    ]

    /// Places, as `path:line`, in files of `rooms` (nil: all) where `pattern` matches.
    static func places(_ pattern: Regex<Substring>, in rooms: Set<String>? = nil) -> [String] {
        SourceFile.sources.filter { rooms?.contains($0.room) ?? true }.flatMap { file in
            file.code.indices.filter { file.code[$0].contains(pattern) }.map { "\(file.path):\($0 + 1)" }
        }
    }

    @Test("The search finds a word that is there and none in a comment or a literal")
    func search() {
        #expect(!Self.places(/\bprecondition\b/, in: ["Signal"]).isEmpty)
        #expect(SourceFile.strip("let a = \"try! me\"  // as! that") == "let a =   ")
        #expect(SourceFile.code(of: ["let a = \"\"\"", "try! me", "\"\"\"", "b"]) == ["let a = ", "", "", "b"])
    }

    @Test("Nothing traps on purpose: no fatalError, no forced try, no forced cast")
    func traps() {
        #expect(Self.places(/\bfatalError\b|\btry!|\bas!/) == [])
    }

    @Test("Hot rooms print nothing, take no lock and read no wall clock")
    func hotRooms() {
        #expect(Self.places(/\bprint\(|\bgettimeofday\(|\bDate\(|\bMutex\b/, in: Self.hot) == [])
    }

    /// An unchecked pulse does not compile without the word `unsafe`, which this forbids beside it.
    @Test("`unsafe` never stands beside a permit or a delivery, and no bits are reinterpreted where permits are")
    func uncheckedPulse() {
        let beside = /\bunsafe\b.*\b(?:Permit|deliver)\b|\b(?:Permit|deliver)\b.*\bunsafe\b/
        let permits: Set<String> = ["Interlocks", "Stimulation", "Guard", "VirtualLab", "ansa", "ansa-guard"]
        #expect(Self.places(beside, in: permits) == [])
        #expect(Self.places(/\bunsafeBitCast\b|\bunsafeDowncast\b/, in: permits) == [])
    }

    @Test("The safety core has no floating point, no pointers, no wrapping operators and no discarded results")
    func safetyCore() {
        #expect(Self.places(/\b(?:Float|Double)\b/, in: ["Interlocks"]) == [])
        #expect(Self.places(/\bUnsafe\w+|\bunsafe\b|\bunowned\b/, in: ["Interlocks"]) == [])
        #expect(Self.places(/&[+*-]/, in: ["Interlocks"]) == [])
        #expect(Self.places(/@discardableResult/, in: ["Interlocks"]) == [])
    }

    @Test("Exclusivity and bounds are checked in every build")
    func checks() throws {
        let package = BuiltProgram.package.appendingPathComponent("Package.swift")
        let text = try String(contentsOf: package, encoding: .utf8)
        #expect(!text.contains("-Ounchecked"))
        #expect(!text.contains("enforce-exclusivity"))
    }
}
