import Configuration
import Testing

@Suite("Quantities")
struct QuantityTests {
    /// By hand, from the definition of the prefixes.
    static let exact: [(String, Dimension, Int64)] = [
        ("3.5 mA", .current, 3_500_000), ("3.5mA", .current, 3_500_000), ("1e-3 A", .current, 1_000_000),
        ("0 mA", .current, 0), ("20 mA/s", .currentRate, 20_000_000), ("0.0002 s", .time, 200),
        ("4 h", .time, 14_400_000_000), ("0.4 uC", .charge, 400_000_000), ("1.75 C", .charge, 1_750_000_000_000_000),
        ("30 uC/cm2", .chargeDensity, 300), ("30 µC/cm²", .chargeDensity, 300), ("1.5 mm2", .area, 1_500_000),
        ("20 cm2", .area, 2_000_000_000), ("3.5 kohm", .resistance, 3_500_000), ("250 Ω", .resistance, 250_000),
        ("10 V", .voltage, 10_000), ("0.4 %", .ratio, 4_000), ("5.1 uV", .potential, 5_100),
        ("185 Hz", .frequency, 185_000), ("2.5e3 Hz", .frequency, 2_500_000),
    ]

    @Test("Decimal text becomes an exact integer of the base unit", arguments: exact)
    func exactly(text: String, dimension: Dimension, value: Int64) throws {
        #expect(try Quantity.parse(text, as: dimension) == value)
    }

    static let refused: [(String, Dimension, QuantityError)] = [
        ("3.5", .current, .noUnit), ("3,5 mA", .current, .decimalComma), ("0,1 mA/s", .currentRate, .decimalComma),
        ("3.5 A/s", .current, .unknownUnit("A/s")), ("3.5 ma", .current, .unknownUnit("ma")),
        ("3.5 mA ", .current, .unknownUnit("mA ")), ("3.5  mA", .current, .unknownUnit(" mA")),
        ("mA", .current, .notANumber), ("", .current, .notANumber), (".5 mA", .current, .notANumber),
        ("5. mA", .current, .notANumber), ("1.2.3 mA", .current, .notANumber), ("-0 mA", .current, .negative),
        ("-1 mA", .current, .negative), ("1e400 mA", .current, .exponent), ("1e4 mA", .current, .exponent),
        ("0.0000001 mA", .current, .tooFine), ("0.5 us", .time, .tooFine),
        ("99999999999999999999 mA", .current, .tooLarge), ("9223372036854775807 mA", .current, .tooLarge),
        ("inf mA", .current, .notANumber), ("NaN", .current, .notANumber),
        ("0x10 mA", .current, .unknownUnit("x10 mA")),
    ]

    @Test("What is not exact, positive and in a known unit is refused with its reason", arguments: refused)
    func refuses(text: String, dimension: Dimension, reason: QuantityError) {
        #expect(throws: reason) { try Quantity.parse(text, as: dimension) }
    }

    /// Seconds from `date -ud … +%s`.
    @Test(
        "Dates become seconds, impossible dates nothing",
        arguments: [
            ("2026-11-20T09:30:00Z", 1_795_167_000), ("2027-02-20T00:00:00Z", 1_803_081_600),
            ("2000-02-29", 951_782_400),
            ("2026-02-29", nil), ("2026-06-31", nil), ("2026-11-20 09:30:00Z", nil), ("2026-13-01", nil),
            ("2026-11-20T24:00:00Z", nil),
        ] as [(String, Int64?)])
    func dates(text: String, seconds: Int64?) {
        #expect(FileDate.seconds(text) == seconds)
        if let seconds { #expect(text.hasPrefix(FileDate.date(seconds))) }
    }
}
