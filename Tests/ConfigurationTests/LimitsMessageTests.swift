import Configuration
import Interlocks
import Signal
import Testing

/// The nine models of messages in the reference of the limits file ("Messages"), each from a broken variant of the
/// example, in the reference's wording to the letter.
@Suite("Messages about limits")
struct LimitsMessageTests {
    static let models: [(change: (String, String), message: String)] = [
        (
            ("amplitude: {min: 0 mA, max: 3.5 mA}", "amplitude: {min: 0 mA, max: 3.5}"),
            "ANSA-L103 ERROR limits.yaml:60:33 limits.hard.amplitude.max: \"3.5\" has no unit. Write \"3.5 mA\" "
                + "(or µA). Not loaded; stimulation stays off."
        ),
        (
            ("charge_density: 30 uC/cm2", "charge_density: 42 uC/cm2"),
            "ANSA-L211 ERROR limits.yaml:67:21 limits.hard.charge_density: 42 µC/cm² exceeds the built-in ceiling "
                + "30 µC/cm² (macro-segment, IL-15). A file cannot raise it."
        ),
        (
            ("max: 110 us", "max: 120 us"),
            "ANSA-L214 ERROR limits.yaml:60:33 and 62:36: worst case 3.5 mA × 120 µs = 0.42 µC on contact 2a (1.5 mm²) "
                + "= 28 µC/cm², Shannon k = 1.07: within those limits, but charge_per_phase is 0.4 µC (line 66). "
                + "Lower pulse_width.max to 114 µs or amplitude.max to 3.3 mA."
        ),
        (
            ("ramp_up: 10 mA/s", "ramp_up: 0,1 mA/s"),
            "ANSA-L120 ERROR limits.yaml:80:12 rate.ramp_up: \"0,1 mA/s\". Use a decimal point: \"0.1 mA/s\"."
        ),
        (
            ("charge_density: 30 uC/cm2", "charge_density_max: 30 uC/cm2"),
            "ANSA-L090 ERROR limits.yaml:67:5 unknown key \"charge_density_max\". Did you mean \"charge_density\"?"
        ),
    ]

    @Test("Errors read like their models", arguments: models.indices)
    func model(index: Int) throws {
        let model = Self.models[index]
        let error = try #require(throws: ConfigurationError.self) {
            try loadLimits(ExampleLimits.with(model.change.0, model.change.1), file: ExampleLimits.file)
        }
        let lines = error.problems.map(\.description)
        #expect(lines.contains(model.message), "\(error)")
    }

    @Test("A soft corner above the recommended density is a warning that reads like its model")
    func softCorner() throws {
        let bytes = ExampleLimits.with("amplitude: {max: 2.8 mA}", "amplitude: {max: 3.2 mA}")
        let file = try loadLimits(bytes, file: ExampleLimits.file)
        let expected =
            "ANSA-S021 WARN  limits.yaml:74:22 limits.soft.amplitude.max: 3.2 mA × 110 µs = 0.352 µC on contact 2a "
            + "= 23.5 µC/cm², above the recommended 22 µC/cm² (hard limit 30). Lower it to 3.0 mA, or acknowledge: "
            + "ansa limits ack S021 --reason \"…\""
        #expect(file.warnings.map(\.description).contains(expected), "\(file.warnings)")
    }

    /// 2027-02-20 and three days: `date -ud 2027-02-23 +%s`.
    @Test("Expiry, subject and roll-back read like their models")
    func session() throws {
        let file = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file)
        #expect(
            file.timeProblems(at: 1_803_340_800).map(\.description) == [
                "ANSA-L305 ERROR limits.yaml:10:10 expires: the file expired 3 days ago (2027-02-20). Ask the signing "
                    + "clinician for a new revision; do not edit the date (the signature would fail)."
            ])
        #expect(
            file.subjectProblems(session: "S-0471").map(\.description) == [
                "ANSA-L402 ERROR limits.yaml:15:14 subject.pseudonym: signed for S-0417, the open session is S-0471. "
                    + "Check the patient. Nothing was loaded."
            ])
        #expect(file.subjectProblems(session: "S-0417") == [])
        let older = try loadLimits(ExampleLimits.with("revision: 7", "revision: 6"), file: ExampleLimits.file)
        let used = try #require(FileDate.seconds("2026-11-21T08:00:00Z"))
        #expect(
            older.revisionProblems(last: 7, used: used).map(\.description) == [
                "ANSA-L404 ERROR limits.yaml:6:11 revision: 6, but revision 7 was used on 2026-11-21. Old files cannot "
                    + "be used again (roll-back protection)."
            ])
        #expect(file.revisionProblems(last: 7, used: used) == [])
    }

    @Test("A decimal comma that flow style splits is one error at the number")
    func splitComma() throws {
        let error = try #require(throws: ConfigurationError.self) {
            try loadLimits(ExampleLimits.with("max: 3.5 mA}", "max: 3,5 mA}"), file: ExampleLimits.file)
        }
        #expect(
            error.description
                == "ANSA-L120 ERROR limits.yaml:60:33 limits.hard.amplitude.max: \"3,5 mA\". Use a decimal point: "
                + "\"3.5 mA\"."
        )
    }

    @Test("Every problem is reported at once, in the order of the file")
    func allAtOnce() throws {
        var text = String(decoding: ExampleLimits.with("revision: 7", "revision: seven"), as: UTF8.self)
        text = text.replacingOnce("max_step: 0.2 mA", "max_step: 0.2 mV").replacingOnce("stop: always", "stop: never")
        text = text.replacingOnce("  flatline: 500 ms\n", "")
        let error = try #require(throws: ConfigurationError.self) {
            try loadLimits(Array(text.utf8), file: ExampleLimits.file)
        }
        #expect(error.problems.map(\.code) == ["ANSA-L105", "ANSA-L104", "ANSA-L091", "ANSA-L093"])
        #expect(error.problems.map(\.line) == error.problems.map(\.line).sorted())
    }
}

extension String {
    /// `old`, which stands once, replaced.
    func replacingOnce(_ old: String, _ new: String) -> String {
        let parts = split(separator: old, omittingEmptySubsequences: false)
        precondition(parts.count == 2, "\(old) stands \(parts.count - 1) times")
        return parts[0] + new + parts[1]
    }
}
