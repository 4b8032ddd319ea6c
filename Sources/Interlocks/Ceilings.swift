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
    /// Summed over an area: the largest range of a deep-brain stimulator's manual.
    public static var totalAmplitude: Nanoamperes { Nanoamperes(20_000_000) }
    /// Per contact of an implanted electrode.
    public static var amplitude: Nanoamperes { Nanoamperes(12_700_000) }
    /// Longest leading phase.
    public static var width: Microseconds { Microseconds(1_000) }
    /// Shortest period, 333 Hz rounded to the strict side.
    public static var period: Microseconds { Microseconds(3_004) }
    /// fC/µm² per phase: 30 µC/cm²; the gate enforces it.
    public static var chargeDensity: Int64 { 300 }
    /// k = 1.85, the lowest at which damage was seen; the gate enforces it.
    public static var shannonK: UInt64 { 707_945_784_384 }
    /// Balance of one pulse, 0.4 %.
    public static var imbalance: PartsPerMillion { PartsPerMillion(4_000) }
    /// |ΣQ| in 1 s: 100 nA.
    public static var netCharge: Femtocoulombs { Femtocoulombs(100_000_000) }
    /// From 4 nC a microelectrode needs evidence that no file of this version can carry; the gate enforces it.
    public static var microCharge: Femtocoulombs { Femtocoulombs(3_999_999) }
    /// Longest lease of a device.
    public static var lease: Microseconds { Microseconds(250_000) }
    /// Longest token timeout.
    public static var tokenTimeout: Microseconds { Microseconds(100_000) }
    /// Pulses in one segment; the dose windows of more cannot be evaluated, so that IL-22 denies it.
    public static var pulses: Int64 { 256 }
    /// Overdue replies of a guard before the lease counts as lost.
    public static var acknowledgementsMissing: Int64 { 3 }
}
