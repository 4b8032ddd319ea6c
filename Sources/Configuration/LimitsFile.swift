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
    public var soft: SoftLimits
    public var rate: RateLimits
    public var dose: DoseLimits
    public var sensing: SensingLimits
    public var fallback: FallbackRules
    public var patient: PatientRules
    public var sensory: SensoryLimits?
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
    public var hasMicroEvidence: Bool
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

/// What the gate denies; no override exists.
public struct HardLimits: Hashable, Sendable {
    /// nA.
    public var amplitude: MeasuredRange
    /// nA.
    public var totalAmplitude: Measured
    /// µs.
    public var pulseWidth: MeasuredRange
    /// µs.
    public var interphase: MeasuredRange
    /// mHz.
    public var frequency: MeasuredRange
    /// µs.
    public var minInterPulse: Measured
    /// fC.
    public var chargePerPhase: Measured
    /// fC/µm².
    public var chargeDensity: Measured
    /// Hundredths.
    public var shannonK: Measured
    /// Millionths.
    public var imbalancePerPulse: Measured
    /// nA over ``netCurrentWindow``.
    public var netCurrent: Measured
    /// µs.
    public var netCurrentWindow: Measured
    /// mV.
    public var residualVoltage: Measured
    public var waveforms: [Waveform]
}

/// What is allowed only with a recorded acknowledgement.
public struct SoftLimits: Hashable, Sendable {
    /// nA.
    public var amplitude: Measured
    /// fC/µm².
    public var chargeDensity: Measured
    /// Hundredths.
    public var shannonK: Measured
    /// mV.
    public var residualVoltage: Measured
}

/// A number of events in a window.
public struct CountLimit: Hashable, Sendable {
    public var count: Measured
    /// µs.
    public var window: Measured
}

/// How fast an amplitude may change.
public struct RateLimits: Hashable, Sendable {
    /// nA/s.
    public var rampUp: Measured
    /// nA/s.
    public var rampDown: Measured
    /// nA.
    public var maxStep: Measured
    /// µs.
    public var minHold: Measured
    public var maxChanges: CountLimit
    public var rampEvidence: String
    /// `fast`; otherwise `slow`.
    public var isFast: Bool
}

/// Leading-phase charge per contact in sliding windows.
public struct DoseLimits: Hashable, Sendable {
    public var mode: DoseMode
    public var isIntermittent: Bool
    /// µs.
    public var onTimeContinuous: Measured
    public var windows: [DoseEntry]
    /// µs.
    public var lockoutAfterFault: Measured
}

/// One window.
public struct DoseEntry: Hashable, Sendable {
    /// µs.
    public var length: Measured
    /// fC.
    public var charge: Measured
}

/// When the signal is good enough for a closed loop; times in µs, ratios in millionths.
public struct SensingLimits: Hashable, Sendable {
    public var maxSampleAge: Measured
    public var maxGap: Measured
    public var minValidChannels: Measured
    public var saturationFraction: Measured
    public var saturationWindow: Measured
    public var flatline: Measured
    public var blankAfterPulse: Measured
    public var deadlineMisses: CountLimit
    public var decoderConfidenceMin: Measured
    public var outOfDistributionMax: Measured
}

/// What runs when the loop cannot.
public struct FallbackRules: Hashable, Sendable {
    public var onSensorLoss: Fallback
    public var onWatchdog: Fallback
    public var onExpiry: Fallback
    public var latchesOnGateViolation: Bool
    /// µs.
    public var holdMax: Measured
    /// nil: by hand only.
    public var automaticReturn: ReturnRule?
    public var baseline: BaselineEntry
}

/// The signed automatic return to closed loop.
public struct ReturnRule: Hashable, Sendable {
    /// µs.
    public var afterValid: Measured
    public var max: CountLimit
}

/// The open-loop program of last resort.
public struct BaselineEntry: Hashable, Sendable {
    public var pair: Word
    /// nA.
    public var amplitude: Measured
    /// µs.
    public var pulseWidth: Measured
    /// mHz.
    public var frequency: Measured
}

/// What the patient may do; stop is always theirs.
public struct PatientRules: Hashable, Sendable {
    public var resumeRequires: String
    /// nA.
    public var amplitude: MeasuredRange
    /// µs.
    public var pauseMax: Measured
}

/// Bounds on audible and visible feedback.
public struct SensoryLimits: Hashable, Sendable {
    /// Thousandths of dB(A).
    public var audioMax: Measured
    /// Thousandths of dB(A).
    public var audioDoseLevel: Measured
    /// µs.
    public var audioDoseDuration: Measured
    /// µs.
    public var audioDoseWindow: Measured
    public var flashes: CountLimit
    public var allowsRedFlash: Bool
}

/// Who signs: key ids as minisign prints them.
public struct Approvals: Hashable, Sendable {
    public var clinician: Word
    public var engineer: Word
    public var reasonForChange: String
}
