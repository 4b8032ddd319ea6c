import Interlocks
public import Signal

extension InterlockSet {
    /// A place or a shape that is not allowed, and current that does not come back.
    static let placeAndShape: InterlockSet = [.contactOrPair, .waveformClass, .imbalance, .netCurrent]
}

/// Which of the broken interlocks ask for zero, for a latch and for the fallback.
///
/// Taken from the catalogue's ``reaction(of:evidence:under:)``, one interlock at a time.
public struct Consequence: Hashable, Sendable {
    public private(set) var zeroing: InterlockSet = []
    public private(set) var latching: InterlockSet = []
    public private(set) var ramping: InterlockSet = []

    /// A segment that merely reaches beyond a lease that runs is denied; only a lease that has ended latches.
    public init(of broken: InterlockSet, evidence: Evidence, under limits: Limits, isLeaseOver: Bool) {
        for bit in 0..<64 {
            let one = broken.intersection(InterlockSet(bit: bit))
            guard !one.isEmpty else { continue }
            let asked = reaction(of: one, evidence: evidence, under: limits)
            let isAnswered = evidence.acknowledgementsMissing < CompiledCeilings.acknowledgementsMissing
            if one == .leaseExpired && !isLeaseOver && isAnswered { continue }
            if asked.contains(.zero) { zeroing.formUnion(one) }
            if asked.contains(.latch) { latching.formUnion(one) }
            if asked.contains(.rampToFallback) { ramping.formUnion(one) }
        }
    }
}

/// What follows when the gate denies a pulse of the fallback that the guard plays.
public enum FallbackDenial: Sendable {
    /// A dose window is full: this pulse is left out, the baseline goes on.
    case skip
    /// Output leaves by the signed ramp.
    case rampOff
    /// Output is zero at once, latched.
    case zero

    /// Any interlock that denies a baseline or a hold leads to a ramp-off, unless it asks for zero at once; one that
    /// denies a ramp-off leads to zero.
    public init(of broken: InterlockSet, in kind: Fallback, evidence: Evidence, under limits: Limits) {
        let asked = Consequence(of: broken, evidence: evidence, under: limits, isLeaseOver: true)
        switch kind {
        case .stop, .rampOff: self = .zero
        case .openLoopBaseline where broken == .doseWindow: self = .skip
        case .openLoopBaseline, .holdThenOff: self = asked.zeroing.isEmpty ? .rampOff : .zero
        }
    }
}
