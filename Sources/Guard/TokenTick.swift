import Interlocks
import Signal
import Stimulation

/// One safety tick: the token renews the lease, the mode follows, the proposal is judged again and forwarded.
extension GuardCore where Device: ~Copyable {
    /// Interlocks whose denial here of what the runtime permitted means that the two gates differ (IL-46).
    private static var mustAgree: InterlockSet {
        var set: InterlockSet = []
        for bit in 7...19 { set.formUnion(InterlockSet(bit: bit)) }
        for bit in 37...39 { set.formUnion(InterlockSet(bit: bit)) }
        return set
    }

    mutating func token(_ record: RuntimeRecord) -> (InterlockSet, Segment) {
        let isGood = isGoodToken(record)
        if isGood { lastToken = max(lastToken, record.now) }
        if !isOutputMode { lastProposal = lastNow }
        follow(record, isGood: isGood)
        if isGood && mode != .off && mode != .latched { leaseEnd = Microseconds(lastNow.value + leaseLength) }
        guard record.hasProposal else {
            if isOutputMode && lastNow.value - lastProposal.value > leaseLength { loseProposals() }
            renew(isGood)
            turn()
            return ([], .rest(at: lastNow))
        }
        let answer = propose(record, isGood: isGood)
        turn()
        return answer
    }

    /// What follows with time alone: in virtual time nothing else would carry it.
    private mutating func turn() {
        latchIfRun()
        guard isVirtualTime else { return }
        play()
        watchOff()
    }

    /// The runtime lives and proposes nothing, not even a rest, for a whole lease: its source has stalled.
    ///
    /// What was queued has run out, so that only a baseline can follow; anything else is an output that ended (IL-04).
    private mutating func loseProposals() {
        guard !isPlaying else { return }
        guard limits.onSensorLoss == .openLoopBaseline, play(.openLoopBaseline) else {
            return endOutput(because: .leaseExpired, at: lastNow)
        }
        move { $0.degrade(to: .openLoopBaseline) }
    }

    /// At most 250 ms, whatever the limits say.
    var leaseLength: Int64 { max(0, min(limits.lease.value, CompiledCeilings.lease.value)) }

    /// Every actor answered, and the stamp is neither older than the timeout nor from the future.
    private func isGoodToken(_ record: RuntimeRecord) -> Bool {
        let age = lastNow.value.subtractingReportingOverflow(record.now.value)
        return record.health == .max && !age.overflow && age.partialValue.magnitude <= settings.tokenTimeout.value
    }

    /// The runtime's mode is a request; the guard's machine says whether it is followed.
    private mutating func follow(_ record: RuntimeRecord, isGood: Bool) {
        switch (mode, record.mode) {
        case (.armed, .openLoop) where isGood: _ = move { $0.start(closedLoop: false) }
        case (.closedLoop, .openLoop) where isGood: _ = move { $0.leaveClosedLoop() }
        case (.armed, .closedLoop) where isGood && mayCloseLoop,
            (.openLoop, .closedLoop) where isGood && mayCloseLoop:
            _ = move { $0.start(closedLoop: true) }
        case (.fallback, .closedLoop) where isGood && !isPlaying && mayCloseLoop:
            _ = move { $0.resume() }
        case (.openLoop, .fallback), (.closedLoop, .fallback): degrade()
        // The guard left the loop by its own verdict and played meanwhile; now the runtime plays.
        case (.fallback, .fallback) where isGood && latch.isEmpty && handsOver:
            stopPlaying()
            handsOver = false
        case (.armed, .latched), (.openLoop, .latched), (.closedLoop, .latched), (.fallback, .latched):
            let reasons = InterlockSet(rawValue: record.evidence.latch)
            endOutput(because: reasons.isEmpty || reasons.rawValue == .max ? .latchSet : reasons, at: lastNow)
        case (.off, _), (.armed, _), (.openLoop, _), (.closedLoop, _), (.fallback, _), (.latched, _): break
        }
    }

    /// The runtime leaves the loop; which fallback runs is the signed file's word alone.
    private mutating func degrade() {
        guard !isPlaying else { return }
        let kind = limitsExpired ? limits.onExpiry : limits.onSensorLoss
        move { $0.degrade(to: kind) }
        if kind == .stop { quench() }
    }

    /// What the runtime may not do while a fallback runs: play beside the guard or after a stop, or raise a ramp-off.
    private func fallbackFaults(_ segment: Segment) -> InterlockSet {
        guard mode == .fallback, !segment.isRest else { return [] }
        if isPlaying { return latch.isEmpty ? .notArmed : .latchSet }
        switch machine.fallback {
        case nil, .stop: return .ramp
        case .rampOff, .holdThenOff:
            return segment.amplitude > present(of: segment) ? .ramp : []
        case .openLoopBaseline where isOfBaseline(segment): return []
        case .openLoopBaseline: return segment.amplitude > present(of: segment) ? .ramp : []
        }
    }

    /// The baseline is of one lead; on every other one output may only fall.
    private func isOfBaseline(_ segment: Segment) -> Bool {
        limits.baseline == nil || baselineLead == lead(of: segment.pair)
    }

    private var mayCloseLoop: Bool {
        limits.allowsClosedLoop && isRealtimeOrVirtual
    }

    /// SCHED_FIFO and locked memory, or every driver is virtual (IL-43).
    var isRealtimeOrVirtual: Bool { settings.isVirtual || settings.runtimeIsRealtime }

    /// The device's lease, or in the off modes just its answer, so that its counts stay fresh.
    private mutating func renew(_ isGood: Bool) {
        guard isGood, isOutputMode else { return }
        keepAlive()
    }

    /// Renews the device's lease; its answer ends a series of silences.
    mutating func keepAlive() {
        do throws(DeliveryError) {
            try device.renew(until: leaseEnd)
            takeIn()
        } catch { note(error) }
    }

    private mutating func propose(_ record: RuntimeRecord, isGood: Bool) -> (InterlockSet, Segment) {
        let segment = record.segment
        guard record.runtimeVerdict == 0 || segment.isRest else {
            return refuse(InterlockSet(rawValue: record.runtimeVerdict), isGood)
        }
        let faults = fallbackFaults(segment)
        guard faults.isEmpty else { return refuse(faults, isGood) }
        if latchesAfter != nil, !segment.isRest { return refuse(.latchSet, isGood) }
        guard segment.isRest || isInOrder(segment) else { return refuse(.sequence, isGood) }
        let evidence = evidence(record)
        let verdict = judge(segment, evidence: evidence, state: &state, at: lastNow, under: limits)
        let broken = verdict.broken
        if broken.contains(.compliance) { watch.clearCompliance(lead: lead(of: record)) }
        guard verdict.isPermitted else {
            guard segment.isRest || !isOutputMode || broken.isDisjoint(with: Self.mustAgree) else {
                refusals += 1
                endOutput(because: broken.union(.verdictsDiffer), at: lastNow)
                return (broken.union(.verdictsDiffer), .rest(at: lastNow))
            }
            return react(to: broken, evidence, isGood)
        }
        lastProposal = lastNow
        guard let permit = verdict.takePermit() else {
            renew(isGood)
            return ([], .rest(at: lastNow))
        }
        return forward(permit)
    }

    /// What the lead of `segment` delivers at its first pulse; 0 where it names no lead.
    private func present(of segment: Segment) -> Nanoamperes {
        guard let lead = lead(of: segment.pair) else { return Nanoamperes(0) }
        return state.output(lead: lead, at: segment.firstPulse).amplitude
    }

    /// Neither late, which the device would refuse and nobody know what it made of it, nor a permit that was used.
    private func isInOrder(_ segment: Segment) -> Bool {
        guard segment.firstPulse >= lastNow else { return false }
        guard let lead = lead(of: segment.pair), let end = state.leads[lead].lastPulseEnd else { return true }
        return segment.firstPulse >= end
    }

    /// Nothing is delivered and nothing else changes: what runs, runs to its end.
    ///
    /// A wrong place or shape is no rounding error: it latches.
    private mutating func refuse(_ broken: InterlockSet, _ isGood: Bool) -> (InterlockSet, Segment) {
        refusals += 1
        let violations = broken.intersection(.placeAndShape)
        if isOutputMode && !violations.isEmpty { violate(violations, atOnce: limits.latchesOnGateViolation) }
        renew(isGood)
        return (broken, .rest(at: lastNow))
    }

    /// The catalogue's reaction to the guard's own verdict: zero, latch, or the way to the signed fallback.
    private mutating func react(
        to broken: InterlockSet, _ evidence: Evidence, _ isGood: Bool
    ) -> (InterlockSet, Segment) {
        refusals += 1
        guard isOutputMode else { return (broken, .rest(at: lastNow)) }
        let consequence = Consequence(of: broken, evidence: evidence, under: limits, isLeaseOver: lastNow >= leaseEnd)
        if !consequence.zeroing.isEmpty {
            endOutput(because: consequence.zeroing, at: lastNow)
        } else if !consequence.latching.isEmpty {
            violate(consequence.latching, atOnce: false)
        } else if !consequence.ramping.isEmpty {
            leave(because: consequence.ramping)
        }
        renew(isGood)
        return (broken, .rest(at: lastNow))
    }

    /// Latches: at once where nothing runs or the file says so, else when the permitted segment has run to its end.
    private mutating func violate(_ bits: InterlockSet, atOnce: Bool) {
        let end = segmentsEnd
        guard !atOnce, !watch.isOff, end > lastNow.value else { return endOutput(because: bits, at: lastNow) }
        guard latchesAfter == nil else { return }
        latchesAfter = (bits, Microseconds(min(end, leaseEnd.value)))
    }

    /// The latch that a violation left for the end of the segment.
    mutating func latchIfRun() {
        guard let latchesAfter, lastNow >= latchesAfter.time else { return }
        endOutput(because: latchesAfter.bits, at: lastNow)
    }

    /// An R reaction of the guard's own verdict: it plays the signed fallback until the runtime asks for it.
    private mutating func leave(because bits: InterlockSet) {
        if bits.contains(.tokenStale) { return loseRuntime() }
        guard mode != .fallback || machine.fallback == .openLoopBaseline, !isPlaying else { return }
        var kind = bits.isDisjoint(with: [.limitsInvalid, .consent]) ? limits.onSensorLoss : limits.onExpiry
        if bits == .doseWindow { kind = limits.doseMode == .continuous ? .openLoopBaseline : .rampOff }
        if mode == .fallback { kind = .rampOff }
        handsOver = play(kind)
        move { $0.degrade(to: kind) }
        guard !handsOver else { return }
        if kind == .stop { quench() } else { endFallback() }
    }

    /// Hands the permit over, once.
    ///
    /// A refusal by the device is a denial; silence is a delivery that must be assumed.
    mutating func forward(_ permit: consuming Permit) -> (InterlockSet, Segment) {
        let segment = permit.segment
        do throws(DeliveryError) {
            try device.deliver(permit)
            watch.uncertainInSequence = 0
            watch.isOff = false
            takeIn(lead: lead(of: segment.pair))
        } catch {
            watch.isOff = false
            return undelivered(segment, error)
        }
        note(segment)
        guard device.report.echo == segment else {
            watch.readBackMatches = false
            endOutput(because: .readBack, at: lastNow)
            return (.readBack, .rest(at: lastNow))
        }
        return ([], segment)
    }

    /// A refusal or silence leaves open what was delivered: it stays debited, and a read-back settles it.
    ///
    /// Three in sequence latch (IL-30).
    private mutating func undelivered(_ segment: Segment, _ error: DeliveryError) -> (InterlockSet, Segment) {
        note(error)
        watch.uncertain += 1
        watch.uncertainInSequence += 1
        if watch.uncertainInSequence >= 3, mode != .latched { endOutput(because: .uncertainDelivery, at: lastNow) }
        guard error == .uncertain, mode != .latched else { return (.uncertainDelivery, .rest(at: lastNow)) }
        note(segment)
        return ([], segment)
    }

    /// Three in sequence without an answer latch (IL-30); a lost link latches at once (IL-04).
    mutating func note(_ error: DeliveryError) {
        switch error {
        case .refused: refusals += 1
        case .uncertain:
            missingAcknowledgements += 1
            if missingAcknowledgements >= CompiledCeilings.acknowledgementsMissing {
                endOutput(because: .uncertainDelivery, at: lastNow)
            }
        case .disconnected: endOutput(because: .leaseExpired, at: lastNow)
        }
    }
}
