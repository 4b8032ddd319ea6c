import Foundation
import Testing

/// A decoder in Python drives the armed loop of a virtual patient, as a person would put it into a profile.
@Suite struct ExternalDecoderRunTests {
    /// adaptive-dbs with the example as its decoder; `edit` may spoil the program.
    private func profile(_ edit: (String) -> String = { $0 }) throws -> ProfileCopy {
        let copy = try ProfileCopy("adaptive-dbs")
        try copy.replace("  network: beta-burst.nir\n", by: "  kind: external\n")
        try copy.replace(
            "  backend: loihi-fixed                  # or float\n", by: "  command: [python3, external_decoder.py]\n")
        try copy.replace(
            "  encoder: {kind: delta, threshold: 1 uV}\n  channel: LFP_L1\n",
            by: "  deadline: 1 ms\n  unit: uV\n  lower: 0\n  upper: 1000\n")
        let example = BuiltProgram.package.appendingPathComponent("Examples/external_decoder.py")
        let text = edit(try String(contentsOf: example, encoding: .utf8))
        try text.write(
            to: copy.folder.appendingPathComponent("external_decoder.py"), atomically: true, encoding: .utf8)
        return copy
    }

    private func run(_ copy: ProfileCopy, seconds: Int) throws -> Outcome {
        try BuiltProgram.ansa.run([
            "run", copy.folder.path, "--arm", "--pace", "max", "--seconds", "\(seconds)", "--session",
            copy.session.path, "--format", "json",
        ])
    }

    @Test("A decoder in Python stimulates through the whole loop, and its session replays without it")
    func stimulates() throws {
        let copy = try profile()
        defer { copy.remove() }
        let outcome = try run(copy, seconds: 6)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.json["deadline_misses"] as? Int == 0)
        #expect(outcome.json["pulses_delivered"] as? Int ?? 0 > 20)
        // The profile is gone: what its decoder decided is in the journal.
        try FileManager.default.removeItem(at: copy.folder)
        let replay = try BuiltProgram.ansa.run(["replay", copy.session.path, "--verify"])
        #expect(replay.output.contains("600 ticks recomputed"), "\(replay.output) \(replay.errors)")
    }

    /// Blocks 300 to 599 have no answer; the first of them has no confidence, and the signed file ramps off.
    @Test("A decoder that dies misses every deadline, is refused by IL-29, and its session replays")
    func dies() throws {
        let copy = try profile {
            $0.replacingOccurrences(of: "    samples = ", with: "    if first >= 3000: break\n    samples = ")
        }
        defer { copy.remove() }
        let outcome = try run(copy, seconds: 6)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.json["deadline_misses"] as? Int == 300)
        let refusals = outcome.json["refusals"] as? [String: Int] ?? [:]
        #expect(refusals["IL-29"] ?? 0 > 0, "\(refusals)")
        let replay = try BuiltProgram.ansa.run(["replay", copy.session.path, "--verify"])
        #expect(replay.code == 0, "\(replay.output) \(replay.errors)")
    }

    @Test("A profile whose decoder may answer after its decision is due is refused at its line")
    func deadline() throws {
        let copy = try profile()
        defer { copy.remove() }
        try copy.replace("  deadline: 1 ms\n", by: "  deadline: 2 ms\n")
        let outcome = try copy.run()
        #expect(outcome.code == 65)
        #expect(outcome.errors.contains("ANSA-P210"), "\(outcome.errors)")
        #expect(outcome.errors.contains("decoder.deadline"))
    }
}
