import Configuration
import Testing

/// Directions by the meaning of each key: what allows more, or for longer, widens.
@Suite("Differences between limits files")
struct LimitsDifferenceTests {
    static func difference(_ old: String, _ new: String) throws -> LimitsDifference {
        try limitsDifference(
            old: ExampleLimits.bytes, new: ExampleLimits.with(old, new), oldFile: "old.yaml", newFile: "new.yaml")
    }

    static let changes: [(old: String, new: String, key: String, change: KeyChange)] = [
        ("max: 3.5 mA}", "max: 3.6 mA}", "limits.hard.amplitude.max", .widened),
        ("max: 3.5 mA}", "max: 3.4 mA}", "limits.hard.amplitude.max", .narrowed),
        ("max: 3.5 mA}", "max: 3500 uA}", "limits.hard.amplitude.max", .unchanged),
        ("min_inter_pulse: 5 ms", "min_inter_pulse: 4 ms", "limits.hard.min_inter_pulse", .widened),
        ("pulse_width: {min: 30 us", "pulse_width: {min: 40 us", "limits.hard.pulse_width.min", .narrowed),
        ("shannon_k: 1.75", "shannon_k: 1.70", "limits.hard.shannon_k", .narrowed),
        ("ramp_up: 10 mA/s", "ramp_up: 9 mA/s", "rate.ramp_up", .narrowed),
        ("max_changes: {count: 200", "max_changes: {count: 201", "rate.max_changes.count", .widened),
        ("lockout_after_fault: 10 min", "lockout_after_fault: 9 min", "dose.lockout_after_fault", .widened),
        ("length: 1 h, charge: 75 mC", "length: 1 h, charge: 76 mC", "dose.windows[1 h].charge", .widened),
        ("decoder_confidence_min: 0.7", "decoder_confidence_min: 0.8", "sensing.decoder_confidence_min", .narrowed),
        ("min_valid_channels: 6", "min_valid_channels: 5", "sensing.min_valid_channels", .widened),
        ("on_sensor_loss: open-loop-baseline", "on_sensor_loss: stop", "fallback.on_sensor_loss", .changed),
        ("on_gate_violation: deny ", "on_gate_violation: off-latched ", "fallback.on_gate_violation", .narrowed),
        ("amplitude: 2.0 mA, pulse", "amplitude: 1.9 mA, pulse", "fallback.baseline.amplitude", .changed),
        ("amplitude: 2.0 mA, pulse", "amplitude: 2 mA, pulse", "fallback.baseline.amplitude", .unchanged),
        (
            "{after_valid: 30 s, max: {count: 3, window: 1 h}}", "manual", "fallback.return_to_closed_loop", .narrowed
        ),
        ("resume_requires: clinician", "resume_requires: patient", "patient.resume_requires", .widened),
        ("area: 1.5 mm2", "area: 1.6 mm2", "contacts[2a].area", .widened),
        ("area: 1.5 mm2", "area: 1.4 mm2", "contacts[2a].area", .narrowed),
        ("kind: macro-segment", "kind: macro-ring", "electrodes[L1].kind", .changed),
        ("serials: [EMU-00231]", "serials: [EMU-00231, EMU-00232]", "device.serials", .widened),
        (
            "consent_scope: [record, stimulate, closed-loop]", "consent_scope: [closed-loop, stimulate]",
            "subject.consent_scope", .narrowed
        ),
        (
            "consent_scope: [record, stimulate, closed-loop]", "consent_scope: [closed-loop, record, stimulate]",
            "subject.consent_scope", .unchanged
        ),
        ("expires: \"2027-02-20T00:00:00Z\"", "expires: \"2027-02-21\"", "expires", .widened),
        ("not_before: \"2026-11-21T00:00:00Z\"", "not_before: \"2026-11-22\"", "not_before", .narrowed),
        ("revision: 7", "revision: 8", "revision", .noted),
        ("  red_flash: false", "  red_flash: true", "sensory.red_flash", .widened),
        (
            "clinician: minisign:6F1C2A9B04D7E3A8", "clinician: minisign:6F1C2A9B04D7E3A9", "approvals.clinician",
            .changed
        ),
    ]

    @Test("Each key goes the way that its meaning says, and no other key changes", arguments: changes.indices)
    func direction(index: Int) throws {
        let change = Self.changes[index]
        let difference = try Self.difference(change.old, change.new)
        let found = try #require(difference.keys.first { $0.key == change.key })
        #expect(found.change == change.change)
        #expect(difference.keys.filter { $0.change != .unchanged }.allSatisfy { $0.key == change.key })
        #expect(difference.onlyTightens == [.narrowed, .noted, .unchanged].contains(change.change))
    }

    @Test("An entry of a list that comes or goes is one difference")
    func entries() throws {
        let pair = "  - {id: 2a-case, lead: left, cathode: [2a], anode: [case]}\n"
        let more = "  - {id: 2b-case, lead: left, cathode: [2b], anode: [case]}\n"
        let contact =
            "  - {id: 2b, electrode: L1, area: 1.5 mm2, area_method: geometric, stimulate: true, sense: true}\n"
        let bytes = Array(
            String(decoding: ExampleLimits.with(pair, pair + more), as: UTF8.self)
                .replacingOnce("\npairs:", contact + "\npairs:").utf8)
        let widened = try limitsDifference(old: ExampleLimits.bytes, new: bytes, oldFile: "a", newFile: "b")
        #expect(widened.keys(.widened).map(\.key) == ["contacts[2b]", "pairs[2b-case]"])
        let narrowed = try limitsDifference(old: bytes, new: ExampleLimits.bytes, oldFile: "a", newFile: "b")
        #expect(narrowed.keys(.narrowed).map(\.key).sorted() == ["contacts[2b]", "pairs[2b-case]"])
        #expect(narrowed.onlyTightens)
    }

    /// Without the key 2 nC hold, so that 1 nC is less and 3 nC is more.
    @Test("A charge limit of a microelectrode is compared with the 2 nC that hold without it")
    func standing() throws {
        func difference(_ charge: String) throws -> KeyChange? {
            let micro = "  - id: M1\n    kind: micro\n    material: Ir\n"
            let impedance = "    impedance: {min: 1 kohm, max: 1 Mohm, max_age: 12 h, max_step: 30 %}\n"
            let old = ExampleLimits.with("\ncontacts:", micro + impedance + "\ncontacts:")
            let new = ExampleLimits.with(
                "\ncontacts:", micro + "    charge_limit: \(charge)\n" + impedance + "\ncontacts:")
            let difference = try limitsDifference(old: old, new: new, oldFile: "a", newFile: "b")
            return difference.keys.first { $0.key == "electrodes[M1].charge_limit" }?.change
        }
        #expect(try difference("1 nC") == .narrowed)
        #expect(try difference("2000 pC") == .unchanged)
        #expect(try difference("3 nC") == .widened)
    }

    @Test("A file compared with itself is unchanged in every key")
    func same() throws {
        let difference = try limitsDifference(
            old: ExampleLimits.bytes, new: ExampleLimits.bytes, oldFile: "a", newFile: "a")
        #expect(difference.keys.count > 100)
        #expect(difference.keys.allSatisfy { $0.change == .unchanged })
    }

    @Test("A file with errors is not compared")
    func broken() {
        #expect(throws: ConfigurationError.self) { try Self.difference("max: 3.5 mA}", "max: 3.5}") }
    }
}
