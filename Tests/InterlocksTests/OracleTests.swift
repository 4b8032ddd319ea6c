import Interlocks
import Signal
import Testing

/// The gate against the slow oracle, over runs of random segments around the bounds.
@Suite struct OracleTests {
    /// 10 seeds × 500 runs × 20 segments = 100,000 cases.
    @Test("In 100,000 random cases the gate and the oracle break the same interlocks", arguments: UInt64(1)...10)
    func agreement(seed: UInt64) {
        var random = SplitMix(state: seed)
        var permits = 0, denials = InterlockSet(), disagreements = 0
        for _ in 0..<500 {
            var rig = Rig()
            OracleTests.draw(&rig.limits, &random)
            var oracle = Oracle()
            for _ in 0..<20 {
                OracleTests.draw(&rig, &random)
                let expected = oracle.judge(rig.segment, rig.evidence, now: Int(rig.now.value), rig.limits)
                let broken = rig.broken()
                permits += broken.isEmpty ? 1 : 0
                denials.formUnion(broken)
                if broken != InterlockSet(expected.map { InterlockSet(bit: $0) }) { disagreements += 1 }
            }
        }
        #expect(disagreements == 0)
        #expect(permits > 1_000)
        #expect(
            denials.isSuperset(
                of: InterlockSet(
                    (Array(1...6) + Array(8...16) + [18, 19, 20, 22, 26, 27, 28, 33, 40, 43]).map {
                        InterlockSet(bit: $0)
                    })))
    }

    /// One bound in four is moved to where the segments of `draw(_:_:)` meet it.
    static func draw(_ limits: inout Limits, _ random: inout SplitMix) {
        limits.maximumStep = Nanoamperes(Int64.random(in: 100_000...400_000, using: &random))
        limits.rampUp = Int64.random(in: 2_000_000...20_000_000, using: &random)
        limits.rampDown = Int64.random(in: 2_000_000...20_000_000, using: &random)
        limits.doseWindows[0].charge = Femtocoulombs(Int64.random(in: 100_000_000...2_000_000_000, using: &random))
        limits.doseWindows[Int.random(in: 1...3, using: &random)].charge = Femtocoulombs(
            Int64.random(in: 500_000_000...4_000_000_000, using: &random))
        limits.netCharge = Femtocoulombs(Int64.random(in: 100_000...1_000_000, using: &random))
        limits.contacts[0].area = SquareMicrometres([50_000, 100_000, 1_500_000].randomElement(using: &random) ?? 1)
        limits.chargePerPhase = Femtocoulombs(Int64.random(in: 20_000_000...60_000_000, using: &random))
        limits.shannonK = [1_000_000_000, 20_000_000_000, 562_341_325_190].randomElement(using: &random) ?? 1
        limits.chargeDensity = [200, 299, 300].randomElement(using: &random) ?? 1
        limits.contacts[0].chargeInjectionDensity = 1_000_000
        limits.soft = SoftLimits(
            amplitude: Nanoamperes(Int64.random(in: 300_000...1_000_000, using: &random)),
            chargeDensity: 299, shannonK: 562_341_325_190)
        limits.amplitude = Nanoamperes(Int64.random(in: 0...20_000, using: &random))...Nanoamperes(1_000_000)
    }

    /// The next proposal after what was permitted, with a rare change to one field.
    static func draw(_ rig: inout Rig, _ random: inout SplitMix) {
        let state = rig.state
        let last = state?.leads[0].lastPulse?.value ?? 1_000_000
        let period = Int64.random(in: 5_300...9_000, using: &random)
        rig.segment.period = Microseconds(period)
        let pause = [period, period, period, 5_405, 5_406, 60, 20_000, 300_000, 1_200_000].randomElement(using: &random)
        rig.segment.firstPulse = Microseconds(last + (pause ?? 0))
        rig.now = Microseconds(max(0, last + (pause ?? 0) - 40_000))
        let step = Int64.random(in: -120_000...120_000, using: &random)
        rig.segment.amplitude = Nanoamperes(max(0, (state?.leads[0].lastAmplitude.value ?? 0) + step))
        rig.segment.width = Microseconds(Int64.random(in: 29...111, using: &random))
        rig.segment.interphase = Microseconds(Int64.random(in: 0...10, using: &random))
        rig.segment.pulses = Int64.random(in: 1...4, using: &random)
        rig.segment.imbalance = PartsPerMillion([0, 0, 100, 4_000].randomElement(using: &random) ?? 0)
        rig.segment.waveform = .biphasicCathodicFirstSymmetric
        let mode = [Mode.openLoop, .closedLoop, .fallback].randomElement(using: &random) ?? .off
        rig.evidence = .healthy(
            mode: mode, leaseEnd: Microseconds(rig.now.value + 250_000), validChannels: 8)
        spoil(&rig, &random)
    }

    private static func spoil(_ rig: inout Rig, _ random: inout SplitMix) {
        switch Int.random(in: 0..<64, using: &random) {
        case 0: rig.evidence.isArmed = false
        case 1: rig.evidence.mode = [.off, .armed, .latched].randomElement(using: &random) ?? .off
        case 2: rig.evidence.limitsExpired = true
        case 3: rig.evidence.tokenAge = Microseconds(Int64.random(in: 19_999...20_001, using: &random))
        case 4: rig.evidence.leaseEnd = Microseconds(rig.segment.firstPulse.value + 200)
        case 5: rig.evidence.stopRequested = true
        case 6: rig.evidence.latch = InterlockSet.contactOrPair.rawValue
        case 7: rig.segment.waveform = .passiveRecharge
        case 8: rig.segment.amplitude = Nanoamperes(Int64.random(in: 999_999...5_000_001, using: &random))
        case 9: rig.segment.interphase = Microseconds(Int64.random(in: 99...101, using: &random))
        case 10: rig.segment.imbalance = PartsPerMillion(Int64.random(in: 3_999...4_001, using: &random))
        case 11: rig.evidence.sampleAge = Microseconds(Int64.random(in: 19_999...20_001, using: &random))
        case 12: rig.evidence.validChannels = Int64.random(in: 5...7, using: &random)
        case 13: rig.evidence.deadlineMissesInWindow = Int64.random(in: 2...4, using: &random)
        case 14: rig.evidence.sequenceValid = false
        case 15: rig.evidence.realtimeOrVirtual = false
        case 16: rig.evidence.limitsValid = false
        case 17: rig.segment.amplitude = Nanoamperes(5_000_001)
        case 18:
            let lateness = Int64.random(in: 19_999...20_001, using: &random)
            rig.now = Microseconds(rig.segment.firstPulse.value + lateness)
        default: break
        }
    }
}
