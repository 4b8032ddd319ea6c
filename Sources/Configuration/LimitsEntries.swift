public import Signal

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
    /// Hundredths; absent (``Measured/isGiven``) where only microelectrodes stimulate.
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
public struct SoftEntry: Hashable, Sendable {
    /// nA.
    public var amplitude: Measured
    /// fC/µm².
    public var chargeDensity: Measured
    /// Hundredths; absent where the hard one is.
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
    /// µs; absent in mode burst.
    public var onTimeContinuous: Measured
    public var windows: [DoseEntry]
    /// µs.
    public var lockoutAfterFault: Measured
    /// Mode burst only.
    public var train: TrainEntry?
}

/// One window.
public struct DoseEntry: Hashable, Sendable {
    /// µs.
    public var length: Measured
    /// fC.
    public var charge: Measured
    /// Millionths; nil: the whole window.
    public var duty: Measured?
}

/// What mode burst bounds beside the windows; times in µs.
public struct TrainEntry: Hashable, Sendable {
    public var longest: Measured
    public var gap: Measured
    public var perEpisode: Measured
    public var lockoutAfterEpisode: Measured
    public var perDay: Measured
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
public struct SensoryEntry: Hashable, Sendable {
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
