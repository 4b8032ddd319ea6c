public import Signal

extension InterlockSet {
    /// Bits that speak of pulses: a rest has none.
    static let ofPulses = InterlockSet(rawValue: 0x22C2_02DF_FF80)
    /// Zero output and latch: stop, identity, clock, read-back, verdicts.
    static let zeroing = InterlockSet([.stop, .deviceIdentity, .clock, .readBack, .verdictsDiffer])
    /// Denied and latched, with zero output where the file says `off-latched`.
    static let violations = InterlockSet([.contactOrPair, .waveformClass, .imbalance, .netCurrent])
    /// Ramp to the fallback.
    static let ramping = InterlockSet([
        .limitsInvalid, .tokenStale, .changeRate, .impedance, .sampleAge, .signalQuality, .deadlineMisses,
        .decoderValidity, .consent, .logAndDisk,
    ])
}

/// The reaction to `broken`, in the mode of `evidence`.
///
/// A full dose window leads to the fallback; while one runs, the pulse is only denied. The third time latches.
/// Without output there is nothing to ramp.
public func reaction(of broken: InterlockSet, evidence: Evidence, under limits: Limits) -> Reaction {
    let isThird = { (bit: InterlockSet, count: Int64) in broken.contains(bit) && !(0..<3).contains(count) }
    let isNonFinite = !evidence.decoderValid
    let isResidual = limits.residualVoltage.map { !isMagnitude(evidence.residualVoltage, atMost: $0) } ?? false
    let isViolation = !broken.isDisjoint(with: .violations)
    let isZeroing =
        !broken.isDisjoint(with: .zeroing) || (isViolation && limits.latchesOnGateViolation)
        || isThird(.compliance, evidence.complianceEvents) || (broken.contains(.compliance) && isResidual)
    let isLatching =
        isZeroing || isViolation || broken.contains(.leaseExpired)
        || isThird(.uncertainDelivery, evidence.uncertainDeliveries)
        || (isNonFinite && isThird(.decoderValidity, evidence.nonFiniteDecisions))
    var reaction: Reaction = broken.isEmpty ? [] : .deny
    if isZeroing { reaction.insert(.zero) }
    if isLatching { reaction.insert(.latch) }
    switch evidence.mode {
    case .off, .armed, .latched:
        return reaction
    case .openLoop, .closedLoop, .fallback:
        let ramping = isNonFinite ? broken.subtracting(.decoderValidity) : broken
        let isFull = broken.contains(.doseWindow) && evidence.mode != .fallback
        if isFull || !ramping.isDisjoint(with: .ramping) { reaction.insert(.rampToFallback) }
        if broken.contains(.tokenStale) { reaction.insert(.latchFlag) }
        return reaction
    }
}
