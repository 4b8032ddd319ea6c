import Acquisition
import Signal
import Testing

@testable import Campaigns

@Suite struct BurstDetectionTests {
    private static func decisions(_ values: [Float]) -> [AdaptiveDecision] {
        values.enumerated().map { AdaptiveDecision(end: ($0.offset + 1) * 10, value: $0.element) }
    }

    /// By hand: values at 10, 20, … ms; above 5 first at 30 and again at 60.
    @Test("A detection starts where the envelope crosses the threshold upwards")
    func starts() {
        #expect(detectionStarts(Self.decisions([1, 2, 6, 7, 5, 8, 8, 1]), above: 5) == [30, 60])
    }

    /// By hand: the window is closed, 150 ms is a hit and 151 is not; a detection before the onset is none.
    @Test("A hit starts within 150 ms of the onset")
    func delays() {
        let bursts = [1_000..<1_200, 2_000..<2_400, 3_000..<3_100, 4_000..<4_200]
        #expect(detectionDelays(bursts, [1_000, 2_150, 3_151, 3_990]) == [0, 150, nil, nil])
    }

    /// By hand: two bursts, one met; one start outside of both in half a minute is two a minute.
    @Test("Recall, chance and false detections a minute are counts")
    func counts() {
        var tally = DetectionTally(threshold: 5)
        let values = [Float](repeating: 0, count: 500)
        var one = values
        for index in [110, 300] { one[index] = 9 }
        tally.add(
            bursts: [1_000..<1_300, 2_000..<2_300], decisions: Self.decisions(one), from: 0, cost: AdaptiveCost())
        tally.add(bursts: [500..<700], decisions: Self.decisions(values), from: 0, cost: AdaptiveCost())
        let report = tally.report(minutes: 0.5)
        #expect(report.bursts == 3)
        #expect(report.recalls == [0.5, 0])
        #expect(report.chance == [0, 0])
        #expect(report.onsetToDetection == 110)
        #expect(report.falsePerMinute == 2)
    }

    /// By hand: one burst began under pulses, one met its first pulse after 80 ms, one met none.
    @Test("Onset to pulse counts the bursts that began while nothing was delivered")
    func pulses() {
        var tally = DetectionTally(threshold: 5)
        tally.addArmed(bursts: [1_000..<1_200, 2_000..<2_200, 3_000..<3_200], pulses: [950, 1_010, 2_080, 2_090])
        let report = tally.report(minutes: 1)
        #expect(report.armedBursts == 2)
        #expect(report.unansweredBursts == 1)
        #expect(report.onsetToPulse == 80)
    }

    /// By hand: pulses at 10, 20, 30, 40 ms; a cancellation from 30 ms leaves two.
    @Test("A cancellation takes pulses away")
    func cancelled() {
        let run = SegmentEcho(
            firstPulse: Microseconds(10_000), period: Microseconds(10_000), width: Microseconds(60),
            amplitude: Nanoamperes(1_000_000), pulses: 4)
        #expect(pulseTimes([run]) == [10, 20, 30, 40])
        #expect(pulseTimes([run, .cancel(from: Microseconds(30_000))]) == [10, 20])
    }
}
