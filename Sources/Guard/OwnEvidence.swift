import Interlocks
import Signal
import Stimulation

/// What the guard lays before the gate.
extension GuardCore where Device: ~Copyable {
    /// For the runtime's proposal: the guard's own knowledge, and of the record what only the runtime can know.
    func evidence(_ record: RuntimeRecord) -> Evidence {
        var evidence = ownEvidence(mode, lead: lead(of: record))
        let told = record.evidence
        let age = lastNow.value.subtractingReportingOverflow(lastToken.value)
        evidence.tokenAge = Microseconds(age.overflow ? .max : max(0, age.partialValue))
        evidence.actorsHealthy = record.health == .max
        evidence.sampleAge = told.sampleAge
        evidence.gap = told.gap
        evidence.samplesInOrder = told.samplesInOrder
        evidence.rateDeviation = told.rateDeviation
        evidence.validChannels = told.validChannels
        evidence.signalSaturatedOrFlat = told.signalSaturatedOrFlat
        evidence.signalDisturbed = told.signalDisturbed
        evidence.deadlineMissesInWindow = told.deadlineMissesInWindow
        evidence.decoderValid = told.decoderValid
        evidence.decisionIsCurrent = told.decisionIsCurrent
        evidence.spikeStorm = told.spikeStorm
        evidence.nonFiniteDecisions = told.nonFiniteDecisions
        evidence.confidence = told.confidence
        evidence.outOfDistribution = told.outOfDistribution
        evidence.target = told.target
        evidence.controller = told.controller
        evidence.patientMaximum = told.patientMaximum
        // Both must be right: the runtime's journal and the guard's folder, weights and montage and the self-test.
        evidence.logHealthy = evidence.logHealthy && told.logHealthy
        evidence.armingEvidenceValid = evidence.armingEvidenceValid && told.armingEvidenceValid
        return evidence
    }

    /// For the guard's own fallback, in which it is the only source: no token, no signal, no decoder.
    func fallbackEvidence(lead: Int) -> Evidence { ownEvidence(.fallback, lead: lead) }

    private func ownEvidence(_ mode: Mode, lead: Int) -> Evidence {
        var evidence = Evidence.healthy(
            mode: mode, leaseEnd: leaseEnd, validChannels: limits.minimumValidChannels)
        evidence.isArmed = mode != .off && mode != .latched
        evidence.limitsValid = settings.limitsArmable
        evidence.limitsExpired = limitsExpired
        evidence.consentExpired = consentExpired
        evidence.acknowledgementsMissing = missingAcknowledgements
        evidence.stopRequested = stopRequested
        evidence.latch = latch.rawValue
        fillDevice(&evidence, lead: lead)
        evidence.acknowledged = settings.acknowledged
        evidence.logHealthy = !stateFailed
        evidence.realtimeOrVirtual = isRealtimeOrVirtual
        evidence.armingEvidenceValid = watch.selfTestPassed
        return evidence
    }

    private func fillDevice(_ evidence: inout Evidence, lead: Int) {
        let measured = device.report.measured
        evidence.uncertainDeliveries = watch.uncertain
        evidence.complianceReached = watch.isAtCompliance(lead: lead)
        evidence.complianceEvents = watch.complianceEvents - watch.complianceEventsAtArming
        evidence.residualVoltage = measured.residualVoltage
        evidence.electrodeVoltageLow = measured.electrodeVoltageLow
        evidence.electrodeVoltageHigh = measured.electrodeVoltageHigh
        evidence.measuredImbalance = measured.imbalance
        evidence.measuredNetCharge = measured.netCharge
        evidence.deviceMatches = watch.deviceMatches
        evidence.readBackMatches = watch.readBackMatches
        evidence.clocksAgree = watch.clocksAgree
    }
}
