import Signal

/// IL-01, 02, 05, 06, 24: may this session stimulate at all.
func judgeSession(
    _ plan: Plan, _ evidence: Evidence, _ state: GateState, _ now: Microseconds, _ limits: Limits,
    _ broken: inout InterlockSet
) {
    let isFallback = evidence.mode == .fallback
    let isOutput = isFallback || evidence.mode == .openLoop || evidence.mode == .closedLoop
    broken.clear(.notArmed, when: isOutput && evidence.isArmed)
    let isExpiryExcused = isFallback && (limits.onExpiry == .openLoopBaseline || isRampOffStep(plan, state))
    let isPurposeMet = evidence.mode != .closedLoop || limits.allowsClosedLoop
    broken.clear(
        .limitsInvalid,
        when: evidence.limitsValid && isPurposeMet && (!evidence.limitsExpired || isExpiryExcused))
    broken.clear(.stop, when: !evidence.stopRequested)
    let latch = InterlockSet(rawValue: evidence.latch)
    broken.clear(.latchSet, when: latch.isEmpty || (isFallback && latch.isSubset(of: .ramping)))
    broken.clear(.lockout, when: now >= state.lockoutEnd)
}

/// IL-03, 04, 40: token, lease and order of messages and pulses.
func judgeLink(
    _ plan: Plan, _ evidence: Evidence, _ state: GateState, _ now: Microseconds, _ limits: Limits,
    _ broken: inout InterlockSet
) {
    let isFallback = evidence.mode == .fallback
    let isFresh = evidence.tokenAge.value >= 0 && evidence.tokenAge <= limits.tokenTimeout
    broken.clear(.tokenStale, when: isFallback || (isFresh && evidence.actorsHealthy))
    let missing = evidence.acknowledgementsMissing
    let isAnswered = missing >= 0 && missing <= CompiledCeilings.acknowledgementsMissing
    let isInside = plan.segment.isRest || plan.end.map { $0 <= evidence.leaseEnd.value } ?? false
    broken.clear(.leaseExpired, when: now < evidence.leaseEnd && isInside && (isFallback || isAnswered))
    broken.clear(.sequence, when: (isFallback || evidence.sequenceValid) && isInOrder(plan, state, now, limits))
}

/// The first pulse is neither overdue by more than the token timeout nor before the end of the last pulse.
private func isInOrder(_ plan: Plan, _ state: GateState, _ now: Microseconds, _ limits: Limits) -> Bool {
    if plan.segment.isRest { return true }
    let first = plan.segment.firstPulse
    guard let lateness = difference(now.value, first.value) else { return first > now }
    guard lateness <= limits.tokenTimeout.value else { return false }
    guard let lastEnd = state.lastPulseEnd else { return true }
    return first >= lastEnd
}

/// A step of a ramp-off: lower than the output, or level with it for at most a second; a rest is the last step.
private func isRampOffStep(_ plan: Plan, _ state: GateState) -> Bool {
    if plan.segment.isRest { return true }
    let present = state.output(at: plan.segment.firstPulse)
    guard plan.segment.amplitude == present.amplitude else { return plan.segment.amplitude < present.amplitude }
    guard let level = difference(plan.segment.firstPulse.value, present.since.value) else { return false }
    return level <= 1_000_000
}

/// IL-26, 27, 28, 43: judged in closed loop only; anything else runs without the signal.
func judgeSensing(_ evidence: Evidence, _ limits: Limits, _ broken: inout InterlockSet) {
    let isOpen = evidence.mode != .closedLoop
    let isTimely = evidence.sampleAge.value >= 0 && evidence.sampleAge <= limits.maximumSampleAge
    let isWhole = evidence.gap.value >= 0 && evidence.gap <= limits.maximumGap
    broken.clear(.sampleAge, when: isOpen || (isTimely && isWhole))
    let isGood = evidence.validChannels >= limits.minimumValidChannels && !evidence.signalSaturatedOrFlat
    broken.clear(.signalQuality, when: isOpen || isGood)
    let misses = evidence.deadlineMissesInWindow
    broken.clear(.deadlineMisses, when: isOpen || (misses >= 0 && misses <= limits.deadlineMisses))
    broken.clear(.realtime, when: isOpen || evidence.realtimeOrVirtual)
}
