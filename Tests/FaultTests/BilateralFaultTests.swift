import Interlocks
import Sessions
import Signal
import Testing
import VirtualLab

@testable import Loop

/// A fault on one lead of two, through the real loops, guard and stimulator.
@Suite(.serialized) struct BilateralFaultTests {
    /// The whole right side is flat from 5 s to 6 s; the flat line counts after 500 ms (IL-27).
    static let flat = (3...5).map { SignalFault.replaced(5_000..<6_500, channel: $0, by: 3) }

    /// Amplitudes that the guard reported on a lead, with their times in us.
    static func output(_ run: LoopFaultRun, lead: Int64) -> [(time: Int64, amplitude: Int64)] {
        run.safety.filter { $0.lead == lead && $0.echoPulses > 0 }.map { ($0.echoFirstPulse, $0.echoAmplitude) }
    }

    @Test("A signal that is lost on the right ramps both leads off, as the limits say, and the run replays")
    func rampOff() async throws {
        let run = try await LoopFaultRig(faults: Self.flat, seconds: 9, isBilateral: true).run()
        let left = try #require(run.first(.fallback))
        #expect((5_500_000...5_600_000).contains(left), "\(left)")
        for lead in [Int64(0), 1] {
            let output = Self.output(run, lead: lead)
            #expect(output.contains { $0.time < left })
            // 2 mA at 20 mA/s is 100 ms; what was in flight adds two blocks.
            #expect(!output.contains { $0.time > left + 150_000 })
        }
        #expect(run.outcome.last.latch == 0 && run.divergence == nil, "\(run.divergence ?? "")")
    }

    /// The baseline of the limits is 2 mA on the left lead's pair; the way back is signed: healthy for 2 s.
    @Test("Where the limits have a baseline it runs on its lead, the other ramps off, and both loops return together")
    func baseline() async throws {
        let run = try await LoopFaultRig(
            faults: Self.flat, seconds: 14, isBilateral: true, limitsText: LoopFaultRig.baseline
        ).run()
        let left = try #require(run.first(.fallback))
        // At the same tick the left loop's report, made before the right one's, still says closed loop.
        let back = try #require(run.first(.closedLoop, from: left + 1))
        #expect((8_500_000...9_000_000).contains(back), "\(back)")
        let during = { (lead: Int64) in
            Self.output(run, lead: lead).filter { $0.time > left + 300_000 && $0.time < back - 50_000 }
        }
        #expect(during(0).count > 100 && during(0).allSatisfy { $0.amplitude == 2_000_000 })
        #expect(during(1).isEmpty)
        for lead in [Int64(0), 1] { #expect(Self.output(run, lead: lead).contains { $0.time > back + 1_000_000 }) }
        #expect(run.outcome.last.latch == 0 && run.divergence == nil, "\(run.divergence ?? "")")
    }
}
