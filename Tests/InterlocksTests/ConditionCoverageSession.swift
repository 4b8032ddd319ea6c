import Interlocks
import Signal

/// Scenes that several conditions need before they can be turned.
extension Rig {
    /// Two pulses of 0.1 mA at 1.040 and 1.047692 s were permitted; a pulse follows at `first` with `amplitude`.
    mutating func follow(at first: Int64 = 1_060_000, amplitude: Int64 = 100_000) {
        _ = broken()
        (segment.firstPulse, segment.amplitude) = (Microseconds(first), Nanoamperes(amplitude))
        evidence.leaseEnd = Microseconds(9_000_000)
    }

    /// The fallback's ramp-off has come from 0.1 to 0.09 mA.
    mutating func rampOff() {
        follow(amplitude: 90_000)
        evidence.mode = .fallback
    }

    /// A second cathode, number 2, shares the current equally with the first.
    mutating func share() {
        limits.contacts.append(limits.contacts[0])
        limits.pairs[0].cathodes = [0, 2]
    }

    /// The controller asked for 0 nA at 1.0 s and for 1 nA at 1.1 s; now it is 1.2 s.
    mutating func aim(changes: Int64) {
        limits.maximumChanges = changes
        let pulses = segment
        for (target, time) in [(Int64(0), Int64(1_000_000)), (1, 1_100_000)] {
            segment = .rest(at: Microseconds(time))
            (evidence.target, now) = (Nanoamperes(target), Microseconds(time))
            _ = broken()
        }
        (segment, now) = (pulses, Microseconds(1_200_000))
        segment.firstPulse = Microseconds(1_240_000)
        evidence.leaseEnd = Microseconds(1_450_000)
    }

    /// A train of two pulses was permitted; the next would begin 52,188 µs after its end.
    mutating func trains(
        longest: Int64 = 30_000, gap: Int64 = 0, episodeLockout: Int64 = 0, perEpisode: Int64 = 9, perDay: Int64 = 9
    ) {
        limits.train = TrainLimits(
            longest: Microseconds(longest), gap: Microseconds(gap), perEpisode: perEpisode,
            episodeLockout: Microseconds(episodeLockout), perDay: perDay)
        follow(at: 1_100_000)
    }

    /// Contact 0 was measured at 0.8 and at 0.9 s; it may have 0.5 to 2 kΩ, 10 % from one to the other, for 0.1 s.
    mutating func measure(_ first: Int64, then second: Int64? = nil) {
        limits.contacts[0].impedance = ImpedanceBounds(
            range: 500_000...2_000_000, maximumAge: Microseconds(100_000), maximumStep: PartsPerMillion(100_000))
        var state = GateState(limits: limits)
        state.measured(first, contact: 0, at: Microseconds(800_000))
        state.measured(second ?? first, contact: 0, at: Microseconds(900_000))
        self.state = state
    }
}

extension ConditionPair {
    static let open = { @Sendable (rig: inout Rig) in rig.evidence.mode = .openLoop }
    static let closed = { @Sendable (rig: inout Rig) in rig.evidence.mode = .closedLoop }
    static let fallback = { @Sendable (rig: inout Rig) in rig.evidence.mode = .fallback }

    /// IL-01 to 06, 24, 34, 40, 44: session, token, lease, latch, order.
    static let session: [ConditionPair] = [
        ConditionPair(.notArmed, "armed") { $0.evidence.isArmed = false },
        ConditionPair(.notArmed, "mode closed loop") { $0.evidence.mode = .armed },
        ConditionPair(.notArmed, "mode open loop", given: open) { $0.evidence.mode = .latched },
        ConditionPair(.notArmed, "mode fallback", given: fallback) { $0.evidence.mode = .off },

        ConditionPair(.limitsInvalid, "verified") { $0.evidence.limitsValid = false },
        ConditionPair(.limitsInvalid, "purpose") { $0.limits.allowsClosedLoop = false },
        ConditionPair(
            .limitsInvalid, "purpose asked in closed loop only",
            given: {
                open(&$0)
                $0.limits.allowsClosedLoop = false
            }, closed),
        ConditionPair(.limitsInvalid, "not expired") { $0.evidence.limitsExpired = true },
        ConditionPair(
            .limitsInvalid, "expiry excused in a fallback only",
            given: {
                fallback(&$0)
                $0.evidence.limitsExpired = true
            }, open),
        ConditionPair(
            .limitsInvalid, "expiry excused where it leads to the baseline",
            given: {
                fallback(&$0)
                $0.evidence.limitsExpired = true
            }, { $0.limits.onExpiry = .rampOff }),
        ConditionPair(
            .limitsInvalid, "expiry excused for a lower pulse of a ramp-off",
            given: {
                $0.rampOff()
                ($0.evidence.limitsExpired, $0.limits.onExpiry) = (true, .rampOff)
            }, { $0.segment.amplitude = Nanoamperes(110_000) }),
        ConditionPair(
            .limitsInvalid, "a ramp-off stays level for a second at most",
            given: {
                ($0.segment.period, $0.evidence.leaseEnd) = (Microseconds(500_000), Microseconds(9_000_000))
                $0.follow(at: 2_040_000)
                fallback(&$0)
                ($0.evidence.limitsExpired, $0.limits.onExpiry) = (true, .rampOff)
            }, { $0.segment.firstPulse = Microseconds(2_040_001) }),

        ConditionPair(.tokenStale, "not too old", given: { $0.evidence.tokenAge = Microseconds(20_000) }) {
            $0.evidence.tokenAge = Microseconds(20_001)
        },
        ConditionPair(.tokenStale, "not from the future") { $0.evidence.tokenAge = Microseconds(-1) },
        ConditionPair(.tokenStale, "every actor answered") { $0.evidence.actorsHealthy = false },
        ConditionPair(
            .tokenStale, "age excused in a fallback only",
            given: {
                fallback(&$0)
                $0.evidence.tokenAge = Microseconds(.max)
            }, open),

        ConditionPair(
            .leaseExpired, "now before its end",
            given: { ($0.now, $0.evidence.leaseEnd) = (Microseconds(1_047_811), Microseconds(1_047_812)) },
            { $0.now = Microseconds(1_047_812) }),
        ConditionPair(
            .leaseExpired, "now before its end, of a rest",
            given: { $0.segment = .rest(at: $0.now) }, { $0.now = Microseconds(1_250_000) }),
        ConditionPair(
            .leaseExpired, "the last pulse ends inside", given: { $0.evidence.leaseEnd = Microseconds(Rig.end) },
            { $0.evidence.leaseEnd = Microseconds(Rig.end - 1) }),
        ConditionPair(.leaseExpired, "acknowledged", given: { $0.evidence.acknowledgementsMissing = 3 }) {
            $0.evidence.acknowledgementsMissing = 4
        },
        ConditionPair(.leaseExpired, "acknowledgements counted") { $0.evidence.acknowledgementsMissing = -1 },
        ConditionPair(
            .leaseExpired, "acknowledgements excused in a fallback only",
            given: {
                fallback(&$0)
                $0.evidence.acknowledgementsMissing = 4
            }, open),

        ConditionPair(.stop, "no stop") { $0.evidence.stopRequested = true },
        ConditionPair(.stop, "no stop, of a rest", given: { $0.segment = .rest(at: $0.now) }) {
            $0.evidence.stopRequested = true
        },
        ConditionPair(.latchSet, "no latch") { $0.evidence.latch = 1 << 20 },
        ConditionPair(
            .latchSet, "a flag excused in a fallback only",
            given: {
                fallback(&$0)
                $0.evidence.latch = 1 << 3
            }, open),
        ConditionPair(
            .latchSet, "a flag excused only where it led to the fallback",
            given: {
                fallback(&$0)
                $0.evidence.latch = 1 << 3
            }, { $0.evidence.latch = 1 << 3 | 1 << 5 }),

        ConditionPair(
            .lockout, "after a fault",
            given: { rig in
                var state = GateState(limits: rig.limits)
                state.lockOut(at: Microseconds(1_000_000 - 600_000_000))
                rig.state = state
            }, { $0.now = Microseconds(999_999) }),
        ConditionPair(
            .lockout, "after an episode",
            given: { $0.trains(episodeLockout: 52_188, perEpisode: 1) },
            { $0.limits.train?.episodeLockout = Microseconds(52_189) }),
        ConditionPair(
            .lockout, "after as many trains as an episode has",
            given: { $0.trains(episodeLockout: 52_189, perEpisode: 2) }, { $0.limits.train?.perEpisode = 1 }),
        ConditionPair(
            .lockout, "not inside a train",
            given: {
                $0.trains(longest: 40_000, episodeLockout: 52_189, perEpisode: 1)
                $0.segment.firstPulse = Microseconds(1_063_076)
            }, { $0.segment.firstPulse = Microseconds(1_063_077) }),

        ConditionPair(.consent, "to stimulation") { $0.limits.consentsToStimulation = false },
        ConditionPair(.consent, "to a closed loop") { $0.limits.consentsToClosedLoop = false },
        ConditionPair(
            .consent, "to a closed loop asked in closed loop only",
            given: {
                open(&$0)
                $0.limits.consentsToClosedLoop = false
            }, closed),
        ConditionPair(.consent, "not expired") { $0.evidence.consentExpired = true },
        ConditionPair(
            .consent, "excused for a ramp-off only",
            given: {
                $0.rampOff()
                $0.evidence.consentExpired = true
            }, open),

        ConditionPair(.sequence, "message in order") { $0.evidence.sequenceValid = false },
        ConditionPair(
            .sequence, "message excused in a fallback only",
            given: {
                fallback(&$0)
                $0.evidence.sequenceValid = false
            }, open),
        ConditionPair(.sequence, "not overdue", given: { $0.segment.firstPulse = Microseconds(980_000) }) {
            $0.segment.firstPulse = Microseconds(979_999)
        },
        ConditionPair(
            .sequence, "not before the end of the last pulse",
            given: {
                $0.follow(at: Rig.end)
                $0.limits.minimumInterPulse = Microseconds(-1)
                $0.limits.period = Microseconds(1)...Microseconds(500_000)
            }, { $0.segment.firstPulse = Microseconds(Rig.end - 1) }),
        ConditionPair(.armingEvidence, "whole") { $0.evidence.armingEvidenceValid = false },
    ]
}
