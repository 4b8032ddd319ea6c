public import Signal

/// What a limits file allows in all.
public enum Purpose: String, Sendable, CaseIterable {
    case bench, hil
    case openLoop = "open-loop"
    case closedLoop = "closed-loop"
}

/// A limits file as it was read: every value with the text that the clinician wrote and its place.
///
/// It parses, has every key and passes the cross-checks that need nothing else. ``limits(device:)`` intersects it
/// with a device and the compiled ceilings; signatures and the time window are checked apart.
public struct LimitsFile: Hashable, Sendable {
    /// Name as the reader gave it.
    public var file: String
    public var fileID: String
    public var revision: Measured
    public var supersedes: Word?
    /// Seconds since 1970.
    public var issued: Measured
    /// Seconds since 1970.
    public var notBefore: Measured
    /// Seconds since 1970.
    public var expires: Measured
    public var purpose: Purpose
    public var setting: String
    public var subject: SubjectEntry
    public var device: DeviceEntry
    public var electrodes: [ElectrodeEntry]
    public var contacts: [ContactEntry]
    public var pairs: [PairEntry]
    public var hard: HardLimits
    public var soft: SoftEntry
    public var rate: RateLimits
    public var dose: DoseLimits
    public var sensing: SensingLimits
    public var fallback: FallbackRules
    public var patient: PatientRules
    public var sensory: SensoryEntry?
    public var approvals: Approvals
    /// What a reader should know although the file is loaded.
    public var warnings: [Problem] = []

    /// In the order of ``Limits/contacts``.
    public var contactIDs: [String] { contacts.map(\.id.text) }
    /// In the order of ``Limits/pairs``.
    public var pairIDs: [String] { pairs.map(\.id.text) }
}

/// Whom the file is for.
public struct SubjectEntry: Hashable, Sendable {
    public var pseudonym: Word
    public var bodySite: String
    /// Of `record`, `stimulate`, `closed-loop`; what is absent is denied.
    public var consentScope: [Word]
    /// Seconds since 1970.
    public var consentExpires: Measured
    public var retention: String
}

/// Which stimulator the file is for.
public struct DeviceEntry: Hashable, Sendable {
    public var model: Word
    public var serials: [Word]
    /// Comma-separated bounds, `>=3.2,<4`.
    public var firmware: Word
    /// nA.
    public var ceilingAmplitude: Measured
    /// mV.
    public var ceilingCompliance: Measured
    /// `blake2b:` and 64 hexadecimal digits of the program that a device keeps beyond its lease; nil: none.
    public var storedProgram: Word?
}

/// An electrode: geometry is the engineer's responsibility.
public struct ElectrodeEntry: Hashable, Sendable {
    public var id: Word
    public var kind: ElectrodeKind
    public var material: String
    /// fC/µm².
    public var chargeInjection: Measured?
    public var chargeInjectionCondition: String?
    public var impedance: ImpedanceLimits?
    /// fC a phase, of kind micro; nil: the default of 2 nC.
    public var chargeLimit: Measured?
    public var microEvidence: MicroEvidence?
    /// Against Ag/AgCl.
    public var waterWindow: WaterWindow?

    /// The file has what 4 nC and more need.
    public var hasMicroEvidence: Bool { microEvidence != nil }
}

/// What was shown to be harmless on a microelectrode, and on which.
public struct MicroEvidence: Hashable, Sendable {
    public var protocolName: String
    /// µm².
    public var tipArea: Measured
    public var material: String
}

/// Electrode potentials between which the water at it does not decompose: magnitudes in mV.
public struct WaterWindow: Hashable, Sendable {
    /// Below zero.
    public var cathodic: Measured
    /// Above zero.
    public var anodic: Measured
}

/// What a contact's impedance may be.
public struct ImpedanceLimits: Hashable, Sendable {
    /// mΩ.
    public var min: Measured
    /// mΩ.
    public var max: Measured
    /// µs.
    public var maximumAge: Measured
    /// Millionths.
    public var maximumStep: Measured
}

/// One contact.
public struct ContactEntry: Hashable, Sendable {
    public var id: Word
    public var electrode: Word
    /// µm².
    public var area: Measured
    public var areaMethod: String
    public var stimulate: Bool
    public var sense: Bool
}

/// One allowed pair of contact sets.
public struct PairEntry: Hashable, Sendable {
    public var id: Word
    public var lead: String
    public var cathode: [Word]
    public var anode: [Word]
}
