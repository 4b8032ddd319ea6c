/// What a quantity measures, with the units that its writer may use and the integer base unit that it becomes.
public enum Dimension: Sendable, CaseIterable {
    /// nA.
    case current
    /// nA/s.
    case currentRate
    /// µs.
    case time
    /// ns.
    case fineTime
    /// fC.
    case charge
    /// fC/µm².
    case chargeDensity
    /// µm².
    case area
    /// mΩ.
    case resistance
    /// nV.
    case potential
    /// mV.
    case voltage
    /// mHz.
    case frequency
    /// Millionths.
    case ratio
    /// Thousandths of dB(A).
    case soundLevel

    /// Units and how many base units each is; the first is the one shown in hints.
    var units: [(name: String, factor: Int64)] {
        switch self {
        case .current: [("mA", 1_000_000), ("uA", 1_000), ("nA", 1), ("A", 1_000_000_000)]
        case .currentRate: [("mA/s", 1_000_000), ("uA/s", 1_000), ("A/s", 1_000_000_000)]
        case .time:
            [
                ("ms", 1_000), ("us", 1), ("s", 1_000_000), ("min", 60_000_000), ("h", 3_600_000_000),
                ("d", 86_400_000_000),
            ]
        case .fineTime: [("ms", 1_000_000), ("us", 1_000), ("ns", 1), ("s", 1_000_000_000)]
        case .charge:
            [
                ("uC", 1_000_000_000), ("nC", 1_000_000), ("mC", 1_000_000_000_000), ("pC", 1_000),
                ("C", 1_000_000_000_000_000),
            ]
        case .chargeDensity: [("uC/cm2", 10)]
        case .area: [("mm2", 1_000_000), ("cm2", 100_000_000), ("um2", 1)]
        case .resistance: [("kohm", 1_000_000), ("ohm", 1_000), ("Mohm", 1_000_000_000)]
        case .potential: [("uV", 1_000), ("mV", 1_000_000), ("nV", 1), ("V", 1_000_000_000)]
        case .voltage: [("V", 1_000), ("mV", 1)]
        case .frequency: [("Hz", 1_000), ("kHz", 1_000_000), ("mHz", 1)]
        case .ratio: [("%", 10_000), ("ppm", 1)]
        case .soundLevel: [("dBA", 1_000)]
        }
    }

    /// `text` as a unit of ours: both micro signs are `u`, both ohm signs `ohm`, a raised two is `2`.
    static func canonicalUnit(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xB5, 0x3BC: result += "u"
            case 0x2126, 0x3A9: result += "ohm"
            case 0xB2: result += "2"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
