import Foundation

/// Files that the tests of `ansa limits` work on.
enum LimitsFiles {
    /// A device with two contacts, `c0` and `case`: the shipped virtual patient with a smaller stimulator.
    static func twoContactDevice(in folder: URL) throws -> String {
        let shipped = BuiltProgram.package.appendingPathComponent("Devices/virtual-patient.yaml")
        let text = try String(contentsOf: shipped, encoding: .utf8)
            .replacingOccurrences(of: "[c0, c1, c2, c3, case]", with: "[c0, case]")
            .replacingOccurrences(of: "\nid: virtual-patient", with: "\nid: two-contact")
        let file = folder.appendingPathComponent("two-contact.yaml")
        try text.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    static let contacts =
        "c0: macro-ring, 6 mm2, PtIr, stimulate+sense, 50 uC/cm2, 60 us, in vivo; "
        + "case: return-case, 20 cm2, Ti, stimulate"

    /// What only a person can say; all of it is needed.
    static let answers: [(String, String)] = [
        ("subject", "S-0042"), ("body-site", "STN left"), ("purpose", "closed-loop"),
        ("setting", "research: clinician present"), ("consent", "record, stimulate, closed-loop"),
        ("consent-expires", "2099-06-30"), ("retention", "5 years"), ("days", "90"), ("cathode", "c0"),
        ("anode", "case"), ("lead", "left"), ("amplitude-max", "3 mA"), ("recommended-amplitude", "2.5 mA"),
        ("pulse-width-max", "90 us"), ("frequency-max", "185 Hz"), ("residual-voltage", "100 mV"),
        ("recommended-residual-voltage", "50 mV"), ("impedance-max", "3.5 kohm"), ("baseline-amplitude", "2 mA"),
        ("baseline-width", "60 us"), ("baseline-frequency", "130 Hz"), ("patient-max", "2.5 mA"),
        ("pause-max", "4 h"), ("rate-class", "slow"), ("ramp-evidence", "tolerance test 2026-11-18"),
        ("on-sensor-loss", "ramp-off"), ("on-watchdog", "stop"), ("on-expiry", "ramp-off"),
        ("clinician-key", "Profiles/demonstration-keys/demonstration-clinician.pub"),
        ("engineer-key", "Profiles/demonstration-keys/demonstration-engineer.pub"), ("reason", "first programming"),
    ]

    /// The command that writes `output` for `device`, with the answers in `changed` instead of the usual ones.
    static func new(_ output: String, device: String, changed: [String: String] = [:]) -> [String] {
        var words = ["limits", "new", "--output", output, "--device", device]
        words += ["--contacts", changed["contacts"] ?? contacts]
        for (name, answer) in answers { words += ["--\(name)", changed[name] ?? answer] }
        return words
    }
}
