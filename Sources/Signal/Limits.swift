/// One sliding window over leading-phase charge per contact.
public struct DoseWindow: Hashable, Sendable, BitwiseCopyable {
    public var length: Microseconds
    public var charge: Femtocoulombs
    /// Largest share of the window that stimulation may fill, pulse to pulse.
    public var duty: PartsPerMillion

    /// At most `charge` and `duty` in any `length`.
    public init(length: Microseconds, charge: Femtocoulombs, duty: PartsPerMillion = PartsPerMillion(1_000_000)) {
        (self.length, self.charge, self.duty) = (length, charge, duty)
    }
}

/// How dose windows are meant.
public enum DoseMode: UInt8, Sendable, BitwiseCopyable { case continuous = 0, burst, intermittent }

/// Trains of mode `burst`; an episode is a run of trains that no ``episodeLockout`` parts.
public struct TrainLimits: Hashable, Sendable, BitwiseCopyable {
    public var longest: Microseconds, gap: Microseconds, episodeLockout: Microseconds
    public var perEpisode: Int64, perDay: Int64

    /// Bounds of every train and episode.
    public init(
        longest: Microseconds, gap: Microseconds, perEpisode: Int64, episodeLockout: Microseconds, perDay: Int64
    ) {
        (self.longest, self.gap, self.episodeLockout) = (longest, gap, episodeLockout)
        (self.perEpisode, self.perDay) = (perEpisode, perDay)
    }
}

/// The stimulation that runs when a file says `open-loop-baseline`, and that `continuous-dbs` plays.
public struct Baseline: Hashable, Sendable, BitwiseCopyable {
    public var pair: Int32
    public var amplitude: Nanoamperes
    public var width: Microseconds, period: Microseconds

    /// A baseline program.
    public init(pair: Int32, amplitude: Nanoamperes, width: Microseconds, period: Microseconds) {
        (self.pair, self.amplitude, self.width, self.period) = (pair, amplitude, width, period)
    }
}

/// Beyond these a pulse needs a recorded acknowledgement (IL-33).
public struct SoftLimits: Hashable, Sendable, BitwiseCopyable {
    public var amplitude: Nanoamperes
    /// fC/µm²; a row of ``shannonTable``.
    public var chargeDensity: Int64, shannonK: UInt64

    /// Recommended bounds.
    public init(amplitude: Nanoamperes, chargeDensity: Int64, shannonK: UInt64) {
        (self.amplitude, self.chargeDensity, self.shannonK) = (amplitude, chargeDensity, shannonK)
    }
}

/// Every bound that the gate holds a segment against, after all layers have been intersected.
///
/// Integers in the units of their names. Built by Configuration from a signed file, a device and the compiled ceilings.
public struct Limits: Hashable, Sendable {
    public var contacts: [Contact] = []
    public var pairs: [ContactPair] = []
    public var amplitude: ClosedRange<Nanoamperes> = Nanoamperes(0)...Nanoamperes(0)
    /// Over the source contacts that are driven together.
    public var totalAmplitude = Nanoamperes(0)
    public var width: ClosedRange<Microseconds> = Microseconds(0)...Microseconds(0)
    public var interphase: ClosedRange<Microseconds> = Microseconds(0)...Microseconds(0)
    /// Period, rounded to the strict side: 185 Hz gives at least 5,406 µs.
    public var period: ClosedRange<Microseconds> = Microseconds(0)...Microseconds(0)
    /// From the end of a pulse to the start of the next.
    public var minimumInterPulse = Microseconds(0)
    public var chargePerPhase = Femtocoulombs(0)
    /// fC/µm² per phase; 30 µC/cm² is 300.
    public var chargeDensity: Int64 = 0
    /// K of Q² ≤ K·A (fC², µm²): a row of ``shannonTable``.
    public var shannonK: UInt64 = 0
    public var imbalance = PartsPerMillion(0)
    /// |ΣQ| over 1 s.
    public var netCharge = Femtocoulombs(0)
    /// The device measures phase charge, residual voltage (µV: the bound), electrode voltage.
    public var measuresBalance = false, residualVoltage: Int64?, measuresElectrodeVoltage = false
    /// nil: the file has none beyond the hard ones.
    public var soft: SoftLimits?
    /// Bit i: waveform with raw value i is allowed.
    public var waveforms: UInt8 = 0
    /// nA/s.
    public var rampUp: Int64 = 0, rampDown: Int64 = 0
    /// Between two consecutive permits.
    public var maximumStep = Nanoamperes(0)
    /// Requested changes of target in ``changeWindow``, and the dwell between two.
    public var maximumChanges: Int64 = 0, changeWindow = Microseconds(0), minimumHold = Microseconds(0)
    public var doseMode: DoseMode = .continuous
    /// Any number, each with its own ring; the shipped files have 1 s, 60 s, 1 h, 24 h.
    public var doseWindows: [DoseWindow] = []
    /// Mode burst only.
    public var train: TrainLimits?
    public var lockoutAfterFault = Microseconds(0)
    public var maximumSampleAge = Microseconds(0), maximumGap = Microseconds(0)
    public var minimumValidChannels: Int64 = 0
    public var deadlineMisses: Int64 = 0, deadlineMissWindow = Microseconds(0)
    /// Millionths.
    public var minimumConfidence: Int64 = 1_000_000, maximumOutOfDistribution: Int64 = 0
    public var onSensorLoss: Fallback = .stop, onWatchdog: Fallback = .stop, onExpiry: Fallback = .rampOff
    /// `on_gate_violation: off-latched`.
    public var latchesOnGateViolation = false
    public var holdMaximum = Microseconds(0)
    public var baseline: Baseline?
    /// The purpose has a closed loop; the subject consents to stimulation, and to a closed loop.
    public var allowsClosedLoop = false, consentsToStimulation = false, consentsToClosedLoop = false
    public var tokenTimeout = Microseconds(0), lease = Microseconds(0)
    /// nil: no feedback is allowed.
    public var sensory: SensoryLimits?

    /// Nothing is allowed: no pair, zero ranges; Configuration fills it in.
    public init() {}
}
