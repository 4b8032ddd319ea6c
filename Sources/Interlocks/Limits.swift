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

    /// A contact.
    public init(
        kind: ElectrodeKind, area: SquareMicrometres, mayStimulate: Bool, chargeInjectionDensity: Int64? = nil
    ) {
        self.kind = kind
        self.area = area
        self.mayStimulate = mayStimulate
        self.chargeInjectionDensity = chargeInjectionDensity
    }
}

/// An allowed pair: current flows from its anodes to its cathodes, shared equally within each side.
public struct ContactPair: Hashable, Sendable {
    /// Indices into ``Limits/contacts``.
    public var cathodes: [Int]
    public var anodes: [Int]

    /// A pair of contact sets.
    public init(cathodes: [Int], anodes: [Int]) {
        self.cathodes = cathodes
        self.anodes = anodes
    }
}

/// One sliding window over leading-phase charge per contact.
public struct DoseWindow: Hashable, Sendable, BitwiseCopyable {
    public var length: Microseconds
    public var charge: Femtocoulombs

    /// At most `charge` in any `length`.
    public init(length: Microseconds, charge: Femtocoulombs) {
        self.length = length
        self.charge = charge
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
        self.pair = pair
        self.amplitude = amplitude
        self.width = width
        self.period = period
    }
}

/// Every bound that the gate holds a segment against, after all layers have been intersected.
///
/// Integers in the units of their names. Built by Configuration from a signed file, a device and the compiled ceilings.
public struct Limits: Hashable, Sendable {
    public var contacts: [Contact]
    public var pairs: [ContactPair]
    public var amplitude: ClosedRange<Nanoamperes>
    /// Over the source contacts that are driven together.
    public var totalAmplitude: Nanoamperes
    public var width: ClosedRange<Microseconds>
    public var interphase: ClosedRange<Microseconds>
    /// Period, rounded to the strict side: 185 Hz gives at least 5,406 µs.
    public var period: ClosedRange<Microseconds>
    /// From the end of a pulse to the start of the next.
    public var minimumInterPulse: Microseconds
    public var chargePerPhase: Femtocoulombs
    /// fC/µm² per phase; 30 µC/cm² is 300.
    public var chargeDensity: Int64
    /// K of Q² ≤ K·A (fC², µm²): a row of ``shannonTable``.
    public var shannonK: UInt64
    public var imbalance: PartsPerMillion
    /// |ΣQ| over 1 s.
    public var netCharge: Femtocoulombs
    /// Bit i: waveform with raw value i is allowed.
    public var waveforms: UInt8
    /// nA/s.
    public var rampUp: Int64
    /// nA/s.
    public var rampDown: Int64
    /// Between two consecutive permits.
    public var maximumStep: Nanoamperes
    public var doseMode: DoseMode
    /// 1 s, 60 s, 1 h, 24 h, in this order.
    public var doseWindows: [DoseWindow]
    public var lockoutAfterFault: Microseconds
    public var maximumSampleAge: Microseconds
    public var maximumGap: Microseconds
    public var minimumValidChannels: Int64
    public var deadlineMisses: Int64
    public var deadlineMissWindow: Microseconds
    /// Millionths.
    public var minimumConfidence: Int64
    public var onSensorLoss: Fallback
    public var onWatchdog: Fallback
    public var onExpiry: Fallback
    /// `on_gate_violation: off-latched`.
    public var latchesOnGateViolation: Bool
    public var holdMaximum: Microseconds
    public var baseline: Baseline?
    /// Closed loop may run at all (purpose and consent).
    public var allowsClosedLoop: Bool
    public var tokenTimeout: Microseconds
    public var lease: Microseconds

    /// Nothing is allowed: no pair, zero ranges. Configuration fills it in.
    public init() {
        contacts = []
        pairs = []
        amplitude = Nanoamperes(0)...Nanoamperes(0)
        totalAmplitude = Nanoamperes(0)
        width = Microseconds(0)...Microseconds(0)
        interphase = Microseconds(0)...Microseconds(0)
        period = Microseconds(0)...Microseconds(0)
        minimumInterPulse = Microseconds(0)
        chargePerPhase = Femtocoulombs(0)
        chargeDensity = 0
        shannonK = 0
        imbalance = PartsPerMillion(0)
        netCharge = Femtocoulombs(0)
        waveforms = 0
        rampUp = 0
        rampDown = 0
        maximumStep = Nanoamperes(0)
        doseMode = .continuous
        doseWindows = []
        lockoutAfterFault = Microseconds(0)
        maximumSampleAge = Microseconds(0)
        maximumGap = Microseconds(0)
        minimumValidChannels = 0
        deadlineMisses = 0
        deadlineMissWindow = Microseconds(0)
        minimumConfidence = 1_000_000
        onSensorLoss = .stop
        onWatchdog = .stop
        onExpiry = .rampOff
        latchesOnGateViolation = false
        holdMaximum = Microseconds(0)
        baseline = nil
        allowsClosedLoop = false
        tokenTimeout = Microseconds(0)
        lease = Microseconds(0)
    }
}
