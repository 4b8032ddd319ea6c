import Configuration
import Testing

/// Seeded, so that a failure is a number: xorshift64 (Marsaglia 2003).
private struct Stream {
    var state: UInt64

    mutating func next(below bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}

@Suite("Damaged files")
struct MutationTests {
    static let pieces = [
        "9223372036854775807", "-", "e3", " C", ": ", "{", "}", "[", "\n", "\u{B5}", "0", "999999999999 A", "&a ", "!",
        "'", "\"", "#", "~", "? ", "| ", "1e-3",
    ].map { Array($0.utf8) }

    /// A copy with one to four pieces written over or into it.
    private static func damage(_ bytes: [UInt8], _ stream: inout Stream) -> [UInt8] {
        var bytes = bytes
        for _ in 0...stream.next(below: 4) {
            let piece = pieces[stream.next(below: pieces.count)]
            let start = stream.next(below: bytes.count - 64)
            bytes.replaceSubrange(start..<start + stream.next(below: 24), with: piece)
        }
        return bytes
    }

    @Test("A damaged file is refused with a place, or says something a gate can hold; it never traps")
    func neverTraps() throws {
        var stream = Stream(state: 20_240_101)
        let profile = try Tree.bytes("Profiles/adaptive-dbs/profile.yaml")
        let device = try Tree.bytes("Devices/virtual-patient.yaml")
        var refused = 0
        for _ in 0..<400 {
            do throws(ConfigurationError) {
                let file = try loadLimits(Self.damage(ExampleLimits.bytes, &stream), file: "l.yaml")
                _ = try file.limits(device: LimitsCrossCheckTests.stimulator)
            } catch {
                refused += 1
                let isPlaced = error.problems.allSatisfy { $0.line > 0 && $0.column > 0 }
                #expect(!error.problems.isEmpty && isPlaced, "\(error)")
            }
            do throws(ConfigurationError) {
                _ = try loadProfile(Self.damage(profile, &stream), file: "p.yaml")
                _ = try loadDevice(Self.damage(device, &stream), file: "d.yaml")
            } catch {
                #expect(error.problems.allSatisfy { $0.line > 0 && $0.column > 0 }, "\(error)")
            }
        }
        #expect(refused > 200)
    }
}
