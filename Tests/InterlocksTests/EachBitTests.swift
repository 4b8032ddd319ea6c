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

    @Test("The case without change is permitted and each change breaks its bit alone", arguments: changes)
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
        for bound in EachBitTests.changes + BoundaryTests.session + BoundaryTests.shape + BoundaryTests.charge {
            var rig = Rig()
            bound.set(&rig, 1)
            let broken = rig.broken()
            if broken == bound.interlock { seen.formUnion(broken) }
        }
        #expect(seen == .implemented)
    }

    @Test("Without any evidence every interlock that rests on evidence denies")
    func nothingIsKnown() {
        var rig = Rig()
        rig.evidence = Evidence()
        #expect(rig.broken() == [.notArmed, .limitsInvalid, .tokenStale, .leaseExpired, .stop, .latchSet, .sequence])
        rig.evidence.mode = .closedLoop
        #expect(rig.broken().isSuperset(of: [.sampleAge, .signalQuality, .deadlineMisses, .realtime]))
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
        #expect(rig.state?.lastPulse == nil)
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
        let bits = Array(1...20) + [22, 24, 26, 27, 28, 38, 39, 40, 43]
        #expect(InterlockSet.implemented == InterlockSet(bits.map { InterlockSet(bit: $0) }))
        #expect("\(InterlockSet.name(ofBit: 0))" == "evaluation incomplete")
        #expect("\(InterlockSet.name(ofBit: 22))" == "dose window")
        #expect("\(InterlockSet.name(ofBit: 46))" == "verdicts differ")
        #expect("\(InterlockSet.name(ofBit: 47))" == "unknown")
    }
}
