import Configuration
import Interlocks
import Signal
import Testing

/// Overlays: one signature, and never wider than the file that two signed.
@Suite("Overlays that tighten")
struct OverlayTests {
    let example: SignedExample

    init() throws { example = try SignedExample() }

    private func text(_ body: String) -> String {
        "schema: ansa.limits-overlay/1\nbase: \(hashText(of: example.bytes))\n"
            + "reason_for_change: side effect at 3 mA\n" + body
    }

    private func apply(_ body: String) throws -> LimitsFile {
        try example.limits.tightened(
            by: try loadOverlay(Array(text(body).utf8), file: "o.yaml"), bytes: example.bytes)
    }

    private func problems(_ body: String) -> [String] {
        do {
            _ = try apply(body)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { "\($0.code.dropFirst(5)):\($0.line):\($0.column)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test("An overlay gives the tighter of both, and soft and patient limits follow a hard one below them")
    func intersection() throws {
        let file = try apply(
            """
            limits:
              hard: {amplitude: {max: 2.6 mA}, pulse_width: {max: 90 us}, shannon_k: 1.50, charge_density: 20 uC/cm2}
            rate: {max_changes: {count: 200}, ramp_up: 6 mA/s}
            dose:
              windows:
                - {length: 1 h, charge: 72 mC}
            """)
        let limits = try file.limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.amplitude.upperBound == Nanoamperes(2_600_000))
        #expect(limits.width.upperBound == Microseconds(90))
        #expect(limits.shannonK == 316_227_766_016)
        #expect(limits.chargeDensity == 200 && limits.soft?.chargeDensity == 200)
        #expect(limits.soft?.amplitude == Nanoamperes(2_600_000))
        #expect(limits.rampUp == 6_000_000 && limits.rampDown == 10_000_000)
        #expect(limits.doseWindows[2].charge == Femtocoulombs(72_000_000_000_000))
        // What it does not name stays.
        #expect(limits.totalAmplitude == Nanoamperes(5_000_000))
        #expect(limits.doseWindows[0].charge == Femtocoulombs(20_000_000_000))
        #expect(file.patient.amplitude.max.value == 2_500_000)
    }

    /// Line and column in the overlay: its fourth line is the first of the body.
    static let refused: [(String, String)] = [
        ("limits: {hard: {amplitude: {max: 3.6 mA}}}", "O403:4:34"),
        ("limits: {hard: {pulse_width: {min: 29 us}}}", "O403:4:36"),
        ("limits: {hard: {min_inter_pulse: 4.9 ms}}", "O403:4:34"),
        ("limits: {hard: {frequency: {max: 186 Hz}}}", "O403:4:34"),
        ("limits: {soft: {amplitude: {max: 2.9 mA}}}", "O403:4:34"),
        ("rate: {ramp_down: 10.1 mA/s}", "O403:4:19"), ("rate: {max_changes: {count: 201}}", "O403:4:29"),
        ("patient: {amplitude: {max: 2.6 mA}}", "O403:4:28"),
        ("dose: {windows: [{length: 1 s, charge: 21 uC}]}", "O403:4:40"),
        ("dose: {windows: [{length: 2 s, charge: 1 uC}]}", "O402:4:27"),
        ("limits: {hard: {pulse_width: {max: 20 us}}}", "O201:2:7"),
        ("limits: {hard: {amplitude: {max: 1.9 mA}}}", "O404:2:7"),  // the baseline has 2 mA
        ("dose: {windows: [{length: 24 h, charge: 1.6 C}]}", "O404:2:7"),  // the patient's maximum needs 1.685 C
        ("fallback: {on_watchdog: stop}", "O090:4:1"), ("limits: {hard: {waveforms: []}}", "O090:4:17"),
        ("rate: {max_step: 0.1}", "O103:4:18"), ("patient: {amplitude: {min: 1 mA}}", "O090:4:23"),
    ]

    @Test("What would widen, is unknown or breaks the whole is refused at its place", arguments: refused)
    func refusal(body: String, expected: String) {
        #expect(problems(body).contains(expected), "\(body): \(problems(body))")
    }

    @Test("A loosening names both numbers")
    func bothNumbers() throws {
        let error = try #require(throws: ConfigurationError.self) { try apply("rate: {max_step: 0.3 mA}") }
        #expect(
            error.description
                == "ANSA-O403 ERROR o.yaml:4:18 rate.max_step: 0.3 mA is above 0.2 mA of limits.yaml:82. An overlay "
                + "can only tighten; to widen, write a new revision with both signatures.")
    }

    @Test("An overlay of another file is refused, even of the same file with one byte changed")
    func base() throws {
        let overlay = try loadOverlay(Array(text("rate: {max_step: 0.1 mA}").utf8), file: "o.yaml")
        #expect(throws: Never.self) { try example.limits.tightened(by: overlay, bytes: example.bytes) }
        let error = try #require(throws: ConfigurationError.self) {
            try example.limits.tightened(by: overlay, bytes: example.bytes + [0x0A])
        }
        #expect(error.problems.map(\.code) == ["ANSA-O401"])
    }

    @Test("One role's signature is enough, none or a bad one is not, and a limits file's does not serve")
    func signatures() throws {
        let bytes = Array(text("rate: {max_step: 0.1 mA}").utf8)
        func signed(_ role: Role, comment: String? = nil) throws -> String {
            let right = trustedComment(role: role, overlayOf: example.limits)
            return try sign(bytes, with: SignedExample.secretKey(role), trustedComment: comment ?? right)
        }
        func codes(_ clinician: String?, _ engineer: String?, _ change: (inout Device) -> Void = { _ in }) -> [String] {
            var device = example.device
            change(&device)
            return verifyOverlay(
                bytes, file: "o.yaml", of: example.limits, clinician: clinician, engineer: engineer,
                trusted: .demonstration, device: device
            ).map(\.code)
        }
        let (clinician, engineer) = (try signed(.clinician), try signed(.engineer))
        #expect(codes(clinician, nil) == [] && codes(nil, engineer) == [] && codes(clinician, engineer) == [])
        #expect(codes(nil, nil) == ["ANSA-L501"])
        #expect(codes(clinician, "x") == ["ANSA-L502"])
        #expect(codes(engineer, nil) == ["ANSA-L507", "ANSA-L507"])
        let asLimits = try signed(.clinician, comment: trustedComment(role: .clinician, limits: example.limits))
        #expect(codes(asLimits, nil) == ["ANSA-L507"])
        #expect(codes(clinician, nil) { $0.driver = "cyton" } == ["ANSA-L508"])
    }
}
