import Configuration
import Interlocks
import Signal
import Testing

@Suite("Profiles")
struct ProfileTests {
    static func change(_ old: String, _ new: String) throws -> [UInt8] {
        Array(try Tree.text("Profiles/adaptive-dbs/profile.yaml").replacingOnce(old, new).utf8)
    }

    /// Values as they stand in the file, in base units: 5.1 µV = 5,100 nV, 20 mA/s = 20,000,000 nA/s.
    @Test("The adaptive profile says what its file says")
    func values() throws {
        let profile = try Tree.profile("adaptive-dbs")
        #expect(
            profile.filters == [
                .notch(centre: 50_000, quality: 30_000), .bandpass(from: 13_000, to: 30_000, order: 4),
            ])
        #expect(
            profile.controller
                == .dualThreshold(
                    lower: 4_400, upper: 6_000, amplitude: Nanoamperes(2_000_000), rampUp: 20_000_000,
                    rampDown: 20_000_000))
        #expect(profile.decoder.backend == .loihiFixed)
        #expect(profile.decoder.encoder == EncoderSpec(kind: .delta, thresholdNanovolts: 1_000))
        #expect(profile.stimulation?.period == Microseconds(7_693))
        #expect(profile.deadlines == Deadlines(decision: Nanoseconds(2_000_000), monitor: Nanoseconds(100_000_000)))
        #expect(profile.seed == 20_240_101)
    }

    @Test("A ramp faster than the signed one is an error with both numbers")
    func fasterRamp() throws {
        let bytes = try Self.change("ramp_up: 20 mA/s", "ramp_up: 25 mA/s")
        let profile = try loadProfile(bytes, file: "profile.yaml")
        let path = try Tree.limitsPath("adaptive-dbs")
        let file = try loadLimits(try Tree.bytes(path), file: "stn-left.limits.yaml")
        let stimulator = try #require(try Tree.device("virtual-patient").stimulator)
        let limits = try file.limits(device: stimulator)
        let problems = checkProfile(profile, against: file, limits: limits, file: "profile.yaml")
        #expect(problems.count == 1)
        #expect(problems.first?.severity == .error)
        #expect(problems.first?.field == "controller.ramp_up")
        let text = problems.first?.text ?? ""
        #expect(text.hasPrefix("25 mA/s is faster than the signed 20 mA/s (stn-left.limits.yaml:"), "\(text)")
    }

    static let beyond: [(String, String, String)] = [
        ("amplitude: 2 mA", "amplitude: 5.1 mA", "stimulation.amplitude"),
        ("pulse_width: 60 us", "pulse_width: 91 us", "stimulation.pulse_width"),
        ("frequency: 130 Hz", "frequency: 186 Hz", "stimulation.frequency"),
        ("pair: c1-case", "pair: c2-case", "stimulation.pair"),
        ("ramp_down: 20 mA/s", "ramp_down: 20.1 mA/s", "controller.ramp_down"),
    ]

    @Test("What a profile asks for beyond its limits is an error at its place", arguments: beyond.indices)
    func beyondLimits(index: Int) throws {
        let (old, new, field) = Self.beyond[index]
        let profile = try loadProfile(try Self.change(old, new), file: "profile.yaml")
        let path = try Tree.limitsPath("adaptive-dbs")
        let file = try loadLimits(try Tree.bytes(path), file: "stn-left.limits.yaml")
        let limits = try file.limits(device: try #require(try Tree.device("virtual-patient").stimulator))
        let problems = checkProfile(profile, against: file, limits: limits, file: "profile.yaml")
        #expect(problems.contains { $0.field == field && $0.line > 1 }, "\(problems)")
    }

    static let refused: [(String, String, String)] = [
        ("seed: 20240101", "sed: 20240101", "unknown key \"sed\". Did you mean \"seed\"?"),
        ("block: 10 ms", "block: 10", "block: \"10\" has no unit. Write \"10 ms\" (or µs)."),
        ("block: 10 ms", "block: 10 mV", "block: \"10 mV\": \"mV\" is not one of ms, us, ns, s."),
        ("kind: dual-threshold", "kind: dual-treshold", "Did you mean \"dual-threshold\"?"),
        ("backend: loihi-fixed", "backend: loihi", "Did you mean \"loihi-fixed\"?"),
        ("order: 4", "order: 3", "3 is odd; the overall order is even."),
        ("lower: 4.4 uV", "lower: 6 uV", "6 uV is not below 6.0 uV."),
        ("limits: stn-left.limits.yaml", "summary2: x", "needs the key \"limits\""),
        ("seed: 20240101", "seed: 20240101\nfallback: stop", "said by the signed limits file alone"),
        ("seed: 20240101", "seed: 20240101\nscale: 0.001", "a scale needs a scale_reason"),
        ("from: 13 Hz, to: 30 Hz", "from: 30 Hz, to: 13 Hz", "30 Hz is not below 13 Hz."),
    ]

    @Test("A wrong key, unit or word says what is meant", arguments: refused.indices)
    func refusal(index: Int) throws {
        let (old, new, text) = Self.refused[index]
        let error = try #require(throws: ConfigurationError.self) {
            try loadProfile(try Self.change(old, new), file: "profile.yaml")
        }
        #expect(error.problems.contains { $0.description.contains(text) && $0.line > 0 }, "\(error)")
    }
}
