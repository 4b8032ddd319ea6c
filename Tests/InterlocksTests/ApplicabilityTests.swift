import Interlocks
import Signal
import Testing

/// Where a bit applies (rules a to c of Safety.md), rests, and what a broken bit asks for.
@Suite struct ApplicabilityTests {
    @Test("Rule (a): signal, deadlines and real time are judged in closed loop only")
    func sensingIsTheClosedLoops() {
        var rig = Rig()
        rig.evidence.sampleAge = Microseconds(.max)
        rig.evidence.signalSaturatedOrFlat = true
        rig.evidence.deadlineMissesInWindow = .max
        rig.evidence.realtimeOrVirtual = false
        #expect(rig.broken() == [.sampleAge, .signalQuality, .deadlineMisses, .realtime])
        for mode in [Mode.openLoop, .fallback] {
            rig.evidence.mode = mode
            rig.state = nil
            #expect(rig.broken() == [])
        }
    }

    @Test("Rule (b): in an expired file's fallback a ramp-off step is permitted and a rise is not")
    func rampOffOutlivesExpiry() {
        var rig = Rig()
        rig.limits.onExpiry = .rampOff
        rig.evidence.mode = .fallback
        #expect(rig.isPermitted())
        rig.evidence.limitsExpired = true
        rig.segment.firstPulse = Microseconds(1_060_000)
        rig.segment.amplitude = Nanoamperes(90_000)
        #expect(rig.isPermitted())
        rig.segment.firstPulse = Microseconds(1_080_000)
        #expect(rig.isPermitted())
        rig.segment.firstPulse = Microseconds(1_100_000)
        rig.segment.amplitude = Nanoamperes(90_001)
        #expect(rig.broken() == .limitsInvalid)
        rig.evidence.limitsValid = false
        rig.segment.amplitude = Nanoamperes(80_000)
        #expect(rig.broken() == .limitsInvalid)
    }

    @Test("Rule (b): level output counts as a ramp-off step for one second at most")
    func levelIsNoRampForLong() {
        var rig = Rig()
        rig.limits.onExpiry = .rampOff
        rig.limits.lease = Microseconds(3_000_000)
        (rig.evidence.mode, rig.evidence.limitsExpired) = (.fallback, false)
        rig.evidence.leaseEnd = Microseconds(9_000_000)
        #expect(rig.isPermitted())
        rig.evidence.limitsExpired = true
        rig.segment.firstPulse = Microseconds(2_040_001)
        #expect(rig.broken() == .limitsInvalid)
        rig.segment.firstPulse = Microseconds(2_040_000)
        #expect(rig.broken() == [])
    }

    @Test("Rule (c): a fallback outlives the runtime, the latch flag and, where the file says so, expiry")
    func fallbackOutlivesTheRuntime() {
        var rig = Rig()
        rig.evidence.tokenAge = Microseconds(.max)
        rig.evidence.actorsHealthy = false
        rig.evidence.acknowledgementsMissing = .max
        rig.evidence.latch = InterlockSet.tokenStale.rawValue
        rig.evidence.sequenceValid = false
        rig.evidence.limitsExpired = true
        #expect(rig.broken() == [.tokenStale, .leaseExpired, .latchSet, .sequence, .limitsInvalid])
        rig.evidence.mode = .fallback
        #expect(rig.broken() == [])
        rig.evidence.latch |= InterlockSet.readBack.rawValue
        rig.state = nil
        #expect(rig.broken() == .latchSet)
        rig.evidence.latch = 0
        rig.evidence.leaseEnd = rig.now
        #expect(rig.broken() == .leaseExpired)
    }

    @Test("A rest is permitted while only denials stand, denied at any Z, R or L, and debits nothing")
    func rests() {
        var rig = Rig()
        rig.segment = .rest(at: Microseconds(1_040_000))
        #expect(rig.isPermitted() && rig.validUntil() == nil)
        #expect(rig.state?.pulses == 0)
        rig.evidence.isArmed = false
        #expect(rig.isPermitted())
        #expect(rig.broken() == .notArmed)
        rig.evidence.isArmed = true
        rig.evidence.sampleAge = Microseconds(.max)
        #expect(!rig.isPermitted())
        rig.evidence.sampleAge = Microseconds(0)
        rig.evidence.stopRequested = true
        #expect(!rig.isPermitted())
        rig.evidence.stopRequested = false
        rig.evidence.leaseEnd = rig.now
        #expect(!rig.isPermitted())
        rig.evidence.leaseEnd = Microseconds(rig.now.value - 1)
        #expect(rig.broken() == .leaseExpired)
        rig.evidence.leaseEnd = Microseconds(rig.now.value + 1)
        #expect(rig.broken() == [])
    }

    @Test("Rule (b): a rest is a ramp-off's last step, however long the output has been zero")
    func restAtZero() {
        var rig = Rig()
        rig.limits.onExpiry = .rampOff
        (rig.evidence.mode, rig.evidence.limitsExpired) = (.fallback, true)
        rig.evidence.leaseEnd = Microseconds(6_000_000)
        rig.now = Microseconds(5_000_000)
        rig.segment = .rest(at: rig.now)
        #expect(rig.broken() == [])
    }

    private static func react(_ bits: InterlockSet, _ mode: Mode, _ limits: Limits) -> Reaction {
        let evidence = Evidence.healthy(mode: mode, leaseEnd: Microseconds(0), validChannels: 0)
        return reaction(of: bits, evidence: evidence, under: limits)
    }

    @Test("Each interlock asks for the reaction of the catalogue")
    func reactions() {
        var limits = Rig.exampleLimits
        let react = { (bits: InterlockSet, mode: Mode) in Self.react(bits, mode, limits) }
        #expect(react([], .closedLoop) == [])
        for bit in [1, 6, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 23, 24, 30, 31, 33, 37, 38, 39, 40, 41, 43, 44, 45] {
            #expect(react(InterlockSet(bit: bit), .closedLoop) == .deny, "IL-\(bit)")
        }
        for bit in [2, 21, 25, 26, 27, 28, 29, 34, 35] {
            #expect(react(InterlockSet(bit: bit), .closedLoop) == [.deny, .rampToFallback], "IL-\(bit)")
            #expect(react(InterlockSet(bit: bit), .armed) == .deny, "IL-\(bit)")
        }
        #expect(react(.tokenStale, .openLoop) == [.deny, .rampToFallback, .latchFlag])
        #expect(react(.leaseExpired, .openLoop) == [.deny, .latch])
        for bits in [InterlockSet.stop, .deviceIdentity, .clock, .readBack, .verdictsDiffer] {
            #expect(react(bits, .closedLoop) == [.deny, .zero, .latch])
        }
        #expect(react(.doseWindow, .closedLoop) == [.deny, .rampToFallback])
        #expect(react(.doseWindow, .fallback) == .deny)
        for bit in [7, 8, 18, 19] { #expect(react(InterlockSet(bit: bit), .closedLoop) == [.deny, .latch]) }
        limits.doseMode = .burst
        limits.latchesOnGateViolation = true
        #expect(Self.react(.doseWindow, .closedLoop, limits) == [.deny, .rampToFallback])
        for bit in [7, 8, 18, 19] {
            #expect(Self.react(InterlockSet(bit: bit), .openLoop, limits) == [.deny, .zero, .latch])
        }
    }
}
