import Interlocks
import Signal

/// L0, what no file can raise: the gate's own ceilings, and those that only a file is held against.
///
/// Sources: the table of limits in Safety.md.
enum BuiltInCeilings {
    /// nA on one contact.
    static let amplitude = CompiledCeilings.amplitude.value
    /// nA over the contacts of a lead.
    static let totalAmplitude = CompiledCeilings.totalAmplitude.value
    /// µs; Vercise from 10, RNS to 1000.
    static let width: ClosedRange<Int64> = 10...CompiledCeilings.width.value
    /// mHz; Vercise 2–255 Hz, RNS 1–333 Hz.
    static let frequency: ClosedRange<Int64> = 1_000...333_000
    /// Millionths.
    static let imbalance = CompiledCeilings.imbalance.value
    /// fC over 1 s.
    static let netCharge = CompiledCeilings.netCharge.value
    /// mV.
    static let residualVoltage: Int64 = 100
    /// fC a phase of a microelectrode: never more; without evidence less than 4 nC; the default, without loss.
    static let microCharge = CompiledCeilings.microCharge.value
    static let microChargeWithoutEvidence = CompiledCeilings.microChargeWithoutEvidence.value
    static let microChargeDefault: Int64 = 2_000_000
    /// Changes of target that the gate remembers; leads of one device.
    static let changes = Int64(CompiledCeilings.changes), leads = CompiledCeilings.leads
    /// mΩ of a macroelectrode that stimulates, 250 Ω to 3.5 kΩ.
    static let impedance: ClosedRange<Int64> = 250_000...3_500_000
    /// nA/s of class slow [P]: up 0.1, down 0.5 mA/s; one published case used 0.03 and 0.12.
    static let slowRampUp: Int64 = 100_000
    static let slowRampDown: Int64 = 500_000
    /// Days that a file for other than virtual devices may be valid.
    static let validityDays: Int64 = 180
    /// Days for virtual devices: twenty years.
    static let virtualValidityDays: Int64 = 7_305

    /// fC/µm² per phase: 30 µC/cm² for leads, 25 for strips and depth electrodes, as the RNS manual has it.
    static func chargeDensity(_ kind: ElectrodeKind) -> Int64 {
        switch kind {
        case .macroRing, .macroSegment, .returnCase: CompiledCeilings.chargeDensity
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

    /// K of Q² ≤ K·A for the values of k that a file may name; no power is computed.
    static func shannon(hundredths: Int64) -> UInt64? { shannonTable.first { $0.hundredths == hundredths }?.k }
}
