public import Signal

/// What a lead has done: its last pulse, its ramp, the targets asked of it, its trains.
public struct LeadHistory: Sendable {
    /// Start and end of the last permitted or settled pulse; nil before the first.
    public private(set) var lastPulse: Microseconds?, lastPulseEnd: Microseconds?
    /// Its amplitude, 0 before the first; stated time of the last change of amplitude.
    public private(set) var lastAmplitude: Nanoamperes, changedAt: Microseconds
    private var lastPeriod = Microseconds(0)
    /// The ramp's second time base: the amplitude at a moment of the judge's clock, renewed after 250 ms.
    private(set) var anchor = Nanoamperes(0), anchoredAt: Microseconds?
    private(set) var trainStart: Microseconds?, trainsInEpisode: Int64 = 0
    private var target: Nanoamperes?, targetSince = Microseconds(0)
    /// Times of the newest changes of target; ``newest`` counts on.
    private var changes: [Microseconds], newest = 0

    init(limits: Limits, output: Nanoamperes, since: Microseconds) {
        let count = Int(min(max(0, limits.maximumChanges), CompiledCeilings.changes))
        (lastAmplitude, changedAt, changes) = (output, since, Array(repeating: Microseconds(0), count: count))
    }

    /// The amplitude at `time` and since when: 0 once the output has paused for longer than a lease and two periods.
    func output(at time: Microseconds, _ limits: Limits) -> (amplitude: Nanoamperes, since: Microseconds) {
        guard let lastPulse, let pause = difference(time.value, lastPulse.value) else {
            return (lastAmplitude, changedAt)
        }
        let longest = max(limits.lease.value, product(lastPeriod.value, 2) ?? .max)
        return pause > longest ? (Nanoamperes(0), lastPulse) : (lastAmplitude, changedAt)
    }

    /// The first pulse of `segment` belongs to the train that runs: at most two periods after the last.
    func continuesTrain(_ segment: Segment) -> Bool {
        guard let lastPulse, let pause = difference(segment.firstPulse.value, lastPulse.value) else { return false }
        return pause <= product(max(lastPeriod.value, segment.period.value), 2) ?? .max
    }

    /// From the end of the last pulse to the first of `segment`; nil before the first pulse.
    func pause(before segment: Segment) -> Int64? { difference(segment.firstPulse.value, lastPulseEnd?.value) }

    /// IL-21: a new target is neither one too many in its window nor too soon after the one before.
    func mayAim(at wanted: Nanoamperes, _ now: Microseconds, _ limits: Limits) -> Bool {
        guard let target, wanted != target else { return true }
        guard !changes.isEmpty, let held = difference(now.value, targetSince.value), held >= limits.minimumHold.value
        else { return false }
        guard newest >= changes.count else { return true }
        guard let age = difference(now.value, changes[newest % changes.count].value) else { return false }
        return age >= limits.changeWindow.value
    }

    mutating func aim(at wanted: Nanoamperes?, _ now: Microseconds) {
        guard let wanted, wanted != target else { return }
        if target != nil, !changes.isEmpty {
            changes[newest % changes.count] = now
            newest += 1
        }
        (target, targetSince) = (wanted, now)
    }

    /// Takes over a permitted or settled plan that was judged at `now`.
    mutating func follow(_ plan: Plan, last: Int64, end: Int64, at now: Microseconds, _ limits: Limits) {
        let segment = plan.segment
        let present = output(at: segment.firstPulse, limits)
        if !continuesTrain(segment) {
            let beyond = difference(pause(before: segment), limits.train?.episodeLockout.value)
            if let beyond, beyond >= 0 { trainsInEpisode = 0 }
            (trainStart, trainsInEpisode) = (segment.firstPulse, trainsInEpisode + 1)
        }
        changedAt = segment.amplitude == present.amplitude ? present.since : segment.firstPulse
        (lastAmplitude, lastPeriod) = (segment.amplitude, segment.period)
        (lastPulse, lastPulseEnd) = (Microseconds(last), Microseconds(end))
        let anchorAge = difference(now.value, anchoredAt?.value) ?? .max
        if present.amplitude.value == 0 || anchorAge >= 250_000 {
            (anchor, anchoredAt) = (segment.amplitude, now)
        }
    }

    /// A mode change: ramp and target start anew from the present output; trains and counted changes stay.
    mutating func modeChanged() {
        if let lastPulse { changedAt = max(changedAt, lastPulse) }
        target = nil
    }
}
