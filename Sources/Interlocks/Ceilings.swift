public import Signal

/// k × 100 of Shannon's line and K = ⌊10^(k+10)⌋ of Q² ≤ K·A (fC², µm²): the only values a file may name.
///
/// Shannon, IEEE TBME 39:424 (1992). Computed once outside, so that the gate takes no logarithm.
public let shannonTable: [(hundredths: Int64, k: UInt64)] = [
    (150, 316_227_766_016), (155, 354_813_389_233), (160, 398_107_170_553), (165, 446_683_592_150),
    (170, 501_187_233_627), (175, 562_341_325_190), (180, 630_957_344_480), (185, 707_945_784_384),
]

/// The outermost layer of limits, L0: no file can raise it; sources in Safety.md.
public enum CompiledCeilings {
    /// Per contact of an implanted electrode, and summed over an area: a deep-brain stimulator's manual.
    public static let amplitude = Nanoamperes(12_700_000), totalAmplitude = Nanoamperes(20_000_000)
    /// Longest leading phase; shortest period, 333 Hz rounded to the strict side.
    public static let width = Microseconds(1_000), period = Microseconds(3_004)
    /// fC/µm² per phase: 30 µC/cm²; the gate enforces it.
    public static let chargeDensity: Int64 = 300
    /// k = 1.85, the lowest at which damage was seen; the gate enforces it.
    public static let shannonK: UInt64 = 707_945_784_384
    /// Balance of one pulse, 0.4 %; |ΣQ| in 1 s, 100 nA.
    public static let imbalance = PartsPerMillion(4_000), netCharge = Femtocoulombs(100_000_000)
    /// 20 nC; below 4 nC no evidence is needed; the gate enforces both.
    public static let microCharge = Femtocoulombs(20_000_000), microChargeWithoutEvidence = Femtocoulombs(3_999_999)
    /// Longest lease of a device, and longest token timeout.
    public static let lease = Microseconds(250_000), tokenTimeout = Microseconds(100_000)
    /// Pulses in one segment; the dose windows of more cannot be evaluated, so that IL-22 denies it.
    public static let pulses: Int64 = 256
    /// Overdue replies of a guard before the lease counts as lost.
    public static let acknowledgementsMissing: Int64 = 3
    /// Leads of one device; changes of target that are remembered.
    public static let leads = 8, changes: Int64 = 4_096
    /// A sampling rate may be off by 1 %; before its first pulse a lead has been at 0 since this time.
    public static let rateDeviation = PartsPerMillion(10_000), atRestSince = Microseconds(-1_000_000)
}
