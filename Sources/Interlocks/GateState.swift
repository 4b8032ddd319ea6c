public import Signal

/// What a gate remembers between two segments: the last amplitude, the last pulse, the lockout and the dose ledger.
///
/// A value. All storage is allocated by `init(limits:)`; ``judge(_:evidence:state:at:under:)`` never allocates.
/// A state that was copied is a second history: keep one, and pass it `inout`.
public struct GateState: Sendable {
    /// Start of the last permitted or settled pulse; nil before the first.
    public private(set) var lastPulse: Microseconds?
    /// End of that pulse.
    public private(set) var lastPulseEnd: Microseconds?
    /// Its amplitude; 0 before the first.
    public private(set) var lastAmplitude = Nanoamperes(0)
    /// Stated time of the last change of amplitude.
    public private(set) var changedAt = Microseconds(0)
    /// Pulses permitted or settled since the state was made.
    public private(set) var pulses: Int64 = 0
    /// Time spent in pulses, both phases and the interphase.
    public private(set) var onTime = Microseconds(0)
    /// IL-24 denies before this time.
    public private(set) var lockoutEnd = Microseconds(.min)
    /// Charge per contact over each dose window, then the net charge over 1 s.
    var ledger: Ledger
    let windowCount: Int
    private var lastPeriod = Microseconds(0)
    private let limits: Limits

    /// An empty history under `limits`; judge only under the same limits.
    public init(limits: Limits) {
        self.limits = limits
        windowCount = limits.doseWindows.count
        ledger = Ledger(contacts: limits.contacts.count, lengths: limits.doseWindows.map(\.length.value) + [1_000_000])
    }

    /// Leading-phase charge of `contact` in dose window `window` that ends at `time`, partly expired buckets whole.
    public func windowCharge(contact: Int, window: Int, at time: Microseconds) -> Femtocoulombs {
        Femtocoulombs(ledger.charge(contact: contact, window: window, at: time.value) ?? .max)
    }

    /// |Q1 + Q2| of the pulses of `contact` in the second that ends at `time`, summed without sign.
    public func netCharge(contact: Int, at time: Microseconds) -> Femtocoulombs {
        Femtocoulombs(ledger.charge(contact: contact, window: windowCount, at: time.value) ?? .max)
    }

    /// Debits the pulses of `segment` that started at or before `time` and that no permit of this state has debited.
    ///
    /// For what a device reports beside the permits: uncertain delivery, or a history from before a restart.
    public mutating func settle(delivered segment: Segment, at time: Microseconds) {
        var part = segment
        guard segment.period.value > 0, let elapsed = difference(time.value, segment.firstPulse.value), elapsed >= 0
        else { return }
        part.pulses = min(segment.pulses, sum(elapsed / segment.period.value, 1) ?? .max)
        debit(Plan(part, under: limits))
    }

    /// Counts every window of every contact as full at `time`: an unknown history.
    public mutating func fillWindows(at time: Microseconds) {
        for contact in 0..<ledger.contacts {
            for (window, dose) in limits.doseWindows.enumerated() {
                ledger.debit(contact: contact, window: window, charge: dose.charge.value, at: time.value)
            }
        }
    }

    /// A mode change: a ramp starts anew from the present output; the ledger and the lockout stay.
    public mutating func modeChanged() {
        if let lastPulse, changedAt < lastPulse { changedAt = lastPulse }
    }

    /// Starts the lockout of `limits` after a fault at `time`; it never shortens one that runs.
    public mutating func lockOut(at time: Microseconds) {
        lockoutEnd = max(lockoutEnd, Microseconds(sum(time.value, limits.lockoutAfterFault.value) ?? .max))
    }

    /// The amplitude at `time` and since when: 0 once the output has paused for longer than a lease and two periods.
    public func output(at time: Microseconds) -> (amplitude: Nanoamperes, since: Microseconds) {
        guard let lastPulse, let pause = difference(time.value, lastPulse.value) else {
            return (lastAmplitude, changedAt)
        }
        let longest = max(limits.lease.value, product(lastPeriod.value, 2) ?? .max)
        return pause > longest ? (Nanoamperes(0), lastPulse) : (lastAmplitude, changedAt)
    }

    /// Debits each pulse of a plan at its stated time.
    mutating func debit(_ plan: Plan) {
        guard let charge = plan.charge, let net = plan.netCharge, let pair = plan.pair, let last = plan.lastPulse,
            let end = plan.end, let length = plan.pulseLength
        else { return }
        let first = plan.segment.firstPulse
        let present = output(at: first)
        changedAt = plan.segment.amplitude == present.amplitude ? present.since : first
        (lastAmplitude, lastPeriod) = (plan.segment.amplitude, plan.segment.period)
        (lastPulse, lastPulseEnd) = (Microseconds(last), Microseconds(end))
        pulses = sum(pulses, plan.segment.pulses) ?? .max
        onTime = Microseconds(sum(onTime.value, product(plan.segment.pulses, length)) ?? .max)
        for index in pair.cathodes { debit(plan.segment, index, charge, net, pair.cathodes.count) }
        for index in pair.anodes { debit(plan.segment, index, charge, net, pair.anodes.count) }
    }

    private mutating func debit(_ segment: Segment, _ contact: Int, _ charge: Int64, _ net: Int64, _ shares: Int) {
        let charge = quotientRoundedUp(charge, Int64(shares))
        let net = quotientRoundedUp(net, Int64(shares))
        let each = min(segment.pulses, CompiledCeilings.pulses)
        for pulse in 0..<each {
            guard let time = sum(segment.firstPulse.value, product(pulse, segment.period.value)) else { return }
            // What a device delivered beyond the longest segment is counted at once, with the last pulse.
            let count = pulse + 1 < each ? 1 : segment.pulses - pulse
            let dose = product(charge, count) ?? .max
            for window in 0..<windowCount { ledger.debit(contact: contact, window: window, charge: dose, at: time) }
            ledger.debit(contact: contact, window: windowCount, charge: product(net, count) ?? .max, at: time)
        }
    }
}
