/// Interlocks of the catalogue in Safety.md: bit *nn* is IL-*nn*.
///
/// The same word is the verdict's reason, the journal's field and what an operator is shown.
public struct InterlockSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt64

    /// The set with exactly the bits of `rawValue`.
    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The set of the one interlock IL-`bit`; empty above 63.
    @inlinable public init(bit: Int) { rawValue = bit < 0 ? 0 : 1 << UInt64(bit) }

    public static let incomplete = InterlockSet(bit: 0), notArmed = InterlockSet(bit: 1)
    public static let limitsInvalid = InterlockSet(bit: 2), tokenStale = InterlockSet(bit: 3)
    public static let leaseExpired = InterlockSet(bit: 4), stop = InterlockSet(bit: 5)
    public static let latchSet = InterlockSet(bit: 6), contactOrPair = InterlockSet(bit: 7)
    public static let waveformClass = InterlockSet(bit: 8), amplitude = InterlockSet(bit: 9)
    public static let summedAmplitude = InterlockSet(bit: 10), pulseWidth = InterlockSet(bit: 11)
    public static let interphase = InterlockSet(bit: 12), frequencyOrGap = InterlockSet(bit: 13)
    public static let chargePerPhase = InterlockSet(bit: 14), chargeDensity = InterlockSet(bit: 15)
    public static let shannon = InterlockSet(bit: 16), microCharge = InterlockSet(bit: 17)
    public static let imbalance = InterlockSet(bit: 18), netCurrent = InterlockSet(bit: 19)
    public static let ramp = InterlockSet(bit: 20), changeRate = InterlockSet(bit: 21)
    public static let doseWindow = InterlockSet(bit: 22), train = InterlockSet(bit: 23)
    public static let lockout = InterlockSet(bit: 24), impedance = InterlockSet(bit: 25)
    public static let sampleAge = InterlockSet(bit: 26), signalQuality = InterlockSet(bit: 27)
    public static let deadlineMisses = InterlockSet(bit: 28), decoderValidity = InterlockSet(bit: 29)
    public static let uncertainDelivery = InterlockSet(bit: 30), compliance = InterlockSet(bit: 31)
    public static let deviceIdentity = InterlockSet(bit: 32), acknowledgement = InterlockSet(bit: 33)
    public static let consent = InterlockSet(bit: 34), logAndDisk = InterlockSet(bit: 35)
    public static let clock = InterlockSet(bit: 36), sensory = InterlockSet(bit: 37)
    public static let chargeInjection = InterlockSet(bit: 38), operandDomain = InterlockSet(bit: 39)
    public static let sequence = InterlockSet(bit: 40), ownership = InterlockSet(bit: 41)
    public static let readBack = InterlockSet(bit: 42), realtime = InterlockSet(bit: 43)
    public static let armingEvidence = InterlockSet(bit: 44), electrodeVoltage = InterlockSet(bit: 45)
    public static let verdictsDiffer = InterlockSet(bit: 46)

    /// What ``judge(_:evidence:state:at:under:)`` evaluates: IL-01 to 20, 22, 24, 26 to 28, 38 to 40 and 43.
    public static let implemented = InterlockSet(rawValue: 0x9C0_1D5F_FFFE)

    /// The lowest bit of the set; nil when empty.
    public var first: Int? { rawValue == 0 ? nil : rawValue.trailingZeroBitCount }

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

    /// Clears `interlock` where its condition holds; what nobody clears denies.
    mutating func clear(_ interlock: InterlockSet, when holds: Bool) {
        if holds { remove(interlock) }
    }
}
