import Configuration
import Interlocks
import Signal
import Testing

/// Modes burst and intermittent, microelectrodes, two leads, and what a device measures.
///
/// Rules from the reference of the limits file, "Limits" and "Cross-checks"; arithmetic by hand beside each.
@Suite("Modes, microelectrodes, leads")
struct LimitsModesTests {
    static func load(_ changes: [(String, String)]) throws -> LimitsFile {
        let text = changes.reduce(ExampleLimits.text) { $0.replacingOnce($1.0, $1.1) }
        return try loadLimits(Array(text.utf8), file: ExampleLimits.file)
    }

    static func codes(_ changes: [(String, String)]) -> [String] {
        do throws(ConfigurationError) {
            let text = changes.reduce(ExampleLimits.text) { $0.replacingOnce($1.0, $1.1) }
            return try loadLimits(Array(text.utf8), file: ExampleLimits.file).warnings.map(\.code)
        } catch {
            return error.problems.map(\.code)
        }
    }

    /// The example as a burst therapy: trains of 5 s, 2 s apart, five an episode, an hour between episodes.
    static let burst: [(String, String)] = [
        ("  mode: continuous ", "  mode: burst "),
        ("  on_time_continuous: 24 h\n", ""),
        ("charge: 20 uC}", "charge: 20 uC, duty: 100 %}"), ("charge: 1.2 mC}", "charge: 1.2 mC, duty: 50 %}"),
        ("charge: 75 mC}", "charge: 75 mC, duty: 10 %}"), ("charge: 1.75 C}", "charge: 1.75 C, duty: 5 %}"),
        (
            "  lockout_after_fault: 10 min\n",
            "  lockout_after_fault: 10 min\n  train_max: 5 s\n  train_gap_min: 2 s\n  per_episode_max: 5\n"
                + "  lockout_after_episode: 1 h\n  therapies_per_day: 200\n"
        ),
        ("on_sensor_loss: open-loop-baseline", "on_sensor_loss: ramp-off"),
        ("on_watchdog: open-loop-baseline", "on_watchdog: stop"),
        ("on_expiry: open-loop-baseline", "on_expiry: ramp-off"),
    ]

    @Test("A burst file becomes train limits and duties")
    func burstConversion() throws {
        let limits = try Self.load(Self.burst).limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.doseMode == .burst)
        #expect(
            limits.train
                == TrainLimits(
                    longest: Microseconds(5_000_000), gap: Microseconds(2_000_000), perEpisode: 5,
                    episodeLockout: Microseconds(3_600_000_000), perDay: 200))
        #expect(limits.doseWindows.map(\.duty.value) == [1_000_000, 500_000, 100_000, 50_000])
    }

    static let burstBroken: [(String, String, String)] = [
        ("train_max: 5 s\n", "\n", "L091"), ("train_gap_min: 2 s\n", "\n", "L091"),
        ("per_episode_max: 5\n", "\n", "L091"), ("lockout_after_episode: 1 h\n", "\n", "L091"),
        ("therapies_per_day: 200\n", "\n", "L091"), (", duty: 10 %", "", "L091"),
        ("duty: 10 %", "duty: 101 %", "L107"), ("duty: 10 %", "duty: 0 %", "L107"),
        ("train_max: 5 s", "train_max: 300 us", "L243"),  // a pulse has 2 × 110 + 100 = 320 µs
        ("train_gap_min: 2 s", "train_gap_min: 1 s", "L243"),  // two periods at 2 Hz are 1 s
        ("per_episode_max: 5", "per_episode_max: 201", "L243"),
        ("lockout_after_episode: 1 h", "lockout_after_episode: 1 s", "L243"),
        ("on_watchdog: stop", "on_watchdog: open-loop-baseline", "L258"),
        ("  train_max: 5 s", "  train_max: 5 s\n  on_time_continuous: 24 h", "L204"),
        ("  train_max: 5 s", "  train_max: 5 s\n  intermittent: true", "L204"),
        // From 2.5 mA in steps of 10 mA/s × 7,693 µs = 76,930 nA: 33 pulses × 1.25 mA × 60 µs, and one more: 2.6 µC.
        ("charge: 20 uC,", "charge: 2.6 uC,", "L259"),
    ]

    @Test("What breaks a rule of mode burst is an error", arguments: burstBroken.indices)
    func burstRule(index: Int) {
        let (old, new, code) = Self.burstBroken[index]
        #expect(Self.codes(Self.burst + [(old, new)]).contains("ANSA-" + code), "\(old) → \(new)")
    }

    @Test("Keys of mode burst are refused in mode continuous, a duty and a short day need intermittent")
    func continuous() throws {
        let key = ("  lockout_after_fault", "  train_max: 5 s\n  lockout_after_fault")
        #expect(Self.codes([key]) == ["ANSA-L204"])
        let duty = ("charge: 75 mC}", "charge: 75 mC, duty: 50 %}")
        #expect(Self.codes([duty]).contains("ANSA-L257"))
        let day = ("on_time_continuous: 24 h", "on_time_continuous: 12 h")
        #expect(Self.codes([day]).contains("ANSA-L257"))
        let intermittent = ("  on_time", "  intermittent: true\n  on_time")
        let limits = try Self.load([duty, day, intermittent]).limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.doseMode == .intermittent)
        #expect(limits.doseWindows.map(\.duty.value) == [1_000_000, 1_000_000, 500_000, 500_000])
    }

    /// The example on a microelectrode of 2,000 µm²: 16 µA × 110 µs = 1.76 nC, under 2 nC; case 20 cm².
    static let micro: [(String, String)] = [
        ("kind: macro-segment\n", "kind: micro\n"), ("area: 1.5 mm2", "area: 2000 um2"),
        ("amplitude: {min: 0 mA, max: 3.5 mA}", "amplitude: {min: 0 mA, max: 16 uA}"),
        ("amplitude: {max: 2.8 mA}", "amplitude: {max: 16 uA}"),
        ("    shannon_k: 1.75                      # dimensionless; macro kinds only, an error for kind micro\n", ""),
        ("    shannon_k: 1.50\n", ""), ("ramp_up: 10 mA/s", "ramp_up: 40 uA/s"),
        ("ramp_down: 10 mA/s", "ramp_down: 40 uA/s"), ("amplitude: 2.0 mA", "amplitude: 12 uA"),
        ("amplitude: {min: 0 mA, max: 2.5 mA}", "amplitude: {min: 0 mA, max: 14 uA}"),
    ]

    @Test("A microelectrode has 2 nC a phase unless its electrode says otherwise, and no k of Shannon")
    func microConversion() throws {
        let limits = try Self.load(Self.micro).limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.contacts[0].kind == .micro)
        #expect(limits.contacts[0].microChargePerPhase == Femtocoulombs(2_000_000))
        #expect(!limits.contacts[0].hasMicroEvidence && limits.shannonK == 0)
    }

    static func charge(_ text: String) -> (String, String) {
        ("    charge_injection_limit", "    charge_limit: \(text)\n    charge_injection_limit")
    }

    static let evidence = (
        "    charge_injection_condition",
        "    micro_evidence: {protocol: chronic study 7, tip_area: 2000 um2, material: SIROF}\n"
            + "    charge_injection_condition"
    )
    static let halved: [(String, String)] = [
        ("  on_time", "  intermittent: true\n  on_time"), ("charge: 1.2 mC}", "charge: 1.2 mC, duty: 50 %}"),
        ("charge: 75 mC}", "charge: 75 mC, duty: 50 %}"), ("charge: 1.75 C}", "charge: 1.75 C, duty: 50 %}"),
    ]

    /// McCreery 2010: no loss at 2 nC, loss at 4 nC and less of it at half the time; 20 nC is the compiled ceiling.
    @Test("Above 2 nC warns, 4 nC needs evidence and half the time, above 20 nC is refused")
    func microCharge() throws {
        #expect(!Self.codes(Self.micro + [Self.charge("2 nC")]).contains("ANSA-S024"))
        #expect(Self.codes(Self.micro + [Self.charge("2.001 nC")]).contains("ANSA-S024"))
        #expect(!Self.codes(Self.micro + [Self.charge("3.999 nC")]).contains("ANSA-L218"))
        let bare = Self.codes(Self.micro + [Self.charge("4 nC")])
        #expect(bare.contains("ANSA-L218") && bare.contains("ANSA-L219"))
        let whole = Self.codes(Self.micro + [Self.charge("4 nC"), Self.evidence])
        #expect(whole.contains("ANSA-L219") && !whole.contains("ANSA-L218"))
        let good = Self.micro + [Self.charge("20 nC"), Self.evidence] + Self.halved
        let limits = try Self.load(good).limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.contacts[0].hasMicroEvidence)
        #expect(limits.contacts[0].microChargePerPhase == Femtocoulombs(20_000_000))
        #expect(Self.codes(Self.micro + [Self.charge("20.001 nC"), Self.evidence] + Self.halved).contains("ANSA-L215"))
        let larger = Self.evidence.1.replacingOnce("2000 um2", "2001 um2")
        let foreign = Self.micro + [Self.charge("4 nC"), (Self.evidence.0, larger)] + Self.halved
        #expect(Self.codes(foreign).contains("ANSA-L218"))
    }

    @Test("Shannon on a microelectrode, its keys on a macroelectrode, and a baseline over its charge are errors")
    func microKeys() {
        let shannon = Self.micro.filter { !$0.0.contains("shannon_k: 1.75") }
        #expect(Self.codes(shannon) == ["ANSA-L239"])
        #expect(Self.codes([Self.charge("2 nC")]) == ["ANSA-L238"])
        #expect(Self.codes([Self.evidence]) == ["ANSA-L238"])
        // 14 µA × 60 µs = 0.84 nC.
        let small = Self.codes(Self.micro + [Self.charge("0.8 nC")])
        #expect(small.contains("ANSA-L222"))
    }

    @Test("Leads are numbered in the order of their first pairs")
    func leads() throws {
        let second = "  - {id: 2a-case, lead: left, cathode: [2a], anode: [case]}\n"
        let pairs =
            second + "  - {id: x, lead: right, cathode: [2a], anode: [case]}\n"
            + "  - {id: y, lead: left, cathode: [case], anode: [2a]}\n"
        let limits = try Self.load([(second, pairs)]).limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.pairs.map(\.lead) == [0, 1, 0])
    }

    @Test("What a device reports decides what the gate asks for")
    func reports() throws {
        var device = LimitsCrossCheckTests.stimulator
        device.reports = [.residualVoltage, .electrodeVoltage]
        device.balance = .measured
        let file = try Self.load([])
        let error = try #require(throws: ConfigurationError.self) { try file.limits(device: device) }
        #expect(error.problems.map(\.code) == ["ANSA-L426"])
        let window = (
            "    impedance: {min: 250 ohm, max: 3.5 kohm, max_age: 12 h, max_step: 30 %}\n  - id: E1",
            "    water_window: {cathodic: 0.6 V, anodic: 800 mV}\n"
                + "    impedance: {min: 250 ohm, max: 3.5 kohm, max_age: 12 h, max_step: 30 %}\n  - id: E1"
        )
        let limits = try Self.load([window]).limits(device: device)
        #expect(limits.contacts[0].waterWindow == -600...800)
        #expect(limits.contacts[1].waterWindow == nil)
        // 100 mV = 100,000 µV.
        #expect(limits.residualVoltage == 100_000)
        #expect(limits.measuresBalance && limits.measuresElectrodeVoltage)
    }

    @Test("Ruthenium oxide has ±0.6 V, which a file may narrow and not widen")
    func ruthenium() throws {
        let material = ("    material: PtIr\n", "    material: RuOx\n")
        let limits = try Self.load([material]).limits(device: LimitsCrossCheckTests.stimulator)
        #expect(limits.contacts[0].waterWindow == -600...600)
        let wide = (
            "    material: PtIr\n", "    material: RuOx\n    water_window: {cathodic: 0.6 V, anodic: 0.601 V}\n"
        )
        #expect(Self.codes([wide]).contains("ANSA-L212"))
    }
}
