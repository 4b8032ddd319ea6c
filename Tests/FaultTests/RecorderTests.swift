import Foundation
import Testing

/// The recorder is the judge of all fault tests: each kind of breach is planted, and it must be found.
struct RecorderTests {
    /// 2 mA at 130 Hz, reached in steps of 150 µA a pulse: 19.5 mA/s of the permitted 20.
    static let ramp: [RecordedPulse] = (0..<200).map { index in
        RecordedPulse(time: 1_000_000 + index * 7_693, amplitude: min(2_000_000, 150_000 * (index + 1)))
    }

    /// The ramp with one pulse changed.
    static func changed(_ index: Int, _ change: (inout RecordedPulse) -> Void) -> [RecordedPulse] {
        var pulses = ramp
        change(&pulses[index])
        return pulses
    }

    /// A name of what is broken, and pulses that break it; numbers by hand from the shipped limits file.
    static let planted: [(what: String, pulses: [RecordedPulse])] = [
        ("amplitude_a", changed(100) { $0.amplitude = 5_000_001 }),
        ("total_amplitude_a", ramp + [RecordedPulse(time: ramp[199].time, amplitude: 3_100_000)]),
        ("pulse_width_s", changed(100) { $0.width = 91 }), ("pulse_width_s", changed(100) { $0.width = 29 }),
        ("interphase_s", changed(100) { $0.interphase = 101 }),
        // 5 mA × 91 µs is 455 nC, 1 % above 450 nC.
        ("charge_per_phase_c", changed(100) { ($0.amplitude, $0.width) = (5_000_000, 91) }),
        // 185 Hz is a period of at least 5,406 µs.
        ("frequency_hz", changed(100) { $0.time -= 7_693 - 5_405 }),
        // 5,406 µs apart and 2 × 200 + 100 µs long leave 4,906 of at least 5,000.
        (
            "gap_s",
            ramp.prefix(100) + [
                RecordedPulse(time: 2_000_000, amplitude: 2_000_000, width: 200, interphase: 100),
                RecordedPulse(time: 2_005_406, amplitude: 2_000_000),
            ]
        ),
        // 155 µA in 7,693 µs is 20.1 mA/s.
        ("ramp_up_a_per_s", changed(0) { $0.amplitude = 145_000 }),
        // Δt counts from the last change, at most 1 s: after a hold the first step is slow, the second is 20.8 mA/s.
        (
            "ramp_down_a_per_s",
            ramp + [
                RecordedPulse(time: 2_538_600, amplitude: 1_850_000),
                RecordedPulse(time: 2_546_293, amplitude: 1_690_000),
            ]
        ),
        ("step_a", changed(199) { $0.amplitude = 1_499_000 }),
        ("imbalance", changed(100) { $0.recharge = 120_000_000 - 480_001 }),
        ("waveform", changed(100) { $0.waveform = "passive-recharge" }),
        ("pair", changed(100) { $0.pair = 1 }),
        // 0.2 % of 120 nC at 130 Hz is 31 nA.
        (
            "net_current_a",
            ramp.map { pulse in
                var pulse = pulse
                pulse.recharge = pulse.amplitude * 60 * 998 / 1000
                return pulse
            }
        ),
        // 185 a second of 4 mA × 60 µs are 44 µC; a ramp leads there at the rate that 5,406 µs allow.
        (
            "dose_c 1 s",
            (0..<400).map { index in
                RecordedPulse(time: 1_000_000 + index * 5_406, amplitude: min(4_000_000, 100_000 * (index + 1)))
            }
        ),
        ("order", changed(100) { $0.time = ramp[98].time }),
    ]

    @Test("The recorder finds nothing in a ramp inside the limits, and says what it measured")
    func innocent() throws {
        let finding = try Recorder.read(lines: Self.ramp.map(\.line), words: ["--pulses-only"])
        #expect(finding.pulses == 200)
        #expect(finding.breaches.map(\.what) == [])
        // 2 mA × 60 µs on 6 mm² is 120 nC, 2 µC/cm² or 0.02 C/m²; k = log10(0.12) + log10(2) = -0.6198.
        #expect(abs((finding.extremes["charge_per_phase_c"] ?? 0) - 1.2e-7) < 1e-15)
        #expect(abs((finding.extremes["charge_density_c_per_m2"] ?? 0) - 0.02) < 1e-12)
        #expect(abs((finding.extremes["shannon_k"] ?? 0) + 0.619788758) < 1e-8)
        try Recorder.check(Self.ramp, atLeast: 200)
    }

    @Test("Each planted breach is found", arguments: planted)
    func breach(what: String, pulses: [RecordedPulse]) throws {
        let finding = try Recorder.read(lines: pulses.map(\.line), words: ["--pulses-only"])
        #expect(finding.names.contains(what), "found \(finding.names)")
    }

    /// The ramp has 120 nC a pulse, 2 µC/cm², k = -0.6198, 23 µC in all, 130 pulses of 7.7 ms in the first second.
    @Test(
        "Density, Shannon's k, charge injection, a sensing contact and duty are found under limits that are tighter",
        arguments: [
            ("charge_density_c_per_m2", "charge_density: 10 uC/cm2", "charge_density: 1.9 uC/cm2"),
            ("charge_density_c_per_m2", "c1, electrode: LEAD, area: 6 mm2", "c1, electrode: LEAD, area: 1.1 mm2"),
            ("shannon_k", "shannon_k: 1.50 ", "shannon_k: -0.62"),
            ("charge_injection_c_per_m2", "charge_injection_limit: 50 uC", "charge_injection_limit: 1.9 uC"),
            (
                "contact", "c1, electrode: LEAD, area: 6 mm2, area_method: geometric, stimulate: true",
                "c1, electrode: LEAD, area: 6 mm2, area_method: geometric, stimulate: false"
            ),
            ("micro_charge_c", "kind: macro-ring", "kind: micro"),
            ("duty 1 s", "{length: 1 s, charge: 40 uC}", "{length: 1 s, charge: 40 uC, duty: 1 %}"),
            ("dose_c 60 s", "charge: 1.8 mC", "charge: 20 uC"), ("dose_c 3600 s", "charge: 100 mC", "charge: 20 uC"),
            ("dose_c 86400 s", "charge: 2 C", "charge: 20 uC"),
            ("change_in_250_ms_a", "ramp_up: 20 mA/s", "ramp_up: 1 mA/s"),
            ("train_s", "on_time_continuous: 24 h", "train_max: 1 s"),
        ])
    func tighter(what: String, text: String, other: String) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).limits.yaml")
        defer { try? FileManager.default.removeItem(at: file) }
        let shipped = try String(contentsOfFile: Recorder.shippedLimits, encoding: .utf8)
        try #require(shipped.contains(text))
        try Data(shipped.replacingOccurrences(of: text, with: other).utf8).write(to: file)
        let finding = try Recorder.read(lines: Self.ramp.map(\.line), limits: file.path, words: ["--pulses-only"])
        #expect(finding.names.contains(what), "found \(finding.names)")
    }

    @Test(
        "A pulse that nobody asked for, that differs from what was asked, or that follows a stop is found",
        arguments: [
            ("output_after_off", [accepted, "{\"event\":\"stopped\",\"at_us\":1005000}", pulse(1_007_693, 100_000)]),
            (
                "output_after_off",
                [accepted, "{\"event\":\"lease-ended\",\"at_us\":1005000}", pulse(1_007_693, 100_000)]
            ),
            ("output_after_off", [pulse(1_000_000, 100_000)]),
            ("pulse_not_asked_for", [accepted, pulse(1_000_000, 100_001)]),
            ("pulse_not_asked_for", [accepted, pulse(1_007_692, 100_000)]),
            ("pulse_not_asked_for", [accepted, pulse(1_015_386, 100_000)]),
        ])
    func unasked(what: String, lines: [String]) throws {
        #expect(try Recorder.read(lines: lines).names.contains(what))
        #expect(try Recorder.read(lines: [Self.accepted, Self.pulse(1_000_000, 100_000)]).names == [])
    }

    @Test("A record that cannot be read is a failure, not a record without breaches")
    func unreadable() {
        #expect(throws: Recorder.Failure.self) { try Recorder.read(lines: ["{\"event\":\"pulse\"}"]) }
        #expect(throws: Recorder.Failure.self) { try Recorder.read(lines: [], limits: "/nowhere.yaml") }
    }

    static let accepted = """
        {"event":"accepted","at_us":990000,"pair":0,"amplitude_na":100000,"width_us":60,\
        "first_pulse_us":1000000,"period_us":7693,"pulses":2}
        """

    static func pulse(_ time: Int64, _ amplitude: Int64) -> String {
        RecordedPulse(time: time, amplitude: amplitude).line
    }
}
