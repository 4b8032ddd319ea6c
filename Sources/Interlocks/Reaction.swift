/// What broken interlocks ask for beside the denial of one segment; empty: nothing.
public struct Reaction: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt8
    /// The reactions of `rawValue`.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// No pulse.
    public static let deny = Reaction(rawValue: 1)
    /// Leave for the signed file's fallback.
    public static let rampToFallback = Reaction(rawValue: 2)
    /// Zero output now.
    public static let zero = Reaction(rawValue: 4)
    /// Latch; only an acknowledgement leads back.
    public static let latch = Reaction(rawValue: 8)
    /// The fallback carries the latch flag.
    public static let latchFlag = Reaction(rawValue: 16)
}

extension InterlockSet {
    /// Bits that speak of pulses: a rest has none.
    static let ofPulses = InterlockSet(rawValue: 0xC0_005F_FF80)
    /// Zero output and latch: stop, identity, clock, read-back, verdicts.
    static let zeroing = InterlockSet([.stop, .deviceIdentity, .clock, .readBack, .verdictsDiffer])
    /// Denied and latched, with zero output where the file says `off-latched`.
    static let violations = InterlockSet([.contactOrPair, .waveformClass, .imbalance, .netCurrent])
    /// Ramp to the fallback.
    static let ramping = InterlockSet([
        .limitsInvalid, .tokenStale, .changeRate, .sampleAge, .signalQuality, .deadlineMisses, .decoderValidity,
        .consent, .logAndDisk,
    ])
}

/// The reaction to `broken` in `mode`.
///
/// A full dose window leads to the fallback in dose mode `continuous`; in `burst`, and while a fallback runs, the pulse
/// is only denied. Without output there is nothing to ramp.
public func reaction(of broken: InterlockSet, in mode: Mode, under limits: Limits) -> Reaction {
    var reaction: Reaction = broken.isEmpty ? [] : .deny
    if !broken.isDisjoint(with: .zeroing) { reaction.formUnion([.zero, .latch]) }
    if !broken.isDisjoint(with: .violations) {
        reaction.formUnion(limits.latchesOnGateViolation ? [.zero, .latch] : .latch)
    }
    if broken.contains(.leaseExpired) { reaction.insert(.latch) }
    switch mode {
    case .off, .armed, .latched:
        return reaction
    case .openLoop, .closedLoop, .fallback:
        if !broken.isDisjoint(with: .ramping) { reaction.insert(.rampToFallback) }
        if broken.contains(.tokenStale) { reaction.insert(.latchFlag) }
        if broken.contains(.doseWindow), limits.doseMode == .continuous, mode != .fallback {
            reaction.insert(.rampToFallback)
        }
        return reaction
    }
}
