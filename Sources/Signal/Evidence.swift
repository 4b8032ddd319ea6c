/// What the gate must know besides the segment; missing evidence fails its interlock: the initial value is unhealthy.
public struct Evidence: Hashable, Sendable, BitwiseCopyable {
    public var mode: Mode = .off
    /// An operator armed this session and the token of arming was consumed.
    public var isArmed = false
    /// Limits verified, not before their first day, subject and device match; expiry has its own field.
    public var limitsValid = false
    /// Now is past the limits' expiry, or past the end of consent.
    public var limitsExpired = true, consentExpired = true
    /// Age of the newest good dead-man token.
    public var tokenAge = Microseconds(.max)
    /// Every actor that was due has answered; the message with the segment was in order, fresh and well formed.
    public var actorsHealthy = false, sequenceValid = false
    /// The present lease ends here (µs since the start of the session).
    public var leaseEnd = Microseconds(.min)
    public var acknowledgementsMissing: Int64 = .max
    public var stopRequested = true
    /// 0: no latch.
    public var latch: UInt64 = .max
    /// Age of the newest sample, and longest gap in the newest block.
    public var sampleAge = Microseconds(.max), gap = Microseconds(.max)
    /// Sample counters ran forward; |measured / stated sampling rate − 1|.
    public var samplesInOrder = false, rateDeviation = PartsPerMillion(.max)
    public var validChannels: Int64 = 0
    /// Saturated or flat; line noise or an artefact; blanked samples count as none of these.
    public var signalSaturatedOrFlat = true, signalDisturbed = true
    public var deadlineMissesInWindow: Int64 = .max
    /// The decision is finite, and rests on the samples of its own tick.
    public var decoderValid = false, decisionIsCurrent = false
    /// More spikes than the network can fire at its rated maximum.
    public var spikeStorm = true
    /// Decisions in the last 10 s that were not finite.
    public var nonFiniteDecisions: Int64 = .max
    /// Millionths.
    public var confidence: Int64 = 0, outOfDistribution: Int64 = .max
    /// The amplitude that the controller asks for, which a ramp approaches; nil: unknown.
    public var target: Nanoamperes?
    /// Number of the controller that proposes; negative: unknown.
    public var controller: Int32 = -1
    /// What the patient allows; nil: no bound was set.
    public var patientMaximum: Nanoamperes?
    /// Deliveries that no read-back has settled.
    public var uncertainDeliveries: Int64 = .max
    /// A contact of the pair is at its compliance limit; how often in this session.
    public var complianceReached = true, complianceEvents: Int64 = .max
    /// Largest magnitude on a contact of the pair, µV; read only where the device reports it.
    public var residualVoltage: Int64 = .max
    /// Extremes on the contacts of the pair, mV; read only where the device measures them.
    public var electrodeVoltageLow: Int64 = .min, electrodeVoltageHigh: Int64 = .max
    /// Of the newest pulse, and |ΣQ| over 1 s; read only where the device measures balance.
    public var measuredImbalance = PartsPerMillion(.max), measuredNetCharge = Femtocoulombs(.max)
    /// Serial, firmware and model are the file's; the echo was the permit, and there was no output after off.
    public var deviceMatches = false, readBackMatches = false
    /// Soft limits whose excess a clinician has acknowledged on record.
    public var acknowledged: SoftLimitSet = []
    /// Space, no write error, chain whole; no suspend, no step, host and device clocks agree.
    public var logHealthy = false, clocksAgree = false
    /// SCHED_FIFO and locked memory; or every driver is virtual, which exempts.
    public var realtimeOrVirtual = false
    /// Self-test, build certificate, montage and weights; runtime and guard hold the same limits and agree.
    public var armingEvidenceValid = false, verdictsAgree = false

    /// Nothing is known, so nothing is healthy.
    public init() {}

    /// Everything is healthy in `mode`; what a caller who knows better then degrades.
    public static func healthy(mode: Mode, leaseEnd: Microseconds, validChannels: Int64) -> Evidence {
        var it = Evidence()
        (it.mode, it.isArmed, it.limitsValid, it.limitsExpired) = (mode, true, true, false)
        (it.consentExpired, it.tokenAge, it.actorsHealthy) = (false, Microseconds(0), true)
        (it.sequenceValid, it.leaseEnd, it.acknowledgementsMissing) = (true, leaseEnd, 0)
        (it.stopRequested, it.latch, it.sampleAge, it.gap) = (false, 0, Microseconds(0), Microseconds(0))
        (it.samplesInOrder, it.rateDeviation, it.validChannels) = (true, PartsPerMillion(0), validChannels)
        (it.signalSaturatedOrFlat, it.signalDisturbed, it.deadlineMissesInWindow) = (false, false, 0)
        (it.decoderValid, it.decisionIsCurrent, it.spikeStorm, it.nonFiniteDecisions) = (true, true, false, 0)
        (it.confidence, it.outOfDistribution, it.target, it.controller) = (1_000_000, 0, Nanoamperes(0), 0)
        (it.uncertainDeliveries, it.complianceReached, it.complianceEvents) = (0, false, 0)
        (it.residualVoltage, it.electrodeVoltageLow, it.electrodeVoltageHigh) = (0, 0, 0)
        (it.measuredImbalance, it.measuredNetCharge) = (PartsPerMillion(0), Femtocoulombs(0))
        (it.deviceMatches, it.readBackMatches, it.logHealthy, it.clocksAgree) = (true, true, true, true)
        (it.realtimeOrVirtual, it.armingEvidenceValid, it.verdictsAgree) = (true, true, true)
        return it
    }
}

/// The soft limits that can be acknowledged.
public struct SoftLimitSet: OptionSet, Hashable, Sendable, BitwiseCopyable {
    public var rawValue: UInt8
    /// The limits of `rawValue`.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let amplitude = Self(rawValue: 1), chargeDensity = Self(rawValue: 2)
    public static let shannon = Self(rawValue: 4), residualVoltage = Self(rawValue: 8)
}
