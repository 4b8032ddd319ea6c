import Interlocks
import Loop
import Sessions
import Signal
import Testing
import VirtualLab

/// Faults of the amplifier, in virtual time: each asserts the bound of the table, the reason, the record, the way on.
///
/// Output begins after 1 s; faults begin at 5 s, sample 5,000. The shipped file: max_sample_age 60 ms, max_gap 5 ms,
/// min_valid_channels 2 of 3, saturation 1 % in 200 ms, flatline 500 ms; a tick is 10 ms.
@Suite(.serialized) struct SignalFaultTests {
    static let start: Int64 = 5_000_000

    /// Bound from the fault to R: the closed loop's refusal by `interlock`, and the guard's fallback a tick later.
    private func expectFallback(
        _ run: LoopFaultRun, by interlock: InterlockSet, within bound: Int64, from start: Int64 = Self.start,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let refused = try #require(run.firstRefusal(interlock), sourceLocation: location)
        #expect(refused > start && refused <= start + bound, sourceLocation: location)
        let fallback = try #require(run.first(.fallback, from: start), sourceLocation: location)
        #expect(fallback <= refused + 20_000, sourceLocation: location)
        #expect(run.outcome.last.latch == 0, sourceLocation: location)
        let alarms = run.outcome.alarms.filter { interlock.contains(InterlockSet(bit: $0.key)) }
        #expect(alarms.values.allSatisfy { $0 == 1 } && !alarms.isEmpty, sourceLocation: location)
    }

    @Test("FI-01 A driver that stalls leads to the fallback within max_sample_age and a tick, and output ramps off")
    func stall() async throws {
        let run = try await LoopFaultRig(faults: [.stall(5_000..<20_000)], seconds: 8).run()
        try expectFallback(run, by: .sampleAge, within: 60_000 + 10_000)
        #expect(run.safety.contains { $0.lacksBlock == 1 })
        #expect(!run.modes.contains(.latched))
        try run.close(atLeast: 50)
    }

    @Test("FI-02 A gap of one sample alarms, one of max_gap holds the decoder, one of 500 ms leads to the fallback")
    func gaps() async throws {
        for (length, isLost) in [(1, false), (5, false), (500, true)] as [(Int64, Bool)] {
            let run = try await LoopFaultRig(faults: [.missing(5_002..<5_002 + length)], seconds: 7).run()
            #expect(run.outcome.alarms[26] == 1, "\(length)")
            if isLost {
                try expectFallback(run, by: .sampleAge, within: 10_000)
            } else {
                #expect(run.refusals(from: 2_000_000) == [], "\(length)")
                #expect(!run.modes.contains(.fallback))
            }
            try run.close(atLeast: 50)
        }
    }

    @Test(
        "FI-03 FI-04 A packet that comes twice or out of order is dropped, with one alarm, and the loop goes on",
        arguments: [SignalFault.repeated(5_000), .swapped(5_000)])
    func dropped(fault: SignalFault) async throws {
        let run = try await LoopFaultRig(faults: [fault], seconds: 7).run()
        #expect(run.outcome.repeatedBlocks == 1)
        #expect(run.blocks.count { $0.flags.contains(.repeated) } == 1)
        #expect(run.outcome.alarms[26] == 1)
        let isLost = fault == .swapped(5_000)
        #expect(run.modes.contains(.fallback) == isLost, "a block that is out of order is a gap of 10 ms")
        let indices = run.blocks.map(\.firstSample)
        #expect(indices == indices.sorted() && Set(indices).count == indices.count)
        try run.close(atLeast: 50)
    }

    @Test("FI-05 A 32-bit sample counter that wraps changes nothing: the run is that of the clean signal, bit for bit")
    func wrapped() async throws {
        let clean = try await LoopFaultRig(seconds: 7).run()
        let run = try await LoopFaultRig(faults: [.wrapped(5_000)], seconds: 7).run()
        #expect(run.proposals.map(\.record) == clean.proposals.map(\.record))
        #expect(run.blocks == clean.blocks)
        #expect(run.outcome.alarms.isEmpty && !run.modes.contains(.fallback))
        try clean.close(atLeast: 50)
        try run.close(atLeast: 50)
    }

    @Test("FI-06 A sample counter that jumps backwards leads to the fallback in its tick; the record stays in order")
    func setBack() async throws {
        let run = try await LoopFaultRig(faults: [.setBack(5_000, by: 1_000)], seconds: 7).run()
        try expectFallback(run, by: .sampleAge, within: 10_000)
        #expect(run.blocks.count { $0.flags.contains(.restarted) } == 1)
        let indices = run.blocks.map(\.firstSample)
        #expect(zip(indices, indices.dropFirst()).allSatisfy { $1 == $0 + 10 })
        try run.close(atLeast: 50)
    }

    @Test(
        "FI-07 A value that is not finite makes its channel invalid; below min_valid_channels the fallback follows",
        arguments: [Float.nan, .infinity, -.infinity])
    func nonFinite(value: Float) async throws {
        let one = try await LoopFaultRig(faults: [.replaced(5_000..<5_200, channel: 2, by: value)], seconds: 6).run()
        #expect(one.firstRefusal(.signalQuality) == nil)
        #expect(!one.modes.contains(.fallback))
        try one.close(atLeast: 50)
        let faults = [1, 2].map { SignalFault.replaced(5_000..<5_200, channel: $0, by: value) }
        let two = try await LoopFaultRig(faults: faults, seconds: 6).run()
        try expectFallback(two, by: .signalQuality, within: 10_000)
        try two.close(atLeast: 50)
    }

    @Test("FI-07 Denormal samples are samples like any other")
    func denormal() async throws {
        let fault = SignalFault.replaced(5_000..<5_100, channel: 2, by: Float.leastNonzeroMagnitude)
        let run = try await LoopFaultRig(faults: [fault], seconds: 6).run()
        #expect(!run.modes.contains(.fallback) && !run.modes.contains(.latched))
        try run.close(atLeast: 50)
    }

    @Test("FI-08 Saturation of all channels leads to the fallback within 200 ms")
    func saturated() async throws {
        let run = try await LoopFaultRig(faults: [.saturated(5_000..<6_000)], seconds: 7).run()
        try expectFallback(run, by: .signalQuality, within: 200_000)
        try run.close(atLeast: 50)
    }

    @Test("FI-09 A stuck converter leads to the fallback within the file's 500 ms")
    func flat() async throws {
        let fault = SignalFault.replaced(5_000..<7_000, channel: nil, by: 3.5)
        let run = try await LoopFaultRig(faults: [fault], seconds: 7).run()
        try expectFallback(run, by: [.signalQuality, .decoderValidity, .sampleAge], within: 500_000)
        try run.close(atLeast: 50)
    }

    /// The twin has no line noise and 17 µV of signal: 5 % of the power is a sine of 5 µV, twentyfold 100 µV.
    @Test("FI-10 Line noise that grows twentyfold leads to the fallback within a second", arguments: [50_000, 60_000])
    func line(millihertz: Int64) async throws {
        let quiet = Disturbance.line(millihertz: millihertz, microvolts: 5)
        let loud = Disturbance.line(millihertz: millihertz, microvolts: 95)
        let run = try await LoopFaultRig(faults: [.added(0, quiet), .added(5_000, loud)], seconds: 7).run()
        try expectFallback(run, by: .signalQuality, within: 1_000_000)
        try run.close(atLeast: 50)
        let usual = try await LoopFaultRig(faults: [.added(0, quiet)], seconds: 7).run()
        #expect(!usual.modes.contains(.fallback))
        try usual.close(atLeast: 50)
    }

    @Test("FI-12 A sampling rate half a per cent off alarms; one more than a per cent off leads to the fallback")
    func rate() async throws {
        for sign in [1, -1] as [Int64] {
            let half = try await LoopFaultRig(faults: [.rate(5_000, partsPerMillion: sign * 5_000)], seconds: 9).run()
            #expect(half.outcome.alarms[26] == 1 && !half.modes.contains(.fallback))
            try half.close(atLeast: 50)
            let off = try await LoopFaultRig(faults: [.rate(5_000, partsPerMillion: sign * 12_000)], seconds: 9).run()
            try expectFallback(off, by: .sampleAge, within: 2_260_000)
            try off.close(atLeast: 50)
        }
    }

    /// The ring gains nine blocks a block and is full with the seventh: 71 good blocks stand before the first loss.
    ///
    /// They end at 5.72 s. The loop sees the loss when max_sample_age, 60 ms, and a tick have passed without a block.
    @Test("FI-14 A driver floods at ten times its rate: the ring stays bounded, each lost block is counted, fallback")
    func flood() async throws {
        var rig = LoopFaultRig(seconds: 8)
        rig.flood = 5_000
        let run = try await rig.run()
        try expectFallback(run, by: .sampleAge, within: 720_000 + 60_000 + 10_000)
        var missing: Int64 = 0
        for (earlier, later) in zip(run.blocks, run.blocks.dropFirst()) {
            let lost = (later.firstSample - earlier.firstSample) / 10 - 1
            #expect(lost >= 0 && (lost > 0) == later.flags.contains(.overrun))
            missing += lost
        }
        // What was lost behind the last block that the loop took is counted too.
        #expect(missing > 0 && run.outcome.overruns >= missing)
        #expect(run.outcome.overruns - missing <= Int64(FloodingSource.capacity * FloodingSource.factor))
        #expect(!run.modes.contains(.latched))
        try run.close(atLeast: 50)
    }

    @Test("FI-43 A host clock that leaps against the device's ends output at once, latched")
    func clocks() async throws {
        let step = SignalFault.hostStep(5_000, nanoseconds: 30_000_000_000)
        let run = try await LoopFaultRig(faults: [step], seconds: 12).run()
        let refused = try #require(run.firstRefusal(.clock))
        #expect(refused > Self.start && refused <= Self.start + 4_020_000)
        #expect(InterlockSet(rawValue: run.outcome.last.latch).contains(.clock))
        guard case .latched = run.outcome.ending else { throw LoopFaultRig.Failure(description: "not latched") }
        try run.close(atLeast: 50)
    }

    @Test("FI-77 Packet loss that heals leads to the baseline and back by the signed return, at most its count")
    func heals() async throws {
        let faults = (0..<4).map { SignalFault.missing(5_000 + $0 * 4_000..<5_100 + $0 * 4_000) }
        var rig = LoopFaultRig(faults: faults, seconds: 24)
        rig.limitsText = LoopFaultRig.baseline + [("max: {count: 10, window: 1 h}}", "max: {count: 2, window: 1 h}}")]
        let run = try await rig.run()
        #expect(run.modes.count { $0 == .closedLoop } == 3, "\(run.modes)")
        #expect(run.modes.last(where: { $0 != .off }) == .fallback)
        let lost = try #require(run.first(.fallback, from: Self.start))
        let back = try #require(run.first(.closedLoop, from: lost))
        #expect(back - lost >= 2_000_000 && back - lost < 2_400_000)
        #expect(run.outcome.alarms[26] == 4, "each of the four losses, once")
        try run.close(atLeast: 500)
    }
}
