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
        if record.hasProposal || !isOutputMode { lastProposal = lastNow }
        follow(record, isGood: isGood)
        if isGood && mode != .off && mode != .latched { leaseEnd = Microseconds(lastNow.value + leaseLength) }
        guard record.hasProposal else {
            if isOutputMode && lastNow.value - lastProposal.value > leaseLength { loseProposals() }
            renew(isGood)
            return ([], .rest(at: lastNow))
        }
        return propose(record, isGood: isGood)
    }

    /// The runtime lives and proposes nothing, not even a rest, for a whole lease: its source has stalled.
    ///
    /// What was queued has run out, so that only a baseline can follow; anything else is an output that ended (IL-04).
    private mutating func loseProposals() {
        guard fallback == nil else { return }
        guard limits.onSensorLoss == .openLoopBaseline,
            let program = FallbackProgram(.openLoopBaseline, from: running, at: lastNow, limits, settings)
        else { return endOutput(because: .leaseExpired, at: lastNow) }
        move { $0.degrade(to: .openLoopBaseline) }
        fallback = program
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
        case (.armed, .closedLoop) where isGood && mayCloseLoop(record),
            (.openLoop, .closedLoop) where isGood && mayCloseLoop(record):
            _ = move { $0.start(closedLoop: true) }
        case (.fallback, .closedLoop) where isGood && fallback == nil && mayCloseLoop(record):
            _ = move { $0.resume() }
        case (.openLoop, .fallback), (.closedLoop, .fallback): degrade()
        case (.armed, .latched), (.openLoop, .latched), (.closedLoop, .latched), (.fallback, .latched):
            let reasons = InterlockSet(rawValue: record.evidence.latch)
            endOutput(because: reasons.isEmpty || reasons.rawValue == .max ? .latchSet : reasons, at: lastNow)
        case (.off, _), (.armed, _), (.openLoop, _), (.closedLoop, _), (.fallback, _), (.latched, _): break
        }
    }

    /// The runtime leaves the loop; which fallback runs is the signed file's word alone.
    private mutating func degrade() {
        let kind = limitsExpired ? limits.onExpiry : limits.onSensorLoss
        move { $0.degrade(to: kind) }
        if kind == .stop { quench() }
    }

    /// What the runtime may not do while a fallback runs: play beside the guard or after a stop, or raise a ramp-off.
    private func fallbackFaults(_ segment: Segment) -> InterlockSet {
        guard mode == .fallback, !segment.isRest else { return [] }
        if fallback != nil { return latch.isEmpty ? .notArmed : .latchSet }
        switch machine.fallback {
        case nil, .stop: return .ramp
        case .rampOff, .holdThenOff:
            return segment.amplitude > state.output(at: segment.firstPulse).amplitude ? .ramp : []
        case .openLoopBaseline: return []
        }
    }

    private func mayCloseLoop(_ record: RuntimeRecord) -> Bool {
        limits.allowsClosedLoop && (settings.isVirtual || record.evidence.realtimeOrVirtual)
    }

    /// The device's lease, or in the off modes just its answer, so that its counts stay fresh.
    private mutating func renew(_ isGood: Bool) {
        guard isGood, isOutputMode else { return }
        keepAlive()
    }

    /// Renews the device's lease; its answer ends a series of silences.
    mutating func keepAlive() {
        do throws(DeliveryError) {
            try device.renew(until: leaseEnd)
            missingAcknowledgements = 0
        } catch { note(error) }
    }

    private mutating func propose(_ record: RuntimeRecord, isGood: Bool) -> (InterlockSet, Segment) {
        let segment = record.segment
        guard record.runtimeVerdict == 0 || segment.isRest else {
            return refuse(InterlockSet(rawValue: record.runtimeVerdict), isGood)
        }
        let faults = fallbackFaults(segment)
        guard faults.isEmpty else { return refuse(faults, isGood) }
        let evidence = evidence(record)
        let verdict = judge(segment, evidence: evidence, state: &state, at: lastNow, under: limits)
        let broken = verdict.broken
        guard verdict.isPermitted else {
            if segment.isRest || broken.isDisjoint(with: Self.mustAgree) { return refuse(broken, isGood) }
            refusals += 1
            endOutput(because: broken.union(.verdictsDiffer), at: lastNow)
            return (broken.union(.verdictsDiffer), .rest(at: lastNow))
        }
        guard let permit = verdict.takePermit() else {
            renew(isGood)
            return ([], .rest(at: lastNow))
        }
        return forward(permit)
    }

    /// Nothing is delivered and nothing else changes: what runs, runs to its end.
    ///
    /// A wrong place or shape is no rounding error: it ends output and latches.
    private mutating func refuse(_ broken: InterlockSet, _ isGood: Bool) -> (InterlockSet, Segment) {
        refusals += 1
        let violations = broken.intersection([.contactOrPair, .waveformClass, .imbalance, .netCurrent])
        if isOutputMode && !violations.isEmpty {
            endOutput(because: violations, at: lastNow)
            return (broken, .rest(at: lastNow))
        }
        renew(isGood)
        return (broken, .rest(at: lastNow))
    }

    /// Hands the permit over, once.
    ///
    /// A refusal by the device is a denial; silence is a delivery that must be assumed.
    mutating func forward(_ permit: consuming Permit) -> (InterlockSet, Segment) {
        let segment = permit.segment
        do throws(DeliveryError) {
            try device.deliver(permit)
            missingAcknowledgements = 0
        } catch {
            note(error)
            guard error == .uncertain, mode != .latched else { return (.uncertainDelivery, .rest(at: lastNow)) }
        }
        lastSegment = segment
        if missingAcknowledgements == 0 && device.report.echo != segment {
            endOutput(because: .readBack, at: lastNow)
            return (.readBack, device.report.echo)
        }
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

    /// What the runtime alone can know from its record; everything else is the guard's own.
    private func evidence(_ record: RuntimeRecord) -> Evidence {
        var evidence = record.evidence
        evidence.mode = mode
        evidence.isArmed = mode != .off && mode != .latched
        evidence.limitsValid = settings.limitsArmable
        evidence.limitsExpired = limitsExpired
        let age = lastNow.value.subtractingReportingOverflow(lastToken.value)
        evidence.tokenAge = Microseconds(age.overflow ? .max : max(0, age.partialValue))
        evidence.actorsHealthy = record.health == .max
        evidence.leaseEnd = leaseEnd
        evidence.acknowledgementsMissing = missingAcknowledgements
        evidence.stopRequested = stopRequested
        evidence.latch = latch.rawValue
        evidence.sequenceValid = true
        evidence.realtimeOrVirtual = settings.isVirtual || record.evidence.realtimeOrVirtual
        return evidence
    }
}
