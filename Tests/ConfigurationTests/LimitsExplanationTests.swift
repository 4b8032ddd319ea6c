import Configuration
import Testing

/// Numbers of the example in the reference of the limits file, "Arithmetic", or worked out by hand beside them.
@Suite("What follows from a limits file")
struct LimitsExplanationTests {
    static let explanation = try? loadLimits(ExampleLimits.bytes, file: ExampleLimits.file).explanation

    func source(_ name: String) throws -> SourceExplanation {
        try #require(Self.explanation?.sources.first { $0.name == name })
    }

    /// The reference's words on the corners.
    ///
    /// "Corner 3.5 mA × 110 µs = 0.385 µC = 25.7 µC/cm², k = 0.99; soft corner 20.5 µC/cm²; case 0.019 µC/cm²."
    @Test("The corners are those of the reference")
    func corners() throws {
        let hard = try source("hard-corner")
        #expect(hard.charge == 385_000_000)
        #expect(hard.contacts.map(\.contact) == ["2a", "case"])
        #expect(hard.contacts[0].density == Fraction(385_000_000, over: 1_500_000))
        #expect(LimitsText.density(hard.contacts[0].density) == "25.7 µC/cm²")
        let k = try #require(hard.contacts[0].shannonK)
        #expect((k * 100).rounded() == 99)
        #expect(hard.contacts[1].shannonK == nil)
        #expect(hard.contacts[1].density.times(1_000).divided(by: 10).roundedDown == 19)
        #expect(hard.contacts.allSatisfy { $0.broken.isEmpty })
        #expect(LimitsText.density(try source("soft-corner").contacts[0].density) == "20.5 µC/cm²")
    }

    /// "Baseline 15.6 µC/s: 0.936 mC/min, 56.2 mC/h, 1.348 C/day; patient maximum 19.5 µC/s: 1.17 mC/min, 70.2 mC/h,
    /// 1.685 C/day: inside all windows" (1.34784 and 1.6848 C before rounding).
    @Test("Baseline and patient's maximum bring the reference's doses, and may go on for ever")
    func doses() throws {
        let baseline = try source("baseline")
        #expect(baseline.rate.roundedUp == 15_600_000_000)
        #expect(
            baseline.windows.map(\.demand.roundedUp) == [
                15_600_000_000, 936_000_000_000, 56_160_000_000_000, 1_347_840_000_000_000,
            ])
        let patient = try source("patient-maximum")
        #expect(
            patient.windows.map(\.demand.roundedUp) == [
                19_500_000_000, 1_170_000_000_000, 70_200_000_000_000, 1_684_800_000_000_000,
            ])
        #expect((baseline.windows + patient.windows).allSatisfy { $0.timeUntilFull == nil && $0.isHeld })
        // 1 s and a 64th at 130 Hz: 132.03, so 133 pulses of 0.15 µC at most.
        #expect(patient.windows[0].counted.roundedUp == 19_950_000_000)
    }

    /// "Hard corner at 185 Hz is 71.2 µC/s against 20 µC in 1 s": 71.225 µC/s, 20 / 71.225 = 0.280800 s,
    /// 1200 / 71.225 = 16.848 s, 75000 / 71.225 = 1053.0 s, 1.75 C / 71.225 µC/s = 24570.0 s.
    @Test("The strongest pulses fill each window after the time that division gives")
    func fullAfter() throws {
        let hard = try source("hard-corner")
        #expect(hard.rate.roundedUp == 71_225_000_000)
        #expect(
            hard.windows.map(\.timeUntilFull) == [280_800, 16_848_016, 1_053_001_053, 24_570_024_570])
    }

    /// 60 windows of 1 s hold 1.2 mC, the minute's own limit; 3600 hold 72 mC, less than the hour's 75 mC; 24 hours of
    /// 72 mC are 1.728 C, less than the day's 1.75 C.
    @Test("A longer window never holds more than its shorter windows let through")
    func worstCases() throws {
        let cases = try #require(Self.explanation?.worstCases)
        #expect(
            cases.map(\.reachable.roundedUp) == [
                20_000_000_000, 1_200_000_000_000, 72_000_000_000_000, 1_728_000_000_000_000,
            ])
        #expect(cases.map(\.bound) == [.own, .own, .shorterWindow(1_000_000), .shorterWindow(1_000_000)])
    }

    /// "A systematic 0.4 % imbalance is 62 nA, so the 25 nA window binds at 0.16 %": 15.6 µC/s × 0.4 % = 62.4 nA;
    /// 25 / 15600 = 1602.6 ppm.
    @Test("The net current binds where the reference says")
    func netCurrent() throws {
        let baseline = try source("baseline")
        #expect(baseline.netCurrent.times(10).roundedDown == 624)
        #expect(baseline.netBindsAt.roundedDown == 1_602)
    }

    /// "Baseline × impedance.max 7.0 V, patient maximum 8.75 V, both within 0.9 × 10 V; hard maximum 12.25 V";
    /// "at 185 Hz 3.1 ms of each 5.4 ms period is unblanked": 5405.4 − 220 − 100 − 2000 = 3085.4 µs.
    @Test("Voltages and the unblanked time are the reference's")
    func voltages() throws {
        let explanation = try #require(Self.explanation)
        let voltages = try ["baseline", "patient-maximum", "hard-corner"].map { try source($0).voltage }
        #expect(voltages.map { $0.map { LimitsText.voltage($0) } } == ["7 V", "8.75 V", "12.25 V"])
        #expect(LimitsText.voltage(explanation.complianceBound) == "9 V")
        #expect(explanation.unblanked.roundedDown == 3_085)
        #expect(explanation.shortestPeriod.roundedDown == 5_405)
    }

    /// Golden vectors of the reference.
    ///
    /// 1,500,000 µm² with D = 300 hold 450,000,000 fC, Shannon 1.75 alone
    /// 918,429,086 fC. Compliance: 9 V over 3.5 kΩ are 2.5714 mA. Held for good at 130 Hz: 20 µC / 133.
    @Test("Curves are the golden vectors of the reference")
    func curves() throws {
        let file = try loadLimits(ExampleLimits.bytes, file: ExampleLimits.file)
        let region = try #require(file.region(ofPair: 0))
        func shape(_ letter: Character) -> LimitCurve.Shape? { region.curves.first { $0.letter == letter }?.shape }
        #expect(shape("D") == .charge(450_000_000))
        #expect(shape("K") == .charge(918_429_086))
        #expect(shape("J") == .charge(750_000_000))
        #expect(shape("Q") == .charge(400_000_000))
        #expect(shape("d") == .charge(330_000_000))
        #expect(shape("C") == .amplitude(2_571_428))
        #expect(shape("H") == .charge(150_375_939))
        #expect(shape("B") == .point(2_000_000, 60))
        #expect(file.region(ofPair: 1) == nil)
    }

    /// 3.5 mA is the amplitude's limit; 3.6 mA × 110 µs = 0.396 µC would pass the charge, 3.7 mA × 110 µs would not.
    @Test("A pulse at the edge of the region is permitted, one step beyond it is not")
    func edges() throws {
        let wide = ExampleLimits.with("amplitude: {min: 0 mA, max: 3.5 mA}", "amplitude: {min: 0 mA, max: 3.6 mA}")
        let file = try loadLimits(wide, file: ExampleLimits.file)
        let region = try #require(file.region(ofPair: 0))
        #expect(region.permits(amplitude: 3_600_000, width: 110))
        #expect(!region.permits(amplitude: 3_600_001, width: 110))
        #expect(!region.permits(amplitude: 3_600_000, width: 111))
        #expect(!region.permits(amplitude: 3_600_000, width: 29))
        #expect(region.recommends(amplitude: 2_800_000, width: 110))
        #expect(!region.recommends(amplitude: 2_800_001, width: 30))
    }

    /// Two cathodes share 3.5 mA each within a total of 5 mA: 2.5 mA each; 5 mA × 80 µs = 0.4 µC, 0.2 µC on each.
    @Test("Contacts that share a side bear their share, and the total binds")
    func shares() throws {
        var text = String(decoding: ExampleLimits.bytes, as: UTF8.self)
        text = text.replacingOnce(
            "  - {id: case, electrode: CAN",
            "  - {id: 2b, electrode: L1, area: 3 mm2, area_method: geometric, stimulate: true, sense: false}\n"
                + "  - {id: case, electrode: CAN")
        text = text.replacingOnce("cathode: [2a]", "cathode: [2a, 2b]").replacingOnce("max: 110 us", "max: 80 us")
        let file = try loadLimits(Array(text.utf8), file: ExampleLimits.file)
        let source = try #require(file.explanation.sources.first)
        #expect(source.amplitude == 5_000_000)
        #expect(source.contacts.map(\.current.roundedUp) == [2_500_000, 2_500_000, 5_000_000])
        #expect(source.contacts.map(\.charge.roundedUp) == [200_000_000, 200_000_000, 400_000_000])
        let region = try #require(file.region(ofPair: 0))
        // The smaller contact binds: 30 µC/cm² on 1.5 mm², twice.
        #expect(region.curves.first { $0.letter == "D" }?.shape == .charge(900_000_000))
        // Q² ≤ 4·K·A: twice the golden vector, rounded down: √(4 × 562341325190 × 1500000) = 1836858173.5.
        #expect(region.curves.first { $0.letter == "K" }?.shape == .charge(1_836_858_173))
    }

    @Test(
        "Fractions are shown with the digits asked for",
        arguments: [
            (UInt128(385_000_000), UInt128(15_000_000), 3, "25.7"), (1, 3, 3, "0.333"), (2, 3, 2, "0.67"),
            (1_925, 100_000, 3, "0.0193"), (1_000, 1, 2, "1000"), (999_960, 1_000, 4, "1000"), (0, 7, 3, "0"),
            (125, 100, 2, "1.3"), (7_000, 1_000, 4, "7"),
        ] as [(UInt128, UInt128, Int, String)])
    func fractions(numerator: UInt128, denominator: UInt128, digits: Int, text: String) {
        #expect(Fraction(numerator, over: denominator).text(digits: digits) == text)
    }
}
