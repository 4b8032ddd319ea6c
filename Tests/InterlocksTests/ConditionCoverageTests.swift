import Foundation
import Interlocks
import Signal
import Testing

/// Condition coverage: for each interlock, pairs of vectors in which one condition alone turns its bit and the verdict.
///
/// Documentation/evidence/mcdc.txt holds the vectors; `WRITE=1 make mcdc` writes them anew.
@Suite struct ConditionCoverageTests {
    static let pairs = ConditionPair.session + ConditionPair.device + ConditionPair.pulse + ConditionPair.history
    static let evidence = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Documentation/evidence/mcdc.txt")

    @Test("The first vector of a pair is permitted, and one turned field breaks that interlock alone", arguments: pairs)
    func pair(pair: ConditionPair) {
        let (permitted, denied) = pair.vectors
        let isTurned = permitted.isPermitted && !denied.isPermitted
        #expect(permitted.broken.bits == [])
        #expect(denied.broken.bits == pair.interlock.union(pair.companions).bits)
        #expect(isTurned)
        let turned = denied.differences(from: permitted).map(\.path)
        #expect(turned.count == 1, "\(turned)")
    }

    @Test("Each implemented interlock has a pair in which it alone turns the verdict")
    func noBitWithoutPair() {
        let alone = Self.pairs.filter { $0.companions.isEmpty }.map(\.interlock)
        #expect(InterlockSet(alone) == .implemented)
    }

    @Test("No condition stands twice")
    func names() {
        let names = Self.pairs.map { "\($0.interlock.bits) \($0.condition)" }
        #expect(Set(names).count == names.count)
    }

    @Test("The stored vectors are what the gate answers today")
    func storedVectors() throws {
        let text = Self.text
        if ProcessInfo.processInfo.environment["ANSA_WRITE_MCDC"] == "1" {
            try FileManager.default.createDirectory(
                at: Self.evidence.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: Self.evidence)
        }
        let stored = try String(contentsOf: Self.evidence, encoding: .utf8)
        #expect(stored == text, "WRITE=1 make mcdc writes them anew; read the difference before you keep it")
    }

    /// A header, the vector that all others are told from, and a block a pair.
    private static var text: String {
        let base = ConditionVector(Rig())
        let feedback = ConditionVector(FeedbackRig())
        var lines = [
            "Condition coverage of the gate: vectors, written by a test; not to be edited.", "",
            "Each block: interlock and condition; the permitted vector, told from the common one; the one field that",
            "is turned; the words of broken interlocks before and after (bit nn is IL-nn).", "", "common vector",
        ]
        lines += (base.fields + feedback.fields).map { "    \($0.path) \($0.value)" }
        for pair in pairs.sorted(by: { $0.interlock.rawValue < $1.interlock.rawValue }) {
            let (permitted, denied) = pair.vectors
            let common = pair.interlock == .sensory ? feedback : base
            let bit = pair.interlock.rawValue.trailingZeroBitCount
            lines += ["", "IL-\(bit < 10 ? "0" : "")\(bit) \(InterlockSet.name(ofBit: bit)): \(pair.condition)"]
            lines += permitted.differences(from: common).map { "    given \($0.path) \($0.to)" }
            lines += denied.differences(from: permitted).map { "    turned \($0.path) from \($0.from) to \($0.to)" }
            let words = [permitted.broken, denied.broken].map { "0x" + String($0.rawValue, radix: 16) }
            lines.append("    words \(words[0]) and \(words[1])")
        }
        let interlocks = Set(pairs.map(\.interlock)).count
        let alone = pairs.count { $0.companions.isEmpty }
        let counts =
            "\(interlocks) interlocks, \(pairs.count) conditions: \(alone) turn their interlock alone, "
            + "\(pairs.count - alone) with those that the same cause must break"
        return (lines + ["", counts, ""]).joined(separator: "\n")
    }
}

extension InterlockSet {
    /// Numbers of its interlocks.
    var bits: [Int] { (0..<64).filter { contains(InterlockSet(bit: $0)) } }
}
