import Interlocks
import Signal
import Testing

/// FI-25, 26, 28, 30, 31, 69: one wrong proposal to the gate.
///
/// The decision is the call, so every bound is "gate".
struct GateFaultTests {
    /// The pair that is asked for, and what becomes of the contacts.
    static let forbidden: [(what: String, change: @Sendable (inout Limits) -> Void, pair: Int32)] = [
        ("a pair that is not there", { _ in }, 1), ("no pair", { _ in }, -1),
        ("a cathode that only senses", { $0.contacts[$0.pairs[0].cathodes[0]].mayStimulate = false }, 0),
        ("an anode that only senses", { $0.contacts[$0.pairs[0].anodes[0]].mayStimulate = false }, 0),
        ("a contact on both sides", { $0.pairs[0].anodes = $0.pairs[0].cathodes }, 0),
    ]

    @Test(
        "FI-25 a contact or pair that is not allowed is denied and latches until it is acknowledged", arguments: 0..<5)
    func forbidden(index: Int) throws {
        let fault = Self.forbidden[index]
        let rig = try GateRig()
        try rig.ramp(to: 300_000)
        fault.change(&rig.limits)
        rig.segment.pair = fault.pair
        #expect(rig.offer().contains(.contactOrPair), "\(fault.what)")
        #expect(rig.machine.mode == .latched && rig.machine.latch.contains(.contactOrPair))
        let good = try GateRig()
        (rig.limits, rig.segment.pair) = (good.limits, 0)
        #expect(rig.offer() == [.notArmed, .latchSet])
        #expect(rig.recover())
        #expect(rig.offer() == [])
        try rig.checkRecord(atLeast: 3)
    }

    @Test("FI-26 the amplitude of the limit is permitted and one nanoampere more is denied, without a latch")
    func amplitude() throws {
        let rig = try GateRig()
        try rig.ramp(to: 5_000_000)
        rig.segment.amplitude = Nanoamperes(5_000_001)
        #expect(rig.offer() == [.amplitude, .summedAmplitude])
        #expect(rig.machine.mode == .openLoop)
        rig.segment.amplitude = Nanoamperes(5_000_000)
        #expect(rig.offer() == [])
        try rig.checkRecord(atLeast: 34)
    }

    @Test(
        "FI-28 the largest amplitude, width, period and count are denied as operands and nothing traps",
        arguments: [
            (Int64.max, Int64(60), Int64(7_692), Int64(1)), (.max, .max, .max, .max), (100_000, .max, 7_692, 1),
            (100_000, 60, .max, 2), (100_000, 60, 7_692, .max), (.min, .min, .min, .min),
        ] as [(Int64, Int64, Int64, Int64)])
    func extremes(amplitude: Int64, width: Int64, period: Int64, pulses: Int64) throws {
        let rig = try GateRig()
        try rig.ramp(to: 300_000)
        rig.segment.amplitude = Nanoamperes(amplitude)
        (rig.segment.width, rig.segment.period) = (Microseconds(width), Microseconds(period))
        rig.segment.pulses = pulses
        let before = rig.state
        #expect(rig.offer().contains(.operandDomain))
        #expect(rig.state.pulses == before.pulses)
        try rig.checkRecord(atLeast: 2)
    }

    @Test("FI-30 a pulse that is unbalanced by 0.4 % is permitted; one millionth more, said or measured, latches")
    func imbalance() throws {
        for isMeasured in [false, true] {
            let rig = try GateRig { $0.measuresBalance = isMeasured }
            try rig.ramp(to: 300_000)
            rig.segment.imbalance = PartsPerMillion(4_000)
            rig.evidence.measuredImbalance = PartsPerMillion(isMeasured ? 4_000 : .max)
            #expect(rig.offer() == [])
            rig.segment.firstPulse.value += 7_692
            if isMeasured {
                rig.evidence.measuredImbalance = PartsPerMillion(4_001)
            } else {
                rig.segment.imbalance = PartsPerMillion(4_001)
            }
            #expect(rig.offer() == .imbalance)
            #expect(rig.machine.mode == .latched && rig.machine.latch == .imbalance)
            rig.evidence.measuredImbalance = PartsPerMillion(0)
            rig.segment.imbalance = PartsPerMillion(0)
            #expect(rig.recover())
            #expect(rig.offer() == [])
            try rig.checkRecord(atLeast: 4)
        }
    }

    /// 2 mA × 60 µs are 120,000,000 fC; 0.3 % are 360,000 fC.
    ///
    /// 25 nA in 1 s are 25,000,000 fC: 69 pulses are 24,840,000,
    /// the 70th would make 25,200,000. 70 × 7,692 µs are 0.54 s.
    @Test("FI-31 a drift below the pulse's tolerance is denied and latches when its second holds 25 nA, within 0.54 s")
    func netDrift() throws {
        let rig = try GateRig()
        try rig.ramp(to: 2_000_000)
        rig.segment.amplitude = Nanoamperes(2_000_000)
        rig.segment.imbalance = PartsPerMillion(3_000)
        let start = rig.segment.firstPulse.value
        var permitted = 0
        while rig.offer() == [], permitted < 1_000 {
            permitted += 1
            rig.segment.firstPulse.value += 7_692
        }
        #expect(permitted == 69)
        #expect(rig.segment.firstPulse.value - start <= 1_000_000)
        #expect(rig.machine.mode == .latched && rig.machine.latch == .netCurrent)
        #expect(rig.recover())
        rig.segment.firstPulse.value += 2_000_000
        rig.segment.amplitude = Nanoamperes(100_000)
        #expect(rig.offer() == [], "the window has drained")
        try rig.checkRecord(atLeast: 80)
    }

    @Test(
        "FI-69 sound level, sound dose and flashes: at the bound permitted, one step above denied",
        arguments: [
            (80_000, 144_000_000_000, 3, true), (79_999, 144_000_000_000, 2, true), (80_001, 1, 0, false),
            (80_000, 144_000_000_001, 0, false), (80_000, 1, 4, false), (0, 0, 3, true), (0, 0, 4, false),
        ] as [(Int64, Int64, Int64, Bool)])
    func feedback(level: Int64, duration: Int64, flashes: Int64, isHeld: Bool) {
        // The example of the limits file: 80 dB(A), 40 h of it in 7 d, 3 flashes a second, no red.
        var limits = SensoryLimits()
        (limits.soundLevel, limits.doseLevel) = (80_000, 80_000)
        (limits.doseDuration, limits.doseWindow) = (Microseconds(144_000_000_000), Microseconds(604_800_000_000))
        (limits.flashes, limits.flashWindow) = (3, Microseconds(1_000_000))
        var state = FeedbackState(limits: limits)
        var feedback = Feedback()
        (feedback.soundLevel, feedback.duration, feedback.flashes) = (level, Microseconds(duration), flashes)
        #expect(state.judge(feedback, at: Microseconds(0)) == (isHeld ? [] : .sensory))
        // A denial debits nothing: what the bound allows is still free, and drains after a second.
        (feedback.soundLevel, feedback.duration, feedback.flashes) = (0, Microseconds(0), isHeld ? 1 : 3)
        #expect(state.judge(feedback, at: Microseconds(0)) == (isHeld && flashes == 3 ? .sensory : []))
        #expect(state.judge(feedback, at: Microseconds(2_000_000)) == [])
        feedback.isRed = true
        #expect(state.judge(feedback, at: Microseconds(4_000_000)) == .sensory)
    }
}
