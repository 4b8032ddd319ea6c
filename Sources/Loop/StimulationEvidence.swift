internal import Interlocks
internal import Signal
internal import Stimulation

extension StimulationParts {
    /// What the gate must know of one tick, each field from its source; what nobody said stays unhealthy.
    ///
    /// `now` in nanoseconds: the block's end, or the safety tick that found the block missing.
    func evidence(_ state: StimulationState, lane: Int, at now: Int64) -> Evidence {
        var evidence = Evidence()
        evidence.mode = state.judgedMode
        evidence.isArmed = state.mode != .off && state.mode != .latched
        link(&evidence, state, at: now)
        signal(&evidence, at: now)
        decoder(&evidence, at: now)
        device(&evidence, state, lane: lane)
        let last = state.last
        evidence.limitsValid = true
        evidence.limitsExpired = state.flags.contains(.limitsExpired)
        evidence.consentExpired = last.consentExpired != 0 || state.flags.contains(.consentExpired)
        evidence.deadlineMissesInWindow = last.missesInWindow
        evidence.realtimeOrVirtual = last.realtimeOrVirtual != 0
        // Both must be right: what the runtime saw itself, and what the guard reported of its own.
        evidence.armingEvidenceValid = last.armingEvidence != 0 && state.flags.contains(.selfTestPassed)
        evidence.logHealthy = last.logHealthy != 0 && state.flags.contains(.logHealthy)
        evidence.clocksAgree = last.clocksAgree != 0 && state.flags.contains(.clocksAgree)
        return evidence
    }

    /// IL-03, 04, 05, 06, 40: the guard's last report, and how old it is.
    private func link(_ evidence: inout Evidence, _ state: StimulationState, at now: Int64) {
        let last = state.last
        evidence.tokenAge = Microseconds(max(0, now - last.time) / 1_000)
        (evidence.actorsHealthy, evidence.sequenceValid) = (true, true)
        evidence.leaseEnd = Microseconds(last.leaseEnd)
        // In units of a third of the token timeout: a guard that is slow for a few safety ticks is not lost before its
        // own watchdog could say so.
        let silence = state.reportsMissing * state.safetyPeriod / 1_000
        evidence.acknowledgementsMissing = silence * 3 / max(1, limits.tokenTimeout.value)
        evidence.stopRequested = state.isStopped
        evidence.latch = last.latch
    }

    /// IL-26, 27: the newest block, and how long ago the last good one ended.
    private func signal(_ evidence: inout Evidence, at now: Int64) {
        let validity = watch.validity
        let gap = format.nanoseconds(ofSample: Int64(validity.gapSamples))
        evidence.gap = Microseconds((gap + 999) / 1_000)
        evidence.sampleAge = Microseconds(max(0, now - watch.validEnd) / 1_000)
        evidence.samplesInOrder = watch.isInOrder
        evidence.rateDeviation = watch.meter.deviation
        evidence.validChannels = Int64(validity.validChannels)
        evidence.signalSaturatedOrFlat = validity.isWatchedLost
        evidence.signalDisturbed = validity.isDisturbed
    }

    /// IL-21, 29, 41: the decision, and what the controller makes of it.
    private func decoder(_ evidence: inout Evidence, at now: Int64) {
        evidence.decoderValid = watch.isFinite
        evidence.decisionIsCurrent = watch.isCurrent
        evidence.spikeStorm = watch.isStorm
        evidence.nonFiniteDecisions = watch.nonFiniteDecisions(at: now)
        evidence.confidence = millionths(watch.newest.confidence)
        evidence.outOfDistribution = watch.novelty.distance
        evidence.target = controller.target
        evidence.controller = Int32(lead)
    }

    /// IL-18, 19, 30 to 33, 42, 45, 46: what the guard reported of device and verdicts.
    private func device(_ evidence: inout Evidence, _ state: StimulationState, lane: Int) {
        let (flags, last) = (state.flags, state.last)
        evidence.uncertainDeliveries = last.uncertainDeliveries
        evidence.complianceReached = state.lanes[lane].isAtCompliance
        evidence.complianceEvents = last.complianceEvents - state.complianceEventsAtArming
        evidence.deviceMatches = flags.contains(.deviceMatches)
        evidence.readBackMatches = flags.contains(.readBackMatches)
        evidence.verdictsAgree = !InterlockSet(rawValue: last.verdict | last.latch).contains(.verdictsDiffer)
        evidence.residualVoltage = last.residualVoltage
        (evidence.electrodeVoltageLow, evidence.electrodeVoltageHigh) = (last.voltageLow, last.voltageHigh)
        evidence.measuredImbalance = PartsPerMillion(last.measuredImbalance)
        evidence.measuredNetCharge = Femtocoulombs(last.measuredNetCharge)
        evidence.acknowledged = SoftLimitSet(rawValue: UInt8(truncatingIfNeeded: last.acknowledged))
    }
}
