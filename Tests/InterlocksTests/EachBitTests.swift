import Interlocks
import Signal
import Testing

/// For each implemented bit a change that breaks it and nothing else: pairs of vectors for condition coverage.
@Suite struct EachBitTests {
    static let changes: [Bound] = [
        Bound(.notArmed, "disarmed") { rig, _ in rig.evidence.isArmed = false },
        Bound(.notArmed, "mode armed") { rig, _ in rig.evidence.mode = .armed },
        Bound(.limitsInvalid, "invalid") { rig, _ in rig.evidence.limitsValid = false },
        Bound(.limitsInvalid, "expired") { rig, _ in rig.evidence.limitsExpired = true },
        Bound(.limitsInvalid, "purpose") { rig, _ in rig.limits.allowsClosedLoop = false },
        Bound(.tokenStale, "actor silent") { rig, _ in rig.evidence.actorsHealthy = false },
        Bound(.tokenStale, "token from the future") { rig, _ in rig.evidence.tokenAge = Microseconds(-1) },
        Bound(.stop, "stop") { rig, _ in rig.evidence.stopRequested = true },
        Bound(.latchSet, "latch") { rig, _ in rig.evidence.latch = 1 << 20 },
        Bound(.contactOrPair, "contact") { rig, _ in rig.limits.contacts[0].mayStimulate = false },
        Bound(.contactOrPair, "return") { rig, _ in rig.limits.contacts[1].mayStimulate = false },
        Bound(.waveformClass, "waveform") { rig, _ in rig.segment.waveform = .passiveRecharge },
        Bound(.chargeInjection, "no material limit") { rig, _ in rig.limits.contacts[0].chargeInjectionDensity = nil },
        Bound(.doseWindow, "no window") { rig, _ in rig.limits.doseWindows = [] },
        Bound(.signalQuality, "saturated") { rig, _ in rig.evidence.signalSaturatedOrFlat = true },
        Bound(.operandDomain, "imbalance") { rig, _ in rig.segment.imbalance = PartsPerMillion(-1) },
        Bound(.sequence, "message") { rig, _ in rig.evidence.sequenceValid = false },
        Bound(.realtime, "no real time") { rig, _ in rig.evidence.realtimeOrVirtual = false },
    ]

    /// The bits that came with the whole catalogue; three of device, then closed loop, then the rest.
    static let more: [Bound] = [
        Bound(.uncertainDelivery, "uncertain") { rig, _ in rig.evidence.uncertainDeliveries = 1 },
        Bound(.compliance, "at compliance") { rig, _ in rig.evidence.complianceReached = true },
        Bound(.compliance, "residual") { rig, _ in rig.evidence.residualVoltage = 100_001 },
        Bound(.deviceIdentity, "another device") { rig, _ in rig.evidence.deviceMatches = false },
        Bound(.logAndDisk, "log") { rig, _ in rig.evidence.logHealthy = false },
        Bound(.clock, "clocks") { rig, _ in rig.evidence.clocksAgree = false },
        Bound(.readBack, "echo") { rig, _ in rig.evidence.readBackMatches = false },
        Bound(.electrodeVoltage, "too negative") { rig, _ in
            rig.limits.measuresElectrodeVoltage = true
            rig.limits.contacts[0].waterWindow = -600...800
            rig.evidence.electrodeVoltageLow = -601
        },
        Bound(.verdictsDiffer, "verdicts") { rig, _ in rig.evidence.verdictsAgree = false },
        Bound(.armingEvidence, "self-test") { rig, _ in rig.evidence.armingEvidenceValid = false },
        Bound(.consent, "no consent") { rig, _ in rig.limits.consentsToStimulation = false },
        Bound(.consent, "no consent to a closed loop") { rig, _ in rig.limits.consentsToClosedLoop = false },
        Bound(.consent, "expired") { rig, _ in rig.evidence.consentExpired = true },
        Bound(.ownership, "no controller") { rig, _ in rig.evidence.controller = -1 },
        Bound(.changeRate, "no target") { rig, _ in rig.evidence.target = nil },
        Bound(.sampleAge, "order") { rig, _ in rig.evidence.samplesInOrder = false },
        Bound(.sampleAge, "rate") { rig, _ in rig.evidence.rateDeviation = PartsPerMillion(10_001) },
        Bound(.signalQuality, "line noise") { rig, _ in rig.evidence.signalDisturbed = true },
        Bound(.decoderValidity, "not finite") { rig, _ in rig.evidence.decoderValid = false },
        Bound(.decoderValidity, "old") { rig, _ in rig.evidence.decisionIsCurrent = false },
        Bound(.decoderValidity, "storm") { rig, _ in rig.evidence.spikeStorm = true },
        Bound(.decoderValidity, "unsure") { rig, _ in rig.evidence.confidence = 699_999 },
        Bound(.decoderValidity, "strange") { rig, _ in rig.evidence.outOfDistribution = 3_000_001 },
        Bound(.impedance, "never measured") { rig, _ in
            rig.limits.contacts[0].impedance = ImpedanceBounds(
                range: 250_000...3_500_000, maximumAge: Microseconds(1), maximumStep: PartsPerMillion(300_000))
        },
        Bound(.acknowledgement, "soft amplitude") { rig, _ in
            rig.limits.soft?.amplitude = Nanoamperes(99_999)
        },
        Bound(.train, "too long") { rig, _ in
            rig.limits.train = TrainLimits(
                longest: Microseconds(7_811), gap: Microseconds(0), perEpisode: 1, episodeLockout: Microseconds(0),
                perDay: 1)
        },
    ]

    @Test("The case without change is permitted and each change breaks its bit alone", arguments: changes + more)
    func alone(change: Bound) {
        var rig = Rig()
        #expect(rig.isPermitted())
        rig.state = nil
        change.set(&rig, 1)
        #expect(rig.broken() == change.interlock)
        #expect(!rig.isPermitted())
    }

    @Test("Every implemented bit has a case in which it alone denies")
    func noBitWithoutPair() {
        var seen = InterlockSet()
        for bound in EachBitTests.changes + EachBitTests.more + BoundaryTests.session + BoundaryTests.shape
            + BoundaryTests.charge
        {
            var rig = Rig()
            bound.set(&rig, 1)
            let broken = rig.broken()
            if broken == bound.interlock { seen.formUnion(broken) }
        }
        // Feedback has a judgement of its own.
        #expect(seen == InterlockSet.implemented.subtracting(.sensory))
    }

    @Test("Without any evidence every interlock that rests on evidence denies")
    func nothingIsKnown() {
        var rig = Rig()
        rig.evidence = Evidence()
        #expect(
            rig.broken() == [
                .notArmed, .limitsInvalid, .tokenStale, .leaseExpired, .stop, .latchSet, .sequence, .uncertainDelivery,
                .compliance, .deviceIdentity, .consent, .logAndDisk, .clock, .ownership, .readBack, .armingEvidence,
                .verdictsDiffer,
            ])
        rig.evidence.mode = .closedLoop
        #expect(
            rig.broken().isSuperset(of: [
                .changeRate, .sampleAge, .signalQuality, .deadlineMisses, .decoderValidity, .realtime,
            ]))
    }

    @Test("Under empty limits every interlock that rests on a limit denies")
    func nothingIsAllowed() {
        var rig = Rig()
        rig.limits = Limits()
        let broken = rig.broken()
        #expect(
            broken.isSuperset(of: [
                .limitsInvalid, .contactOrPair, .waveformClass, .amplitude, .summedAmplitude, .pulseWidth,
                .frequencyOrGap,
                .chargePerPhase, .chargeDensity, .shannon, .microCharge, .netCurrent, .ramp, .doseWindow,
                .chargeInjection,
            ]))
    }

    @Test("A denial changes nothing, and a permit is valid until the lease ends, at most one lease from now")
    func permitAndDenial() {
        var rig = Rig()
        rig.evidence.stopRequested = true
        #expect(!rig.isPermitted())
        #expect(rig.state?.leads[0].lastPulse == nil)
        #expect(rig.state?.windowCharge(contact: 0, window: 0, at: rig.now) == Femtocoulombs(0))
        rig.evidence.stopRequested = false
        rig.evidence.leaseEnd = Microseconds(1_240_000)
        #expect(rig.validUntil() == Microseconds(1_240_000))
        rig.state = nil
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        #expect(rig.validUntil() == Microseconds(1_250_000))
    }

    @Test("The set of implemented bits and the names agree with the catalogue")
    func catalogue() {
        #expect(InterlockSet.implemented == InterlockSet((1...46).map { InterlockSet(bit: $0) }))
        #expect("\(InterlockSet.name(ofBit: 0))" == "evaluation incomplete")
        #expect("\(InterlockSet.name(ofBit: 22))" == "dose window")
        #expect("\(InterlockSet.name(ofBit: 46))" == "verdicts differ")
        #expect("\(InterlockSet.name(ofBit: 47))" == "unknown")
    }
}
