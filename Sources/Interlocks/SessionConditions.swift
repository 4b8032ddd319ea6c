import Signal

/// IL-01, 02, 05, 06, 24, 34, 44: may this session stimulate at all.
func judgeSession(_ scene: Scene, _ state: GateState, _ broken: inout InterlockSet) {
    let (evidence, limits, isFallback) = (scene.evidence, scene.limits, scene.isFallback)
    let isOutput = isFallback || evidence.mode == .openLoop || evidence.mode == .closedLoop
    broken.clear(.notArmed, when: isOutput && evidence.isArmed)
    let isExcused = isFallback && (limits.onExpiry == .openLoopBaseline || scene.isRampOffStep)
    let isMeant = evidence.limitsValid && (!scene.isClosedLoop || limits.allowsClosedLoop)
    broken.clear(.limitsInvalid, when: isMeant && (!evidence.limitsExpired || isExcused))
    broken.clear(.stop, when: !evidence.stopRequested)
    let latch = InterlockSet(rawValue: evidence.latch)
    broken.clear(.latchSet, when: latch.isEmpty || (isFallback && latch.isSubset(of: .ramping)))
    broken.clear(.lockout, when: scene.now >= state.lockoutEnd && !isLockedAfterEpisode(scene, state))
    let isConsented = limits.consentsToStimulation && (!scene.isClosedLoop || limits.consentsToClosedLoop)
    broken.clear(.consent, when: scene.isRampOffStep || (isConsented && !evidence.consentExpired))
    broken.clear(.armingEvidence, when: evidence.armingEvidenceValid)
}

/// Mode burst: an episode has had its trains, and the lockout after it has not passed.
private func isLockedAfterEpisode(_ scene: Scene, _ state: GateState) -> Bool {
    guard let train = scene.limits.train, let lead = state.lead(scene.lead), !lead.continuesTrain(scene.segment),
        let pause = lead.pause(before: scene.segment)
    else { return false }
    return lead.trainsInEpisode >= train.perEpisode && pause < train.episodeLockout.value
}

/// IL-03, 04, 40: token, lease and order of messages and pulses.
func judgeLink(_ scene: Scene, _ state: GateState, _ broken: inout InterlockSet) {
    let (evidence, limits, isFallback) = (scene.evidence, scene.limits, scene.isFallback)
    let isFresh = isMagnitude(evidence.tokenAge.value, atMost: limits.tokenTimeout.value)
    broken.clear(.tokenStale, when: isFallback || (isFresh && evidence.actorsHealthy))
    let overdue = CompiledCeilings.acknowledgementsMissing
    let isAnswered = isMagnitude(evidence.acknowledgementsMissing, atMost: overdue)
    let isInside = scene.segment.isRest || scene.plan.end.map { $0 <= evidence.leaseEnd.value } ?? false
    broken.clear(.leaseExpired, when: scene.now < evidence.leaseEnd && isInside && (isFallback || isAnswered))
    broken.clear(.sequence, when: (isFallback || evidence.sequenceValid) && isInOrder(scene, state))
}

/// The first pulse is neither overdue by more than the token timeout nor before the end of the last pulse.
private func isInOrder(_ scene: Scene, _ state: GateState) -> Bool {
    if scene.segment.isRest { return true }
    let first = scene.segment.firstPulse
    guard let lateness = difference(scene.now.value, first.value), lateness <= scene.limits.tokenTimeout.value
    else { return false }
    guard let lastEnd = state.lead(scene.lead)?.lastPulseEnd else { return true }
    return first >= lastEnd
}

/// IL-30, 31, 32, 35, 36, 42, 45, 46: what device, log, clocks and the other gate say.
func judgeDevice(_ scene: Scene, _ broken: inout InterlockSet) {
    let (evidence, limits) = (scene.evidence, scene.limits)
    broken.clear(.uncertainDelivery, when: evidence.uncertainDeliveries == 0)
    let isResidualHeld = limits.residualVoltage.map { isMagnitude(evidence.residualVoltage, atMost: $0) } ?? true
    broken.clear(.compliance, when: !evidence.complianceReached && isResidualHeld)
    broken.clear(.deviceIdentity, when: evidence.deviceMatches)
    broken.clear(.logAndDisk, when: scene.isRampOffStep || evidence.logHealthy)
    broken.clear(.clock, when: evidence.clocksAgree)
    broken.clear(.readBack, when: evidence.readBackMatches)
    let isVoltageHeld = scene.allContacts { contact, _, _ in
        guard let window = contact.waterWindow else { return true }
        return evidence.electrodeVoltageLow >= window.lowerBound && evidence.electrodeVoltageHigh <= window.upperBound
    }
    broken.clear(.electrodeVoltage, when: !limits.measuresElectrodeVoltage || isVoltageHeld)
    broken.clear(.verdictsDiffer, when: evidence.verdictsAgree)
}

/// IL-21, 26 to 29, 43: judged in closed loop only; anything else runs without the signal.
func judgeSensing(_ scene: Scene, _ state: GateState, _ broken: inout InterlockSet) {
    let (evidence, limits, isOpen) = (scene.evidence, scene.limits, !scene.isClosedLoop)
    let isAimHeld = evidence.target.map { state.lead(scene.lead)?.mayAim(at: $0, scene.now, limits) ?? false } ?? false
    broken.clear(.changeRate, when: isOpen || isAimHeld)
    let isTimely = isMagnitude(evidence.sampleAge.value, atMost: limits.maximumSampleAge.value)
    let isWhole = isMagnitude(evidence.gap.value, atMost: limits.maximumGap.value) && evidence.samplesInOrder
    let isPaced = isMagnitude(evidence.rateDeviation.value, atMost: CompiledCeilings.rateDeviation.value)
    broken.clear(.sampleAge, when: isOpen || (isTimely && isWhole && isPaced))
    let isGood = !evidence.signalSaturatedOrFlat && !evidence.signalDisturbed
    broken.clear(.signalQuality, when: isOpen || (isGood && evidence.validChannels >= limits.minimumValidChannels))
    let isTimelyDone = isMagnitude(evidence.deadlineMissesInWindow, atMost: limits.deadlineMisses)
    broken.clear(.deadlineMisses, when: isOpen || isTimelyDone)
    let isKnown = isMagnitude(evidence.outOfDistribution, atMost: limits.maximumOutOfDistribution)
    let isSure = isKnown && evidence.confidence >= limits.minimumConfidence
    let isSound = evidence.decoderValid && evidence.decisionIsCurrent && !evidence.spikeStorm
    broken.clear(.decoderValidity, when: isOpen || (isSure && isSound))
    broken.clear(.realtime, when: isOpen || evidence.realtimeOrVirtual)
}
