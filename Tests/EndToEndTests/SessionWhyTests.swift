import Foundation
import Testing

/// `ansa session why`: what the journal says of a pulse against the stimulator's own record of it.
@Suite struct SessionWhyTests {
    @Test("Every pulse that the journal explains is one that the stimulator recorded, at the same time and amplitude")
    func pulses() throws {
        let (outcome, session) = try RunTests.run("adaptive-dbs", seconds: 4, ["--arm", "--seed", "1"])
        defer { RunTests.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let delivered = try StimulatorRecordLine.all(in: session).filter { $0.kind == "pulse" }
        #expect(delivered.count > 50)
        var running = 0
        for (index, pulse) in delivered.enumerated() {
            running += pulse.amplitude * 60
            guard [0, 1, 7, delivered.count / 2, delivered.count - 1].contains(index) else { continue }
            let why = try BuiltProgram.ansa.run(
                ["session", "why", session.path, "--pulse", "\(index + 1)", "--format", "json"])
            #expect(why.code == 0, "\(why.errors)")
            let proposal = why.json["proposal"] as? [String: Any] ?? [:]
            #expect(why.json["event"] as? String == "pulse")
            #expect(why.json["time_us"] as? Int == pulse.time)
            #expect(proposal["amplitude_na"] as? Int == pulse.amplitude)
            for gate in ["runtime_verdict", "guard_verdict"] {
                #expect((why.json[gate] as? [String: Any])?["permit"] as? Bool == true, "\(gate)")
            }
            // Of all pulses so far, nA × 60 µs, the last window (24 h) holds everything.
            let ledger = why.json["ledger"] as? [[String: Any]] ?? []
            let day = ledger.first { $0["contact"] as? String == "c1" && $0["window_us"] as? Int == 86_400_000_000 }
            #expect(day?["charge_fc"] as? Int == running)
            #expect((why.json["decision"] as? [String: Any])?["value"] is Double)
        }
        let none = try BuiltProgram.ansa.run(["session", "why", session.path, "--pulse", "\(delivered.count + 1)"])
        #expect(none.code == 65 && none.errors.contains("the journal has \(delivered.count)"), "\(none.errors)")
    }

    @Test("A session that was not armed explains its refusals by IL-01, and both ways to ask at once are a usage error")
    func refusals() throws {
        let (outcome, session) = try RunTests.run("adaptive-dbs", seconds: 3, ["--seed", "1"])
        defer { RunTests.remove(session) }
        #expect(outcome.code == 0, "\(outcome.errors)")
        let why = try BuiltProgram.ansa.run(["session", "why", session.path, "--format", "json"])
        #expect(why.code == 0, "\(why.errors)")
        #expect(why.json["event"] as? String == "refusal")
        let verdict = why.json["runtime_verdict"] as? [String: Any] ?? [:]
        #expect(verdict["permit"] as? Bool == false)
        #expect((verdict["interlocks"] as? [Int])?.contains(1) == true)
        let text = try BuiltProgram.ansa.run(["session", "why", session.path])
        #expect(text.output.contains("IL-01 not armed"))
        let both = try BuiltProgram.ansa.run(["session", "why", session.path, "--pulse", "1", "--at", "1"])
        #expect(both.code == 64)
        let nowhere = try BuiltProgram.ansa.run(["session", "why", "no such session"])
        #expect(nowhere.code == 65 && nowhere.errors.contains("no such session"))
    }
}
