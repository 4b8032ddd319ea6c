import Interlocks
import Signal
import Testing

/// FI-27: each bound of the shipped file from below, at it and above; the independent judge in Python has many more
/// (`make oracle`).
struct GateBoundaryTests {
    struct Bound: Sendable, CustomStringConvertible {
        let description: String
        let interlock: InterlockSet
        let value: Int64
        /// -1 where the value must not be lower, 1 where it must not be higher.
        let side: Int64
        let set: @Sendable (GateRig, Int64) -> Void

        init(
            _ description: String, _ interlock: InterlockSet, _ value: Int64, _ side: Int64 = 1,
            _ set: @escaping @Sendable (GateRig, Int64) -> Void
        ) {
            (self.description, self.interlock, self.value) = (description, interlock, value)
            (self.side, self.set) = (side, set)
        }
    }

    /// Values by hand from the file.
    static let bounds: [Bound] = [
        Bound("pulse width, least", .pulseWidth, 30, -1) { $0.segment.width.value = $1 },
        Bound("pulse width, most", .pulseWidth, 90) { $0.segment.width.value = $1 },
        Bound("interphase", .interphase, 100) { $0.segment.interphase.value = $1 },
        // 185 Hz is 5,405.4 µs, rounded to the strict side; 2 Hz is 500,000 µs.
        Bound("period, shortest", .frequencyOrGap, 5_406, -1) { $0.segment.period.value = $1 },
        Bound("period, longest", .frequencyOrGap, 500_000) { $0.segment.period.value = $1 },
        Bound("imbalance", .imbalance, 4_000) { $0.segment.imbalance.value = $1 },
        Bound("step", .ramp, 300_000 + 500_000) {
            $0.segment.amplitude.value = $1
            $0.segment.firstPulse.value += 100_000
        },
        // 20 mA/s over 2 × 7,692 µs since the last change.
        Bound("ramp up", .ramp, 300_000 + 307_680) {
            $0.segment.amplitude.value = $1
            $0.segment.firstPulse.value += 7_692
        },
        Bound("ramp down", .ramp, 300_000 - 153_840, -1) { $0.segment.amplitude.value = $1 },
        // The last pulse of the ramp was 7,692 µs ago.
        Bound("time since the last pulse", .frequencyOrGap, 5_406, -1) { $0.segment.firstPulse.value += $1 - 7_692 },
        Bound("token age", .tokenStale, 100_000) { $0.evidence.tokenAge.value = $1 },
        Bound("missing acknowledgements", .leaseExpired, 3) { $0.evidence.acknowledgementsMissing = $1 },
        Bound("patient's bound", .amplitude, 300_000, -1) { $0.evidence.patientMaximum = Nanoamperes($1) },
    ]

    static let closedLoop: [Bound] = [
        Bound("sample age", .sampleAge, 60_000) { $0.evidence.sampleAge.value = $1 },
        Bound("gap", .sampleAge, 5_000) { $0.evidence.gap.value = $1 },
        Bound("sampling rate", .sampleAge, 10_000) { $0.evidence.rateDeviation.value = $1 },
        Bound("valid channels", .signalQuality, 2, -1) { $0.evidence.validChannels = $1 },
        Bound("deadline misses", .deadlineMisses, 10) { $0.evidence.deadlineMissesInWindow = $1 },
        Bound("confidence", .decoderValidity, 500_000, -1) { $0.evidence.confidence = $1 },
        Bound("out of distribution", .decoderValidity, 3_000_000) { $0.evidence.outOfDistribution = $1 },
    ]

    @Test(
        "FI-27 inside and at a bound a pulse is permitted, one step beyond denied with its interlock; disarmed nothing",
        arguments: bounds + closedLoop)
    func threePoints(bound: Bound) throws {
        for step in Int64(-1)...1 {
            let rig = try Self.rig(bound, step)
            let expected: InterlockSet = step == bound.side ? bound.interlock : []
            #expect(rig.offer() == expected, "\(step)")
            try rig.checkRecord(atLeast: 2)
            let disarmed = try Self.rig(bound, step)
            disarmed.evidence.isArmed = false
            #expect(disarmed.offer() == expected.union(.notArmed), "\(step)")
        }
    }

    /// Level at 0.3 mA, with one field `step` beside its bound.
    private static func rig(_ bound: Bound, _ step: Int64) throws -> GateRig {
        let rig = try GateRig()
        try rig.ramp(to: 300_000)
        rig.segment.amplitude = Nanoamperes(300_000)
        if closedLoop.contains(where: { $0.description == bound.description }) {
            let isClosed = rig.machine.start(closedLoop: true)
            try #require(isClosed)
            rig.state.modeChanged()
        }
        bound.set(rig, bound.value + step)
        return rig
    }

    @Test("FI-27 no mode without output permits anything, whatever else holds")
    func withoutOutput() throws {
        for mode in [Mode.off, .armed, .latched] {
            let rig = try GateRig()
            var evidence = rig.evidence
            evidence.mode = mode
            let verdict = judge(
                rig.segment, evidence: evidence, state: &rig.state, at: rig.segment.firstPulse, under: rig.limits)
            #expect(verdict.broken == .notArmed)
        }
    }
}
