import Interlocks
import Loop
import Signal
import Testing

/// Faults of the decoder, in virtual time; block 500 begins at 5 s.
@Suite(.serialized) struct DecoderFaultTests {
    @Test(
        "FI-16 A decision that is not finite is denied with an alarm; the third in ten seconds latches",
        arguments: [Float.nan, .infinity, -.infinity])
    func nonFinite(value: Float) async throws {
        let twice = try await LoopFaultRig(seconds: 7) { decision, block in
            if block == 500 || block == 550 { decision.value = value }
        }.run()
        #expect(twice.proposals.count { InterlockSet(rawValue: $0.record.broken).contains(.decoderValidity) } == 2)
        #expect(!twice.modes.contains(.fallback) && !twice.modes.contains(.latched))
        #expect(twice.outcome.alarms[29] == 1, "half a second apart they are one alarm")
        try twice.close(atLeast: 50)
        let thrice = try await LoopFaultRig(seconds: 9) { decision, block in
            if [500, 550, 600].contains(block) { decision.value = value }
        }.run()
        #expect(InterlockSet(rawValue: thrice.outcome.last.latch).contains(.decoderValidity))
        let latched = try #require(thrice.first(.latched))
        #expect(latched > 6_000_000 && latched <= 6_030_000)
        try thrice.close(atLeast: 50)
    }

    @Test("FI-17 A decoder that asks for the maximum every tick gets what ramp and dose allow, and no more")
    func maximum() async throws {
        let run = try await LoopFaultRig(seconds: 12) { decision, _ in
            if decision.isValid { decision.value = 1_000 }
        }.run()
        #expect(run.outcome.last.maximumAmplitude == 2_000_000, "the profile's amplitude")
        #expect(run.outcome.last.deliveredPulses > 1_000)
        try run.close(atLeast: 1_000)
    }

    /// By hand: 20 changes a second against 200 in 60 s is full after 10 s; output begins after 1 s.
    @Test("FI-18 A target that flips at 10 Hz leads to the fallback within 12 s, and only a person leads back")
    func bangBang() async throws {
        var rig = LoopFaultRig(seconds: 20) { decision, block in
            if decision.isValid { decision.value = block / 5 % 2 == 0 ? 20 : 1 }
        }
        rig.limitsText = LoopFaultRig.baseline + [("max_changes: {count: 400", "max_changes: {count: 200")]
        let run = try await rig.run()
        let refused = try #require(run.firstDenial(.changeRate))
        #expect(refused >= 10_000_000 && refused <= 1_000_000 + 12_000_000, "\(refused)")
        #expect(run.modes.count { $0 == .closedLoop } == 1, "after 2 s of health the signed rule would lead back")
        #expect(run.outcome.alarms[21] == 1)
        try run.close(atLeast: 1_000)
    }

    @Test("FI-19 Confidence that chatters at the threshold leaves the closed loop once, and comes back only by hand")
    func chatter() async throws {
        var rig = LoopFaultRig(seconds: 14) { decision, block in
            if block >= 500, block < 900 { decision.confidence = block % 2 == 0 ? 0 : 1 }
        }
        rig.limitsText = LoopFaultRig.baseline
        let run = try await rig.run()
        #expect(run.modes.filter { $0 == .closedLoop || $0 == .fallback } == [.closedLoop, .fallback])
        let refused = try #require(run.firstRefusal(.decoderValidity))
        #expect(refused == 5_010_000)
        try run.close(atLeast: 500)
    }

    @Test("FI-19 By hand the closed loop is taken up again as soon as the decoder is sure, from the present output")
    func handBack() async throws {
        let signals = OperatorSignals()
        var rig = LoopFaultRig(seconds: 14) { decision, block in
            if block >= 500, block < 700 { decision.confidence = 0.2 }
            if block == 600 { signals.returns.raise() }
        }
        rig.limitsText = LoopFaultRig.baseline
        rig.signals = signals
        let run = try await rig.run()
        #expect(run.modes.filter { $0 == .closedLoop || $0 == .fallback } == [.closedLoop, .fallback, .closedLoop])
        let lost = try #require(run.first(.fallback))
        let back = try #require(run.first(.closedLoop, from: lost))
        #expect(back > 7_000_000 && back <= 7_030_000)
        try run.close(atLeast: 500)
    }

    @Test("FI-23 A decision, or spikes, of another tick are stale: the fallback in the same tick")
    func wrongTick() async throws {
        let run = try await LoopFaultRig(seconds: 7) { decision, block in
            if block >= 500 { decision.endSample -= 10 }
        }.run()
        #expect(run.firstRefusal(.decoderValidity) == 5_010_000)
        let fallback = try #require(run.first(.fallback))
        #expect(fallback <= 5_020_000 && run.outcome.last.latch == 0)
        try run.close(atLeast: 50)
    }

    @Test("FI-24 More spikes than the network is rated for are a storm: denied, and the fallback in the same tick")
    func storm() async throws {
        let run = try await LoopFaultRig(seconds: 7) { decision, block in
            if block >= 500 { decision.spikes = Int32(clamping: decision.neuronUpdates * 5) }
        }.run()
        #expect(run.firstRefusal(.decoderValidity) == 5_010_000)
        let fallback = try #require(run.first(.fallback))
        #expect(fallback <= 5_020_000 && run.outcome.last.latch == 0)
        try run.close(atLeast: 50)
    }
}
