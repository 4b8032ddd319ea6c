import Interlocks

/// L0: what no file can raise. Sources: reference tables of Safety.md.
enum BuiltInCeilings {
    /// nA on one contact. Vercise manual p. 20: 12.7 mA.
    static let amplitude: Int64 = 12_700_000
    /// nA over the contacts of a lead. Same: 20 mA.
    static let totalAmplitude: Int64 = 20_000_000
    /// µs. Vercise 10–450, RNS 40–1000.
    static let width: ClosedRange<Int64> = 10...1_000
    /// mHz. Vercise 2–255 Hz, RNS 1–333 Hz.
    static let frequency: ClosedRange<Int64> = 1_000...333_000
    /// Hundredths. Shannon 1992: lowest k with damage seen.
    static let shannonK: Int64 = 185
    /// Millionths: 0.4 %.
    static let imbalance: Int64 = 4_000
    /// fC over 1 s: 100 nA. Sit & Sarpeshkar 2007.
    static let netCharge: Int64 = 100_000_000
    /// mV.
    static let residualVoltage: Int64 = 100
    /// Days that a file for other than virtual devices may be valid.
    static let validityDays: Int64 = 180
    /// Days for virtual devices: twenty years.
    static let virtualValidityDays: Int64 = 7_305

    /// fC/µm² per phase: 30 µC/cm² for leads, 25 for strips and depth electrodes (RNS manual p. 102).
    static func chargeDensity(_ kind: ElectrodeKind) -> Int64 {
        switch kind {
        case .macroRing, .macroSegment, .returnCase: 300
        case .strip, .seeg: 250
        case .micro, .scalp: 0
        }
    }

    static func name(_ kind: ElectrodeKind) -> String {
        switch kind {
        case .macroRing: "macro-ring"
        case .macroSegment: "macro-segment"
        case .strip: "strip"
        case .seeg: "seeg"
        case .micro: "micro"
        case .scalp: "scalp"
        case .returnCase: "return-case"
        }
    }

    /// K = ⌊10^(k+10)⌋ of Q² ≤ K·A for the values of k that a file may name; no power is computed.
    static func shannon(hundredths: Int64) -> UInt64? {
        switch hundredths {
        case 150: 316_227_766_016
        case 155: 354_813_389_233
        case 160: 398_107_170_553
        case 165: 446_683_592_150
        case 170: 501_187_233_627
        case 175: 562_341_325_190
        case 180: 630_957_344_480
        case 185: 707_945_784_384
        default: nil
        }
    }
}
