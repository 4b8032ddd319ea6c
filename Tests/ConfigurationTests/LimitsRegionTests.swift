import Configuration
import Interlocks
import Signal
import Testing

/// The region that `ansa limits explain` draws against the gate itself, which judges each pulse by its own code.
@Suite("The permitted region against the gate")
struct LimitsRegionTests {
    /// The interlocks that concern the shape and charge of a single pulse: 9 to 11, 14 to 17, 38.
    static let ofOnePulse: InterlockSet = [
        .amplitude, .summedAmplitude, .pulseWidth, .chargePerPhase, .chargeDensity, .shannon, .microCharge,
        .chargeInjection,
    ]

    static let device = StimulatorDevice(
        driver: "virtual-stimulator", model: "emulated-stim-16", serial: "EMU-00231", firmware: "3.2",
        ceilingAmplitude: Nanoamperes(5_000_000), ceilingCompliance: 10_000, impedance: 1_000_000,
        leaseMaximum: Microseconds(250_000), amplitudeStep: Nanoamperes(1), contacts: ["2a", "2b", "case"],
        waveforms: [.biphasicCathodicFirstSymmetric])

    static func isPermitted(_ limits: Limits, _ amplitude: Int64, _ width: Int64) -> Bool {
        let segment = Segment(
            pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(amplitude),
            width: Microseconds(width), interphase: Microseconds(0), period: Microseconds(10_000), pulses: 1,
            firstPulse: Microseconds(1_040_000))
        let evidence = Evidence.healthy(mode: .openLoop, leaseEnd: Microseconds(1_250_000), validChannels: 8)
        var state = GateState(limits: limits)
        let verdict = judge(segment, evidence: evidence, state: &state, at: Microseconds(1_000_000), under: limits)
        return verdict.broken.isDisjoint(with: ofOnePulse)
    }

    /// A file by what is changed in the example, so that each rule is the one that binds somewhere.
    static let files: [[(String, String)]] = [
        [],
        [("max: 110 us", "max: 200 us"), ("charge_per_phase: 0.4 uC", "charge_per_phase: 2 uC")],
        [
            ("area: 1.5 mm2", "area: 6 mm2"), ("max: 110 us", "max: 900 us"),
            ("charge_per_phase: 0.4 uC", "charge_per_phase: 10 uC"), ("shannon_k: 1.75", "shannon_k: 1.50"),
        ],
        [
            ("50 uC/cm2", "7 uC/cm2"), ("charge_per_phase: 0.4 uC", "charge_per_phase: 2 uC"),
            ("amplitude: {min: 0 mA, max: 2.5 mA}", "amplitude: {min: 0 mA, max: 1 mA}"), ("2.0 mA", "1 mA"),
        ],
        [
            ("cathode: [2a]", "cathode: [2a, 2b]"), ("charge_per_phase: 0.4 uC", "charge_per_phase: 2 uC"),
            ("max: 110 us", "max: 300 us"),
            (
                "  - {id: case, electrode: CAN",
                "  - {id: 2b, electrode: L1, area: 1 mm2, area_method: geometric, "
                    + "stimulate: true, sense: false}\n  - {id: case, electrode: CAN"
            ),
        ],
    ]

    @Test("On, one step inside and one step outside every curve, region and gate agree", arguments: files.indices)
    func agreement(index: Int) throws {
        var text = String(decoding: ExampleLimits.bytes, as: UTF8.self)
        for (old, new) in Self.files[index] { text = text.replacingOnce(old, new) }
        let file = try loadLimits(Array(text.utf8), file: ExampleLimits.file)
        let limits = try file.limits(device: Self.device)
        let region = try #require(file.region(ofPair: 0))
        var (permitted, denied) = (0, 0)
        for width in stride(from: Int64(28), through: 902, by: 11) {
            for curve in region.curves {
                guard let edge = curve.amplitude(at: width)?.roundedDown else { continue }
                for amplitude in edge - 1...edge + 1 where amplitude >= 0 {
                    let isPermitted = Self.isPermitted(limits, amplitude, width)
                    #expect(
                        region.permits(amplitude: amplitude, width: width) == isPermitted,
                        "\(amplitude) nA × \(width) µs")
                    if isPermitted { permitted += 1 } else { denied += 1 }
                }
            }
        }
        #expect(permitted > 15 && denied > 50)
    }

    /// At 130 Hz, 7,692 µs apart, for three times the window's length.
    @Test("What the explanation counts the gate lets go on, and one femtocoulomb less ends it")
    func forEver() throws {
        let file = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file)
        let source = try #require(file.explanation.sources.first { $0.name == "patient-maximum" })
        let counted = source.windows[0].counted.roundedUp
        #expect(try Self.denials(file, windowOfOneSecond: counted) == 0)
        #expect(try Self.denials(file, windowOfOneSecond: counted - 1) > 0)
    }

    /// How many of 400 pulses of the patient's maximum IL-22 denies.
    static func denials(_ file: LimitsFile, windowOfOneSecond charge: Int64) throws -> Int {
        var limits = try file.limits(device: device)
        (limits.rampUp, limits.maximumStep) = (1_000_000_000_000, Nanoamperes(100_000_000))
        limits.doseWindows[0].charge = Femtocoulombs(charge)
        var state = GateState(limits: limits)
        var denied = 0
        for pulse in Int64(0)..<400 {
            let now = Microseconds(1_000_000 + pulse * 7_692)
            let segment = Segment(
                pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(2_500_000),
                width: Microseconds(60), interphase: Microseconds(0), period: Microseconds(7_692), pulses: 1,
                firstPulse: now)
            let evidence = Evidence.healthy(
                mode: .openLoop, leaseEnd: Microseconds(now.value + 250_000), validChannels: 8)
            let verdict = judge(segment, evidence: evidence, state: &state, at: now, under: limits)
            if verdict.broken.contains(.doseWindow) { denied += 1 }
        }
        return denied
    }
}
