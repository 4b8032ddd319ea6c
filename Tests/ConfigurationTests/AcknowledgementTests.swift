import Configuration
import Signal
import Testing

/// A record of an acknowledgement counts for one exact file, and only while every line can be read.
@Suite("Acknowledgements of soft limits")
struct AcknowledgementTests {
    /// 32 bytes, each 0x2A.
    static let hash = [UInt8](repeating: 0x2A, count: 32)
    static let named = "blake2b:" + String(repeating: "2a", count: 32)

    static func line(
        _ code: String, does: String = "acknowledge", limits: String = named, at: String = "2026-11-25T08:00:00Z"
    ) -> String {
        "{\"schema\": \"ansa.acknowledgement/1\", \"does\": \"\(does)\", \"code\": \"\(code)\", \"reason\": \"r\", "
            + "\"by\": \"b\", \"at\": \"\(at)\", \"limits\": \"\(limits)\"}\n"
    }

    static func load(_ text: String) -> SoftLimitSet { loadAcknowledgements(Array(text.utf8), limitsHash: hash) }

    @Test(
        "Each code acknowledges its own soft limit",
        arguments: [
            ("S020", SoftLimitSet.amplitude), ("S021", .chargeDensity), ("S022", .shannon), ("S023", .residualVoltage),
        ])
    func codes(code: String, limit: SoftLimitSet) {
        #expect(Self.load(Self.line(code)) == limit)
    }

    @Test("Lines add up, and a later withdrawal takes away")
    func order() {
        let both = Self.line("S020") + Self.line("S021")
        #expect(Self.load(both) == [.amplitude, .chargeDensity])
        #expect(Self.load(both + Self.line("S020", does: "withdraw")) == .chargeDensity)
        #expect(Self.load(Self.line("S020", does: "withdraw") + both) == [.amplitude, .chargeDensity])
        #expect(Self.load("") == [])
    }

    @Test("A line for another file says nothing about this one")
    func otherFile() {
        let other = "blake2b:" + String(repeating: "2b", count: 32)
        #expect(Self.load(Self.line("S020", limits: other) + Self.line("S021")) == .chargeDensity)
        #expect(loadAcknowledgements(Array(Self.line("S020").utf8), limitsHash: []) == [])
    }

    @Test(
        "What cannot be read whole acknowledges nothing",
        arguments: [
            line("S020") + "x\n", String(line("S020").dropLast()), line("S020") + "\n", line("S019") + line("S020"),
            line("S020") + line("S021", does: "forget"), line("S020", at: "2019-12-31T23:59:59Z"),
            line("S020", at: "tomorrow"), line("S020") + "{\"schema\": \"ansa.acknowledgement/2\"}\n",
            line("S020").replacingOnce("\"reason\": \"r\", ", ""),
            line("S020").replacingOnce("\"by\": \"b\"", "\"by\": \"b\", \"by\": \"c\""),
            line("S020").replacingOnce("\"by\": \"b\"", "\"by\": \"b\", \"extra\": \"c\""),
            line("S020").replacingOnce("\"r\"", "*r"), "\u{FEFF}" + line("S020"),
        ])
    func damaged(text: String) {
        #expect(Self.load(text) == [])
    }

    @Test("Every single-bit flip of a line acknowledges the same or nothing")
    func bitFlips() {
        let bytes = Array(Self.line("S021").utf8)
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                let found = loadAcknowledgements(changed, limitsHash: Self.hash)
                let isCode =
                    changed.elementsEqual(Self.line("S020").utf8) || changed.elementsEqual(Self.line("S023").utf8)
                #expect(found == [] || found == .chargeDensity || isCode, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("What is written is read back, quotes and backslashes included")
    func roundTrip() throws {
        let hash = hashText(of: ExampleLimits.bytes)
        let written = Acknowledgement(
            code: "S022", reason: "said \"yes\" \\ µ # : {}", by: "Dr. Ä, O'N", at: 1_800_000_000, limits: hash)
        let read = try readAcknowledgements(Array(written.line.utf8), file: "x")
        #expect(read == [written])
    }

    /// The hash that the example's `supersedes` form has: computed with Python's
    /// `hashlib.blake2b(b"ansa", digest_size=32)`.
    @Test("The hash is BLAKE2b-256")
    func hash() {
        #expect(
            hashText(of: Array("ansa".utf8))
                == "blake2b:221cc4e9c04bb929f7528f0125c639e6093cbb2f044cae4e7ba6ce0b7e0bad3b")
    }
}
