import Foundation
import Sessions
import Testing

/// `ansa replay --verify` recomputes every stage from the recorded samples and names the first difference.
@Suite(.serialized) struct ReplayTests {
    /// A difference that is planted in one record, and how it must be named.
    struct Plant: Sendable, CustomTestStringConvertible {
        let kind: RecordKind
        let tick: Int64
        /// Which byte of the payload is changed.
        let byte: Int
        let named: String

        var testDescription: String { "\(kind), byte \(byte): \(named)" }
    }

    /// A session of 2 s that stimulates; removed by the caller.
    static func session() throws -> URL {
        let (outcome, session) = try RunTests.run("adaptive-dbs", seconds: 2, ["--arm", "--seed", "1"])
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect((outcome.json["pulses_delivered"] as? Int ?? 0) > 0, "nothing was stimulated: the test sees too little")
        return session
    }

    /// Payloads are documented beside their types: digests are one u32 a channel; a block's samples begin at byte 32,
    /// three float32 a frame; the mode is the eighth word of a recorded input.
    static let plants = [
        Plant(kind: .stageDigests, tick: 50, byte: 5, named: "stage conditioning, tick 50, channel 1: stageDigests"),
        Plant(kind: .stageDigests, tick: 150, byte: 8, named: "stage conditioning, tick 150, channel 2: stageDigests"),
        Plant(kind: .block, tick: 60, byte: 32 + 4 * (3 * 5 + 2) + 1, named: "stage conditioning, tick 60, channel 2"),
        Plant(kind: .block, tick: 61, byte: 32 + 1, named: "stage conditioning, tick 61, channel 0"),
        Plant(kind: .spikes, tick: 70, byte: 0, named: "stage decoding, tick 70: spikes"),
        Plant(kind: .decision, tick: 80, byte: 0, named: "stage decoding, tick 80: decision at byte 0"),
        Plant(kind: .decision, tick: 199, byte: 8, named: "stage decoding, tick 199: decision at byte 8"),
        Plant(kind: .proposal, tick: 90, byte: 72, named: "stage stimulation, tick 90: proposal at byte 72"),
        Plant(kind: .recordedInput, tick: 130, byte: 56, named: "stage stimulation, tick 130: proposal"),
    ]

    @Test("A difference planted in each stage is found there, with tick and channel, exit 4")
    func plantedDifferences() throws {
        let session = try Self.session()
        defer { RunTests.remove(session) }
        let forgery = try ReplayForgery(of: session)
        for (number, plant) in Self.plants.enumerated() {
            var records = forgery.records
            let index = try #require(forgery.index(of: plant.kind, tick: plant.tick))
            try #require(records[index].payload.count > plant.byte)
            records[index].payload[plant.byte] ^= 0x04
            let forged = session.deletingLastPathComponent().appendingPathComponent("forged \(number)")
            try forgery.write(records, to: forged)
            #expect(try BuiltProgram.ansa.run(["session", "verify", forged.path]).code == 0, "the hashes are right")
            let outcome = try BuiltProgram.ansa.run(["replay", forged.path, "--verify", "--format", "json"])
            #expect(outcome.code == 4, "\(plant.testDescription)")
            let divergence = outcome.json["divergence"] as? String ?? "none"
            #expect(divergence.hasPrefix("first difference: " + plant.named), "\(plant.testDescription): \(divergence)")
            #expect(outcome.errors.contains(plant.named))
        }
    }

    @Test("A session written anew with nothing changed has the same head and replays; without a record it does not")
    func nothingPlanted() throws {
        let session = try Self.session()
        defer { RunTests.remove(session) }
        let forgery = try ReplayForgery(of: session)
        let same = session.deletingLastPathComponent().appendingPathComponent("same")
        try forgery.write(forgery.records, to: same)
        #expect(try BuiltProgram.ansa.run(["replay", same.path, "--verify"]).code == 0)
        #expect(try JournalReader.verify(same.path).head == JournalReader.verify(session.path).head)
        let lacking: [(RecordKind, String)] = [
            (.decision, "stage decoding, tick 100: decision"), (.proposal, "stage stimulation, tick 100: a proposal"),
        ]
        for (kind, named) in lacking {
            var records = forgery.records
            records.remove(at: try #require(forgery.index(of: kind, tick: 100)))
            let forged = session.deletingLastPathComponent().appendingPathComponent("without \(kind)")
            try forgery.write(records, to: forged)
            let outcome = try BuiltProgram.ansa.run(["replay", forged.path, "--verify"])
            #expect(outcome.code == 4)
            #expect(outcome.errors.contains(named), "\(outcome.errors)")
        }
    }

    @Test("A byte changed in a record of any kind is damage: exit 65, and the record is named")
    func damagedRecords() throws {
        let session = try Self.session()
        defer { RunTests.remove(session) }
        try Self.expectDamage(session, RecordKind.allCases.filter { $0 != .readoutChange })
        // Only a decoder that learns writes changes of its readout: by hand, from block 251 of 20 ms on.
        let (outcome, learning) = try RunTests.run("reach-adaptive", seconds: 6, ["--seed", "1"])
        defer { RunTests.remove(learning) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        try Self.expectDamage(learning, [.readoutChange])
    }

    private static func expectDamage(_ session: URL, _ kinds: [RecordKind]) throws {
        let journal = session.appendingPathComponent("journal.ansa")
        let whole = try Data(contentsOf: journal)
        let frames = ReplayFrame.all(in: whole)
        for kind in kinds {
            let frame = try #require(frames.last { $0.kind == kind.rawValue }, "no record of kind \(kind)")
            var bytes = whole
            bytes[frame.payload + frame.length / 2] ^= 0x01
            try bytes.write(to: journal)
            for words in [["session", "verify", session.path], ["replay", session.path, "--verify"]] {
                let outcome = try BuiltProgram.ansa.run(words)
                #expect(outcome.code == 65, "\(words[0]), \(kind)")
                let text = outcome.output + outcome.errors
                #expect(text.contains("journal.ansa"), "\(words[0]), \(kind): \(text)")
                #expect(text.contains("record \(frame.number)"), "\(words[0]), \(kind): \(text)")
            }
        }
        try whole.write(to: journal)
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code == 0)
    }

    @Test("A byte changed, added or taken away in any other file is damage: exit 65, and the file is named")
    func damagedFiles() throws {
        let session = try Self.session()
        defer { RunTests.remove(session) }
        let names = try FileManager.default.contentsOfDirectory(atPath: session.path)
        #expect(names.contains("stimulator.jsonl") && names.contains("manifest.json"))
        for name in names where name != "journal.ansa" {
            let file = session.appendingPathComponent(name)
            let whole = try Data(contentsOf: file)
            var flipped = whole
            flipped[whole.count / 2] ^= 0x01
            for changed in [flipped, whole + Data([10]), whole.dropLast()] {
                try changed.write(to: file)
                let outcome = try BuiltProgram.ansa.run(["session", "verify", session.path])
                #expect(outcome.code == 65, "\(name)")
                #expect((outcome.output + outcome.errors).contains(name))
            }
            try whole.write(to: file)
        }
        #expect(try BuiltProgram.ansa.run(["session", "verify", session.path]).code == 0)
    }
}
