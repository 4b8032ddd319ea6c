import Foundation
import Testing

/// Two loops, one session: what each lead delivers, and what ends both.
@Suite(.serialized) struct BilateralTests {
    static func run(
        _ words: [String] = [], seconds: String = "20", faults: String? = nil
    ) throws -> (outcome: Outcome, session: URL) {
        let folder = try BuiltProgram.temporaryFolder()
        let session = folder.appendingPathComponent("session")
        let all =
            [
                "run", "Profiles/bilateral-dbs", "--arm", "--pace", "max", "--seconds", seconds, "--format", "json",
                "--monitor", "none", "--session", session.path,
            ] + words
        let environment = faults.map { ["ANSA_STIMULATOR_FAULTS": $0] } ?? [:]
        return (try BuiltProgram.ansa.run(all, environment: environment, seconds: 300), session)
    }

    /// By lead: the charges of the device's own record, summed here.
    static func delivered(_ session: URL) throws -> [Int: (pulses: Int, charge: Int)] {
        let text = try String(contentsOf: session.appendingPathComponent("stimulator.jsonl"), encoding: .utf8)
        var totals: [Int: (pulses: Int, charge: Int)] = [:]
        for line in text.split(separator: "\n") {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            guard object["event"] as? String == "pulse", let pair = object["pair"] as? Int,
                let amplitude = object["amplitude_na"] as? Int, let width = object["width_us"] as? Int
            else { continue }
            totals[pair, default: (0, 0)].pulses += 1
            totals[pair, default: (0, 0)].charge += amplitude * width
        }
        return totals
    }

    /// The pairs of the shipped limits are one a lead, in the leads' order: the device's record has them as 0 and 1.
    @Test("Both leads stimulate, the summary has each lead's totals, and a replay agrees bit for bit")
    func totals() throws {
        let (outcome, session) = try Self.run()
        defer { try? FileManager.default.removeItem(at: session.deletingLastPathComponent()) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let delivered = try Self.delivered(session)
        let leads = outcome.json["leads"] as? [[String: Any]] ?? []
        #expect(leads.map { $0["lead"] as? String } == ["left", "right"])
        for (place, lead) in leads.enumerated() {
            #expect((delivered[place]?.pulses ?? 0) > 100)
            #expect(lead["pulses_delivered"] as? Int == delivered[place]?.pulses)
            #expect(lead["charge_fc"] as? Int == delivered[place]?.charge)
        }
        #expect(leads.map { $0["max_amplitude_na"] as? Int } == [2_000_000, 1_500_000])
        let all = delivered.values.reduce(0) { $0 + $1.charge }
        #expect(outcome.json["charge_fc"] as? Int == all)
        let replay = try BuiltProgram.ansa.run(["replay", session.path, "--verify"], seconds: 300)
        #expect(replay.code == 0 && replay.output.contains("bit for bit"), "\(replay.errors)")
    }

    /// Three events since arming are zero and a latch (IL-31); the left lead, place 0, was never at its limit.
    @Test("A right lead at its compliance limit for the third time ends both leads, latched")
    func compliance() throws {
        let (outcome, session) = try Self.run(faults: "4000000 compliance 3@1")
        defer { try? FileManager.default.removeItem(at: session.deletingLastPathComponent()) }
        #expect(outcome.code == 3, "\(outcome.errors)")
        #expect(outcome.errors.contains("IL-31"))
        #expect(outcome.json["mode_final"] as? String == "latched")
        let refusals = outcome.json["refusals"] as? [String: Int] ?? [:]
        #expect((refusals["IL-31"] ?? 0) > 0)
        let events = try String(
            contentsOf: session.appendingPathComponent("stimulator.jsonl"), encoding: .utf8)
        let lines = events.split(separator: "\n")
        let stop = try #require(lines.firstIndex { $0.contains("\"stopped\"") && !$0.contains("\"at_us\":0,") })
        #expect(!lines[stop...].contains { $0.contains("\"event\":\"pulse\"") })
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"], seconds: 300).code == 0)
    }

    @Test("Why it stimulated is told of the lead that did, with its own decision and its own ledger")
    func why() throws {
        let (outcome, session) = try Self.run(seconds: "6")
        defer { try? FileManager.default.removeItem(at: session.deletingLastPathComponent()) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        var seen: Set<String> = []
        let pulses = outcome.json["pulses_delivered"] as? Int ?? 0
        for pulse in stride(from: 1, through: pulses, by: max(1, pulses / 12)) {
            let why = try BuiltProgram.ansa.run(["session", "why", session.path, "--pulse", "\(pulse)"])
            #expect(why.code == 0, "\(why.errors)")
            let isLeft = why.output.contains("on l1-l3")
            seen.insert(isLeft ? "left" : "right")
            #expect(why.output.contains(isLeft ? "asks for 2 mA" : "asks for 1.5 mA"))
            #expect(why.output.contains(isLeft ? "contact l1" : "contact r1"))
            #expect(!why.output.contains(isLeft ? "contact r1" : "contact l1"))
        }
        #expect(seen == ["left", "right"])
    }

    /// At pace real, where the other tests keep no clock.
    @Test("ansa stop ends both leads at once, latched")
    func stop() throws {
        let run = try RunInProgress.stimulating("bilateral-dbs")
        defer { run.remove() }
        let guardian = try run.child("ansa-guard")
        let stopped = try BuiltProgram.ansa.run(["stop", "--guard", "\(guardian)"])
        #expect(stopped.code == 0 && stopped.output.contains("output is zero"), "\(stopped.errors)")
        let outcome = run.finish()
        #expect(outcome.code == 3 && outcome.errors.contains("IL-05"), "\(outcome.errors)")
        let events = try run.events()
        let first = try #require(events.firstIndex { $0.kind == "stopped" && $0.time > 0 })
        #expect(!events[first...].contains { $0.kind == "pulse" })
        #expect(try Self.delivered(run.session).keys.sorted() == [0, 1])
        #expect(try BuiltProgram.ansa.run(["replay", run.session.path, "--verify"], seconds: 300).code == 0)
    }
}
