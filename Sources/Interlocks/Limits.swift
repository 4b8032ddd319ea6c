public import Signal

/// What an electrode is; it decides which charge rules apply.
public enum ElectrodeKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case macroRing = 0
    case macroSegment = 1
    case strip = 2
    case seeg = 3
    case micro = 4
    case scalp = 5
    case returnCase = 6
}

/// A contact as the gate sees it.
public struct Contact: Hashable, Sendable {
    public var kind: ElectrodeKind
    public var area: SquareMicrometres
    public var mayStimulate: Bool
    /// Material limit in fC/µm² per phase (1 µC/cm² = 10 fC/µm²); nil where the file gives none (a return case).
    public var chargeInjectionDensity: Int64?
    /// Per phase, of a microelectrode only; the default of 2 nC is McCreery 2010's level without loss.
    public var microChargePerPhase: Femtocoulombs

    /// A contact.
    public init(
        kind: ElectrodeKind, area: SquareMicrometres, mayStimulate: Bool, chargeInjectionDensity: Int64? = nil,
        microChargePerPhase: Femtocoulombs = Femtocoulombs(2_000_000)
    ) {
        (self.kind, self.area, self.mayStimulate) = (kind, area, mayStimulate)
        (self.chargeInjectionDensity, self.microChargePerPhase) = (chargeInjectionDensity, microChargePerPhase)
    }
}

/// An allowed pair: current flows from its anodes to its cathodes, shared equally within each side.
public struct ContactPair: Hashable, Sendable {
    /// Indices into ``Limits/contacts``.
    public var cathodes: [Int]
    public var anodes: [Int]

    /// A pair of contact sets.
    public init(cathodes: [Int], anodes: [Int]) {
        (self.cathodes, self.anodes) = (cathodes, anodes)
    }
}

/// One sliding window over leading-phase charge per contact.
public struct DoseWindow: Hashable, Sendable, BitwiseCopyable {
    public var length: Microseconds
    public var charge: Femtocoulombs

    /// At most `charge` in any `length`.
    public init(length: Microseconds, charge: Femtocoulombs) {
        (self.length, self.charge) = (length, charge)
    }
}

/// How dose windows are meant.
public enum DoseMode: UInt8, Sendable, BitwiseCopyable {
    case continuous = 0
    case burst = 1
}

/// The stimulation that runs when a file says `open-loop-baseline`, and that `continuous-dbs` plays.
public struct Baseline: Hashable, Sendable, BitwiseCopyable {
    public var pair: Int32
    public var amplitude: Nanoamperes
    public var width: Microseconds
    public var period: Microseconds

    /// A baseline program.
    public init(pair: Int32, amplitude: Nanoamperes, width: Microseconds, period: Microseconds) {
        (self.pair, self.amplitude, self.width, self.period) = (pair, amplitude, width, period)
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
    /// Bit i: waveform with raw value i is allowed.
    public var waveforms: UInt8 = 0
    /// nA/s.
    public var rampUp: Int64 = 0, rampDown: Int64 = 0
    /// Between two consecutive permits.
    public var maximumStep = Nanoamperes(0)
    public var doseMode: DoseMode = .continuous
    /// 1 s, 60 s, 1 h, 24 h, in this order.
    public var doseWindows: [DoseWindow] = []
    public var lockoutAfterFault = Microseconds(0)
    public var maximumSampleAge = Microseconds(0)
    public var maximumGap = Microseconds(0)
    public var minimumValidChannels: Int64 = 0
    public var deadlineMisses: Int64 = 0
    public var deadlineMissWindow = Microseconds(0)
    /// Millionths.
    public var minimumConfidence: Int64 = 1_000_000
    public var onSensorLoss: Fallback = .stop
    public var onWatchdog: Fallback = .stop
    public var onExpiry: Fallback = .rampOff
    /// `on_gate_violation: off-latched`.
    public var latchesOnGateViolation = false
    public var holdMaximum = Microseconds(0)
    public var baseline: Baseline?
    /// Closed loop may run at all (purpose and consent).
    public var allowsClosedLoop = false
    public var tokenTimeout = Microseconds(0)
    public var lease = Microseconds(0)

    /// Nothing is allowed: no pair, zero ranges; Configuration fills it in.
    public init() {}
}
