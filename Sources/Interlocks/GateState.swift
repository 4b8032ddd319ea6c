public import Signal

/// What a gate remembers between two segments: each lead's history, impedances, owners, lockout and dose ledger.
///
/// A value. All storage is allocated by `init(limits:)`; ``judge(_:evidence:state:at:under:)`` never allocates.
/// A state that was copied is a second history: keep one, and pass it `inout`.
public struct GateState: Sendable {
    /// By lead; pulses permitted or settled since the state was made.
    public private(set) var leads: [LeadHistory], pulses: Int64 = 0
    /// IL-24 denies before this time.
    public private(set) var lockoutEnd = Microseconds(.min)
    /// Per contact: charge by dose window, net charge over 1 s, time in trains by dose window; per lead: trains a day.
    var ledger: Ledger, trains: Ledger
    let windowCount: Int
    /// Controller that holds each contact; negative: none.
    private(set) var owners: [Int32], impedances: [Impedance?]
    private let limits: Limits

    /// A measurement in mΩ, when, and how far from the one before (ppm).
    struct Impedance: Hashable, Sendable { var milliohms: Int64, time: Microseconds, step: Int64 }

    /// No history but a level `output` of every lead; judge only under the same `limits`.
    public init(
        limits: Limits, output: Nanoamperes = Nanoamperes(0), since: Microseconds = CompiledCeilings.atRestSince
    ) {
        self.limits = limits
        windowCount = limits.doseWindows.count
        let lengths = limits.doseWindows.map(\.length.value)
        ledger = Ledger(contacts: limits.contacts.count, lengths: lengths + [1_000_000] + lengths)
        let count = limits.pairs.reduce(1) { max($0, min($1.lead, CompiledCeilings.leads - 1) + 1) }
        leads = Array(repeating: LeadHistory(limits: limits, output: output, since: since), count: count)
        trains = Ledger(contacts: count, lengths: [86_400_000_000])
        owners = Array(repeating: -1, count: limits.contacts.count)
        impedances = Array(repeating: nil, count: limits.contacts.count)
    }

    /// Leading-phase charge of `contact` in dose window `window` that ends at `time`, partly expired buckets whole.
    public func windowCharge(contact: Int, window: Int, at time: Microseconds) -> Femtocoulombs {
        Femtocoulombs(ledger.charge(contact: contact, window: window, at: time.value) ?? .max)
    }

    /// The amplitude of `lead` at `time` and since when; 0 after a pause.
    public func output(lead: Int, at time: Microseconds) -> (amplitude: Nanoamperes, since: Microseconds) {
        self.lead(lead)?.output(at: time, limits) ?? (Nanoamperes(0), time)
    }

    /// A measurement of `contact` in mΩ at `time`; the step is counted from the measurement before.
    public mutating func measured(_ milliohms: Int64, contact: Int, at time: Microseconds) {
        guard impedances.indices.contains(contact) else { return }
        let before = impedances[contact]?.milliohms ?? milliohms
        let change = difference(max(before, milliohms), min(before, milliohms)).flatMap { product($0, 1_000_000) }
        let step = before > 0 ? change.map { quotientRoundedUp($0, before) } ?? .max : Int64.max
        impedances[contact] = Impedance(milliohms: milliohms, time: time, step: step)
    }

    /// True when every contact of the pairs that has bounds was measured, and not too long before `time` (arming).
    public func knowsImpedances(at time: Microseconds) -> Bool {
        limits.pairs.allSatisfy { $0.allSatisfy { index, _ in knowsImpedance(of: index, at: time) } }
    }

    func knowsImpedance(of contact: Int, at time: Microseconds) -> Bool {
        guard let bounds = limits.contacts[contact].impedance else { return true }
        guard let age = difference(time.value, impedances[contact]?.time.value) else { return false }
        return age <= bounds.maximumAge.value
    }

    /// Value and step; true where nothing was measured, which is a matter of age.
    func isImpedanceInRange(_ contact: Int) -> Bool {
        guard let bounds = limits.contacts[contact].impedance, let last = impedances[contact] else { return true }
        return bounds.range.contains(last.milliohms) && last.step <= bounds.maximumStep.value
    }

    func lead(_ index: Int) -> LeadHistory? { leads.indices.contains(index) ? leads[index] : nil }

    /// Debits the pulses of `segment` that started at or before `time` and that no permit of this state has debited.
    ///
    /// For what a device reports beside the permits: uncertain delivery, or a history from before a restart.
    public mutating func settle(delivered segment: Segment, at time: Microseconds) {
        var part = segment
        guard segment.period.value > 0, let elapsed = difference(time.value, segment.firstPulse.value), elapsed >= 0
        else { return }
        part.pulses = min(segment.pulses, sum(elapsed / segment.period.value, 1) ?? .max)
        debit(Plan(part, under: limits), at: time)
    }

    /// Charge or time in the bucket that is `age` buckets older than that of `time`, and the bucket's length in µs.
    ///
    /// Rings: charge over each dose window, net charge over 1 s, time in trains over each window.
    public func bucket(contact: Int, ring: Int, age: Int64, at time: Microseconds) -> (amount: Int64, length: Int64)? {
        ledger.bucket(contact: contact, window: ring, age: age, at: time.value)
    }

    /// Puts `amount` of an earlier session into a ring, `time` (µs, negative) before this one; oldest first.
    public mutating func recall(_ amount: Int64, contact: Int, ring: Int, at time: Microseconds) {
        ledger.debit(contact: contact, window: ring, charge: amount, at: time.value)
    }

    /// Counts every window of every contact as full at `time`: an unknown history.
    public mutating func fillWindows(at time: Microseconds) {
        for contact in limits.contacts.indices {
            for (window, dose) in limits.doseWindows.enumerated() {
                ledger.debit(contact: contact, window: window, charge: dose.charge.value, at: time.value)
            }
        }
    }

    /// A mode change: ramps start anew from the present output; ledger and lockout stay, contacts are free again.
    public mutating func modeChanged() {
        for lead in leads.indices { leads[lead].modeChanged() }
        for contact in owners.indices { owners[contact] = -1 }
    }

    /// Starts the lockout of `limits` after a fault at `time`; it never shortens one that runs.
    public mutating func lockOut(at time: Microseconds) {
        lockoutEnd = max(lockoutEnd, Microseconds(sum(time.value, limits.lockoutAfterFault.value) ?? .max))
    }

    /// A permitted proposal, rest or not, tells what its controller aims at, and claims its contacts.
    mutating func aim(_ scene: Scene) {
        if leads.indices.contains(scene.lead) { leads[scene.lead].aim(at: scene.evidence.target, scene.now) }
        guard let pair = scene.plan.pair else { return }
        for index in pair.cathodes { owners[index] = scene.evidence.controller }
        for index in pair.anodes { owners[index] = scene.evidence.controller }
    }

    /// Debits each pulse of a plan at its stated time.
    mutating func debit(_ plan: Plan, at now: Microseconds) {
        guard let charge = plan.charge, let net = plan.netCharge, let pair = plan.pair, let last = plan.lastPulse,
            let end = plan.end
        else { return }
        let isNewTrain = !leads[pair.lead].continuesTrain(plan.segment)
        if isNewTrain { trains.debit(contact: pair.lead, window: 0, charge: 1, at: plan.segment.firstPulse.value) }
        leads[pair.lead].follow(plan, last: last, end: end, at: now, limits)
        pulses = sum(pulses, plan.segment.pulses) ?? .max
        for index in pair.cathodes { debit(plan.segment, index, charge, net, pair.cathodes.count) }
        for index in pair.anodes { debit(plan.segment, index, charge, net, pair.anodes.count) }
    }

    private mutating func debit(_ segment: Segment, _ contact: Int, _ charge: Int64, _ net: Int64, _ shares: Int) {
        let charge = quotientRoundedUp(charge, Int64(shares))
        let net = quotientRoundedUp(net, Int64(shares))
        let each = min(segment.pulses, CompiledCeilings.pulses)
        for pulse in 0..<each {
            let time = sum(segment.firstPulse.value, product(pulse, segment.period.value))
            // What a device delivered beyond the longest segment is counted at once, with the last pulse.
            let count = pulse + 1 == each ? segment.pulses - pulse : 1
            let (dose, duration) = (product(charge, count), product(segment.period.value, count))
            for window in 0..<windowCount {
                ledger.debit(contact: contact, window: window, charge: dose, at: time)
                ledger.debit(contact: contact, window: windowCount + 1 + window, charge: duration, at: time)
            }
            ledger.debit(contact: contact, window: windowCount, charge: product(net, count), at: time)
        }
    }
}
