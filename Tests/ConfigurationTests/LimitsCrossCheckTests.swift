import Configuration
import Interlocks
import Signal
import Testing

/// Arithmetic from the reference of the limits file ("Arithmetic"), by hand there.
@Suite("Cross-checks of limits")
struct LimitsCrossCheckTests {
    /// What the example is for.
    static let stimulator = StimulatorDevice(
        driver: "virtual-stimulator", model: "emulated-stim-16", serial: "EMU-00231", firmware: "3.4",
        ceilingAmplitude: Nanoamperes(5_000_000), ceilingCompliance: 10_000, impedance: 1_200_000,
        leaseMaximum: Microseconds(250_000), amplitudeStep: Nanoamperes(1_000), contacts: ["2a", "case"],
        waveforms: [.biphasicCathodicFirstSymmetric])

    @Test("The example gives exactly the warnings of its arithmetic")
    func exampleWarnings() throws {
        let file = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file)
        let warnings = file.warnings.map(\.description)
        #expect(file.warnings.allSatisfy { $0.severity == .warning })
        #expect(warnings.count == 3, "\(warnings)")
        #expect(warnings.contains { $0.contains("71.2 µC/s, against 20 uC in 1 s") })
        #expect(
            warnings.contains { $0.contains("12.3 V, above 0.9 × 10 V") || $0.contains("12.2 V, above 0.9 × 10 V") })
        #expect(warnings.contains { $0.contains("at 185 Hz 3.1 ms of each 5.4 ms period is unblanked") })
    }

    @Test("The example becomes the integers that the gate judges by")
    func conversion() throws {
        let limits = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file).limits(device: Self.stimulator)
        #expect(limits.amplitude == Nanoamperes(0)...Nanoamperes(3_500_000))
        #expect(limits.width == Microseconds(30)...Microseconds(110))
        // 185 Hz gives at least 5,406 µs; 2 Hz at most 500,000 µs.
        #expect(limits.period == Microseconds(5_406)...Microseconds(500_000))
        #expect(limits.chargePerPhase == Femtocoulombs(400_000_000))
        #expect(limits.chargeDensity == 300)
        #expect(limits.shannonK == 562_341_325_190)
        #expect(limits.imbalance == PartsPerMillion(4_000))
        #expect(limits.netCharge == Femtocoulombs(25_000_000))
        #expect(limits.rampUp == 10_000_000)
        #expect(limits.maximumStep == Nanoamperes(200_000))
        #expect(
            limits.doseWindows.map(\.charge.value) == [
                20_000_000_000, 1_200_000_000_000, 75_000_000_000_000, 1_750_000_000_000_000,
            ])
        #expect(limits.doseWindows.map(\.length.value) == [1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000])
        #expect(limits.pairs == [ContactPair(cathodes: [0], anodes: [1])])
        #expect(limits.contacts[0].area == SquareMicrometres(1_500_000))
        #expect(limits.contacts[0].chargeInjectionDensity == 500)
        #expect(limits.contacts[1].area == SquareMicrometres(2_000_000_000))
        // 250 Ω to 3.5 kΩ in mΩ, 12 h in µs, 30 % in millionths; the return case is exempt.
        #expect(
            limits.contacts[0].impedance
                == ImpedanceBounds(
                    range: 250_000...3_500_000, maximumAge: Microseconds(43_200_000_000),
                    maximumStep: PartsPerMillion(300_000)))
        #expect(limits.contacts[1].impedance == nil)
        #expect(limits.onWatchdog == .openLoopBaseline)
        #expect(limits.minimumConfidence == 700_000)
        #expect(
            limits.soft
                == SoftLimits(amplitude: Nanoamperes(2_800_000), chargeDensity: 220, shannonK: 316_227_766_016))
        #expect(limits.train == nil && limits.doseMode == .continuous)
        #expect(limits.doseWindows.allSatisfy { $0.duty == PartsPerMillion(1_000_000) })
        #expect(!limits.measuresBalance && limits.residualVoltage == nil && !limits.measuresElectrodeVoltage)
        // 40 h = 144,000 s; 7 d = 604,800 s.
        #expect(limits.sensory?.soundLevel == 80_000 && limits.sensory?.doseLevel == 80_000)
        #expect(limits.sensory?.doseDuration == Microseconds(144_000_000_000))
        #expect(limits.sensory?.doseWindow == Microseconds(604_800_000_000))
        #expect(limits.sensory?.flashes == 3 && limits.sensory?.allowsRed == false)
    }

    /// Each change breaks one rule of the reference's "Cross-checks".
    static let broken: [(String, String, String)] = [
        ("amplitude: {max: 2.8 mA}", "amplitude: {max: 3.6 mA}", "L220"),
        ("shannon_k: 1.50", "shannon_k: 1.80", "L220"),
        ("shannon_k: 1.75", "shannon_k: 1.90", "L213"),
        ("shannon_k: 1.75", "shannon_k: 1.77", "L213"),
        ("amplitude: {min: 0 mA, max: 3.5 mA}", "amplitude: {min: 0 mA, max: 6 mA}", "L210"),
        ("imbalance_per_pulse: 0.4 %", "imbalance_per_pulse: 0.5 %", "L212"),
        ("max: 25 nA", "max: 101 nA", "L212"),
        ("residual_voltage: 100 mV", "residual_voltage: 101 mV", "L212"),
        ("frequency: {min: 2 Hz, max: 185 Hz}", "frequency: {min: 2 Hz, max: 334 Hz}", "L210"),
        ("pulse_width: {min: 30 us, max: 110 us}", "pulse_width: {min: 9 us, max: 110 us}", "L210"),
        ("min: 30 us, max: 110 us", "min: 120 us, max: 110 us", "L201"),
        ("amplitude: {min: 0 mA, max: 2.5 mA}", "amplitude: {min: 0 mA, max: 3.6 mA}", "L221"),
        ("amplitude: 2.0 mA, pulse_width: 60 us", "amplitude: 3.6 mA, pulse_width: 60 us", "L221"),
        ("amplitude: 2.0 mA, pulse_width: 60 us", "amplitude: 2.0 mA, pulse_width: 20 us", "L221"),
        ("frequency: 130 Hz}", "frequency: 186 Hz}", "L221"),
        ("charge: 20 uC", "charge: 19 uC", "L252"),  // the patient's maximum needs 19.5
        ("charge: 1.75 C", "charge: 1.6 C", "L252"),  // it needs 1.685
        ("length: 1 h", "length: 2 h", "L250"),
        ("ceiling_compliance: 10 V", "ceiling_compliance: 7.7 V", "L253"),  // 7.0 > 0.9 × 7.7
        ("min_valid_channels: 6", "min_valid_channels: 9", "L240"),
        ("count: 200, window: 60 s", "count: 199, window: 60 s", "L242"),
        ("ramp_up: 10 mA/s", "ramp_up: 14.1 mA/s", "L242"),  // 3.5 mA in 248 ms
        ("class: fast", "class: slow", "L242"),
        ("lockout_after_fault: 10 min", "lockout_after_fault: 1 ms", "L241"),
        ("expires: \"2027-02-20T00:00:00Z\"", "expires: \"2026-11-21T00:00:00Z\"", "L302"),
        ("not_before: \"2026-11-21T00:00:00Z\"", "not_before: \"2026-11-19T00:00:00Z\"", "L301"),
        ("cathode: [2a]", "cathode: [2b]", "L230"), ("cathode: [2a]", "cathode: [e1]", "L235"),
        ("cathode: [2a]", "cathode: [case]", "L236"), ("cathode: [2a]", "cathode: []", "L234"),
        ("baseline: {pair: 2a-case", "baseline: {pair: 2a-cas", "L230"),
        ("id: 2a, electrode: L1", "id: 2a, electrode: L2", "L230"),
        ("kind: macro-segment\n", "kind: scalp\n", "L232"),
        ("    charge_injection_limit: 50 uC/cm2\n", "", "L233"),
        ("engineer: minisign:B3508ED2197C4F60", "engineer: minisign:6F1C2A9B04D7E3A8", "L410"),
        ("consent_scope: [record, stimulate, closed-loop]", "consent_scope: [record, stimulate]", "L411"),
        ("firmware: \">=3.2,<4\"", "firmware: 3", "L113"), ("on_expiry: open-loop-baseline", "on_expiry: stop", "L093"),
        ("stop: always", "stop: sometimes", "L093"), ("purpose: closed-loop", "purpose: closed-lop", "L093"),
        ("id: e2, electrode: E1", "id: e1, electrode: E1", "L202"),
    ]

    @Test("Each broken rule is an error with its code", arguments: broken.indices)
    func rule(index: Int) throws {
        let (old, new, code) = Self.broken[index]
        let error = try #require(throws: ConfigurationError.self, "\(old) → \(new)") {
            try loadLimits(ExampleLimits.with(old, new), file: ExampleLimits.file)
        }
        #expect(error.problems.contains { $0.code == "ANSA-" + code && $0.line > 0 }, "\(old) → \(new): \(error)")
    }

    @Test("Values that overflow are refused, not trapped")
    func overflow() {
        for huge in ["9000000000 A", "9223372036854775807 nA", "999999999 A"] {
            let change = "amplitude: {min: 0 mA, max: \(huge)}"
            #expect(throws: ConfigurationError.self) {
                try loadLimits(
                    ExampleLimits.with("amplitude: {min: 0 mA, max: 3.5 mA}", change), file: ExampleLimits.file)
            }
        }
    }

    @Test("A line that is deleted is a missing key, whichever it is")
    func missingKeys() throws {
        let lines = ExampleLimits.text.split(separator: "\n", omittingEmptySubsequences: false)
        let optional = ["supersedes:", "charge_injection_condition", "- {", "#", "sensory"]
        for index in lines.indices {
            let trimmed = lines[index].drop { $0 == " " }
            let isLeaf = trimmed.contains(": ") && !optional.contains { trimmed.hasPrefix($0) }
            guard isLeaf, !trimmed.hasPrefix("- id") else { continue }
            var rest = lines
            rest.remove(at: index)
            #expect(throws: ConfigurationError.self, "without \(lines[index])") {
                try loadLimits(Array(rest.joined(separator: "\n").utf8), file: ExampleLimits.file)
            }
        }
    }

    static let foreign: [(String, any WritableKeyPath<StimulatorDevice, String> & Sendable, String)] = [
        ("ANSA-L420", \.model, "other"), ("ANSA-L421", \.serial, "EMU-00232"), ("ANSA-L422", \.firmware, "4.0"),
        ("ANSA-L422", \.firmware, "3.1.9"),
    ]

    @Test("Another model, serial or firmware is refused", arguments: foreign.indices)
    func foreignDevice(index: Int) throws {
        let (code, path, value) = Self.foreign[index]
        var device = Self.stimulator
        device[keyPath: path] = value
        let file = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file)
        let error = try #require(throws: ConfigurationError.self) { try file.limits(device: device) }
        #expect(error.problems.map(\.code) == [code])
    }

    @Test("A weaker device refuses what the file says it can")
    func weakDevice() throws {
        var device = Self.stimulator
        device.ceilingAmplitude = Nanoamperes(4_000_000)
        device.ceilingCompliance = 9_000
        device.contacts = ["case"]
        let file = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file)
        let error = try #require(throws: ConfigurationError.self) { try file.limits(device: device) }
        #expect(error.problems.map(\.code).sorted() == ["ANSA-L423", "ANSA-L423", "ANSA-L424"])
    }

    @Test("Twenty years are for virtual devices only, others have 180 days")
    func validity() throws {
        let bytes = ExampleLimits.with("expires: \"2027-02-20", "expires: \"2046-11-20")
        let file = try loadLimits(bytes, file: ExampleLimits.file)
        #expect(throws: Never.self) { try file.limits(device: Self.stimulator) }
        var real = Self.stimulator
        real.driver = "some-stimulator"
        let error = try #require(throws: ConfigurationError.self) { try file.limits(device: real) }
        #expect(error.problems.map(\.code) == ["ANSA-L303"])
        // 2026-11-20 and 180 days is 2027-05-19.
        for (day, isAllowed) in [("2027-05-19", true), ("2027-05-21", false)] {
            let bytes = ExampleLimits.with("expires: \"2027-02-20", "expires: \"\(day)")
            let file = try loadLimits(bytes, file: ExampleLimits.file)
            #expect(((try? file.limits(device: real)) != nil) == isAllowed)
        }
        #expect(throws: ConfigurationError.self) {
            try loadLimits(
                ExampleLimits.with("expires: \"2027-02-20", "expires: \"2046-11-24"), file: ExampleLimits.file)
        }
    }
}
