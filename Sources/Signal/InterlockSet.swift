/// Interlocks of the catalogue in Safety.md: bit *nn* is IL-*nn*.
///
/// The same word is the verdict's reason, the journal's field and what an operator is shown.
public struct InterlockSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt64

    /// The set with exactly the bits of `rawValue`.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The set of the one interlock IL-`bit`; empty above 63.
    @inlinable public init(bit: Int) { rawValue = bit < 0 ? 0 : 1 << UInt64(bit) }

    public static let incomplete = Self(bit: 0), notArmed = Self(bit: 1), limitsInvalid = Self(bit: 2)
    public static let tokenStale = Self(bit: 3), leaseExpired = Self(bit: 4), stop = Self(bit: 5)
    public static let latchSet = Self(bit: 6), contactOrPair = Self(bit: 7), waveformClass = Self(bit: 8)
    public static let amplitude = Self(bit: 9), summedAmplitude = Self(bit: 10), pulseWidth = Self(bit: 11)
    public static let interphase = Self(bit: 12), frequencyOrGap = Self(bit: 13), chargePerPhase = Self(bit: 14)
    public static let chargeDensity = Self(bit: 15), shannon = Self(bit: 16), microCharge = Self(bit: 17)
    public static let imbalance = Self(bit: 18), netCurrent = Self(bit: 19), ramp = Self(bit: 20)
    public static let changeRate = Self(bit: 21), doseWindow = Self(bit: 22), train = Self(bit: 23)
    public static let lockout = Self(bit: 24), impedance = Self(bit: 25), sampleAge = Self(bit: 26)
    public static let signalQuality = Self(bit: 27), deadlineMisses = Self(bit: 28), decoderValidity = Self(bit: 29)
    public static let uncertainDelivery = Self(bit: 30), compliance = Self(bit: 31), deviceIdentity = Self(bit: 32)
    public static let acknowledgement = Self(bit: 33), consent = Self(bit: 34), logAndDisk = Self(bit: 35)
    public static let clock = Self(bit: 36), sensory = Self(bit: 37), chargeInjection = Self(bit: 38)
    public static let operandDomain = Self(bit: 39), sequence = Self(bit: 40), ownership = Self(bit: 41)
    public static let readBack = Self(bit: 42), realtime = Self(bit: 43), armingEvidence = Self(bit: 44)
    public static let electrodeVoltage = Self(bit: 45), verdictsDiffer = Self(bit: 46)

    /// What the gate evaluates: the whole catalogue, IL-01 to 46; IL-37 of feedback, every other one of segments.
    public static let implemented = InterlockSet(rawValue: 0x7FFF_FFFF_FFFE)

    /// The catalogue's name of IL-`bit`.
    public static func name(ofBit bit: Int) -> StaticString {
        catalogue.indices.contains(bit) ? catalogue[bit] : "unknown"
    }

    private static let catalogue: [StaticString] = [
        "evaluation incomplete", "not armed", "limits invalid", "token stale", "lease expired", "stop", "latch set",
        "contact or pair", "waveform class", "amplitude", "summed amplitude", "pulse width", "interphase",
        "frequency or gap", "charge per phase", "charge density", "Shannon", "micro charge", "imbalance",
        "net direct current", "ramp", "change rate", "dose window", "train", "lockout", "impedance",
        "sample age or order", "signal quality", "deadline misses", "decoder validity", "uncertain delivery",
        "compliance or residual", "device identity", "acknowledgement", "consent", "log or disk", "clock", "sensory",
        "charge injection", "operand domain", "sequence", "ownership", "read-back", "real time", "arming evidence",
        "electrode voltage", "verdicts differ",
    ]
}
