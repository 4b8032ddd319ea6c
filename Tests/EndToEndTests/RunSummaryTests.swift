import Foundation
import Testing

/// What `ansa run --format json` says at the end, and what the stimulator's own record says beside it.
@Suite struct RunSummaryTests {
    @Test("The summary has every key of the contract, at pace max without latencies")
    func keys() throws {
        let (outcome, session) = try RunTests.run("adaptive-dbs", seconds: 2, ["--arm", "--seed", "1"])
        defer { RunTests.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let json = outcome.json
        let counts = ["ticks", "deadline_misses", "decisions", "gaps", "pulses_delivered", "charge_fc"]
        for key in counts + ["max_amplitude_na"] { #expect(json[key] is Int, "\(key)") }
        #expect(json["ticks"] as? Int == 200)
        #expect(json["energy_nj"] is Double)
        #expect(json["mode_final"] as? String == "off")
        #expect(json["refusals"] is [String: Any])
        #expect(json["latency_us"] is NSNull)
        let compute = json["compute_us"] as? [String: Any] ?? [:]
        #expect(Set(compute.keys) == ["p50", "p99", "p999", "max"])
        let journal = json["journal"] as? [String: Any] ?? [:]
        #expect(Set(journal.keys) == ["path", "records", "head", "seal"])
        #expect(journal["path"] as? String == session.path)
        let kept = try Data(contentsOf: session.appendingPathComponent("summary.json"))
        #expect(try JSONSerialization.jsonObject(with: kept) is [String: Any])
    }

    @Test("Two runs with one seed have one head and two seals: date and process are under the seal alone")
    func seals() throws {
        var journals: [[String: Any]] = []
        for _ in 0..<2 {
            let (outcome, session) = try RunTests.run("adaptive-dbs", seconds: 1, ["--seed", "1"])
            defer { RunTests.remove(session) }
            #expect(outcome.code == 0, "\(outcome.errors)")
            journals.append(outcome.json["journal"] as? [String: Any] ?? [:])
        }
        #expect(journals[0]["head"] as? String == journals[1]["head"] as? String)
        #expect((journals[0]["seal"] as? String)?.count == 64)
        #expect(journals[0]["seal"] as? String != journals[1]["seal"] as? String)
    }

    @Test("What the summary counts is what the stimulator recorded: pulses, charge and largest amplitude")
    func agreesWithTheDevice() throws {
        let (outcome, session) = try RunTests.run("continuous-dbs", seconds: 2, ["--arm"])
        defer { RunTests.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let pulses = try StimulatorRecordLine.all(in: session).filter { $0.kind == "pulse" }
        #expect(pulses.count > 50)
        #expect(outcome.json["pulses_delivered"] as? Int == pulses.count)
        #expect(outcome.json["max_amplitude_na"] as? Int == pulses.map(\.amplitude).max())
        // Charge of a phase: nA × 60 µs in fC, as the profile's pulse width says.
        #expect(outcome.json["charge_fc"] as? Int == pulses.map { $0.amplitude * 60 }.reduce(0, +))
    }

    @Test("Without --arm the stimulator's own record has no pulse", arguments: ["adaptive-dbs", "continuous-dbs"])
    func unarmed(profile: String) throws {
        let (outcome, session) = try RunTests.run(profile, seconds: 3)
        defer { RunTests.remove(session) }
        #expect(try Self.deliversNothing(outcome, session))
    }

    @Test(
        "Without --arm no pulse leaves in grip-force, whatever the patient's signal does",
        .enabled(if: Recordings.isPresent, "needs recordings in ANSA_DATA"))
    func unarmedRecording() throws {
        let (outcome, session) = try RunTests.run(
            "grip-force", seconds: 5, ["--recording", Recordings.gripForce.path])
        defer { RunTests.remove(session) }
        #expect(try Self.deliversNothing(outcome, session))
    }

    @Test(
        "Armed, a patient's recording drives the virtual stimulator, ramps off at the end, and replays bit for bit",
        .enabled(if: Recordings.isPresent, "needs recordings in ANSA_DATA"))
    func armedRecording() throws {
        let (outcome, session) = try RunTests.run(
            "grip-force", seconds: 4, ["--arm", "--recording", Recordings.gripForce.path])
        defer { RunTests.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let pulses = try StimulatorRecordLine.all(in: session).filter { $0.kind == "pulse" }
        #expect(pulses.count > 50)
        #expect(outcome.json["pulses_delivered"] as? Int == pulses.count)
        #expect(outcome.json["mode_final"] as? String == "off")
        #expect(try BuiltProgram.ansa.run(["replay", session.path, "--verify"]).code == 0)
    }

    private static func deliversNothing(_ outcome: Outcome, _ session: URL) throws -> Bool {
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect((outcome.json["decisions"] as? Int ?? 0) > 200, "a loop that decides nothing proves nothing")
        #expect(outcome.json["pulses_delivered"] as? Int == 0)
        let lines = try StimulatorRecordLine.all(in: session)
        #expect(lines.contains { $0.kind == "boot" }, "there is a record")
        return !lines.contains { $0.kind == "pulse" || $0.kind == "accepted" }
    }
}
