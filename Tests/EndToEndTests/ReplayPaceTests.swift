import Foundation
import Sessions
import Testing

/// One recording through one profile at both paces: decisions and commands are equal as long as the inputs are.
@Suite(.serialized) struct ReplayPaceTests {
    /// What one tick of a session came to.
    struct Tick: Equatable {
        var block: [UInt8] = []
        var decision: [UInt8] = []
        var proposal: [UInt8] = []
        /// What the recorded inputs say to the stages.
        var inputs: [UInt8] = []
        /// Safety ticks so far with a miss in their window, without a report of the guard or without their block: what
        /// a clock can change.
        var late = 0
    }

    /// All ticks of the session in `folder`; the recorded inputs are those that the tick's stages saw.
    static func ticks(_ folder: URL) throws -> [Int64: Tick] {
        let reader = try JournalReader(folder.path)
        var ticks: [Int64: Tick] = [:]
        var input = [UInt8](repeating: 0, count: 296)
        var late = 0
        while let record = try reader.next() {
            switch record.kind {
            case .block:
                ticks[record.tick, default: Tick()].block = record.payload
                ticks[record.tick, default: Tick()].inputs = relevant(input)
                ticks[record.tick, default: Tick()].late = late
            case .decision: ticks[record.tick, default: Tick()].decision = record.payload
            case .proposal: ticks[record.tick, default: Tick()].proposal = record.payload
            case .recordedInput:
                input = record.payload
                let (misses, reports) = (input[24..<32], input[40..<48])
                let isLate = misses.contains { $0 != 0 } || reports.allSatisfy { $0 == 0 }
                if isLate || input[256..<264].contains(where: { $0 != 0 }) { late += 1 }
            default: break
            }
        }
        return ticks
    }

    /// Of the words of a recorded input all but the report's counter, which numbers messages (word 6), when by its own
    /// clock the device measured (word 23), and, where the device is to deliver nothing (word 15), the moment at which
    /// it is to deliver nothing (word 11).
    private static func relevant(_ payload: [UInt8]) -> [UInt8] {
        var payload = payload
        for at in Array(48..<56) + Array(184..<192) { payload[at] = 0 }
        if payload[120..<128].allSatisfy({ $0 == 0 }) { for at in 88..<96 { payload[at] = 0 } }
        return payload
    }

    /// Compares tick by tick.
    ///
    /// - Returns: how many ticks were compared whole, before the first miss or late report of the clock's, which is the
    ///   only reason for inputs to differ; and how many decisions.
    static func compare(_ real: [Int64: Tick], _ max: [Int64: Tick]) -> (whole: Int64, decisions: Int64) {
        var (whole, decisions) = (Int64(0), Int64(0))
        var inputsAreEqual = true
        for tick in 0..<Int64(max.count) {
            guard let a = real[tick], let b = max[tick], a.block == b.block else { break }
            #expect(!a.decision.isEmpty && a.decision == b.decision, "decision of tick \(tick)")
            decisions += 1
            if inputsAreEqual, a.inputs != b.inputs {
                inputsAreEqual = false
                let bytes = a.inputs.indices.filter { a.inputs[$0] != b.inputs[$0] }
                #expect(a.late != b.late, "tick \(tick): bytes \(bytes) differ without a miss or a late report")
            }
            guard inputsAreEqual else { continue }
            #expect(a.proposal == b.proposal, "command of tick \(tick)")
            whole += 1
        }
        return (whole, decisions)
    }

    static func replay(_ source: String, _ profile: String, pace: String, to folder: URL) throws -> [Int64: Tick] {
        let session = folder.appendingPathComponent(pace)
        let words = ["replay", source, "--profile", "Profiles/\(profile)", "--pace", pace, "--seconds", "2"]
        let all = RunInProgress.urgent + [BuiltProgram.ansa.executable.path] + words + ["--session", session.path]
        let program = BuiltProgram(executable: URL(fileURLWithPath: all[0]))
        let outcome = try program.run(Array(all.dropFirst()))
        #expect(outcome.code == 0, "\(pace): \(outcome.errors)")
        #expect(outcome.output.contains("0 pulses"), "a shadow stimulates nothing: \(outcome.output)")
        #expect(try !StimulatorRecordLine.all(in: session).contains { $0.kind == "pulse" })
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code == 0, "\(pace)")
        return try ticks(session)
    }

    /// Replays at both paces and compares.
    ///
    /// - Returns: the number of equal decisions.
    static func equalDecisions(_ source: String, _ profile: String, in folder: URL) throws -> Int64 {
        let max = try replay(source, profile, pace: "max", to: folder)
        let real = try replay(source, profile, pace: "real", to: folder)
        #expect(max.count == 200)
        #expect(!(max[199]?.proposal.isEmpty ?? true), "there are commands to compare")
        let (whole, decisions) = compare(real, max)
        print("\(profile): \(decisions) decisions equal at both paces, commands up to the first miss: \(whole)")
        #expect(whole >= 1)
        return decisions
    }

    @Test(
        "A patient's recording decides and commands the same at pace real and at pace max",
        .enabled(if: Recordings.isPresent, "needs recordings in ANSA_DATA"))
    func recording() throws {
        let folder = try BuiltProgram.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        // A machine that loses blocks in the first second loses the test's point too.
        #expect(try Self.equalDecisions(Recordings.gripForce.path, "grip-force", in: folder) >= 100)
    }

    @Test("A recorded session drives its own profile to the same decisions at pace real and at pace max")
    func session() throws {
        let (outcome, session) = try RunTests.run("adaptive-dbs", seconds: 2, ["--seed", "5"])
        defer { RunTests.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let folder = session.deletingLastPathComponent()
        #expect(try Self.equalDecisions(session.path, "adaptive-dbs", in: folder) >= 100)
        let original = try Self.ticks(session)
        let shadow = try Self.ticks(folder.appendingPathComponent("max"))
        #expect((0..<200).allSatisfy { original[$0]?.decision == shadow[$0]?.decision })
    }
}
