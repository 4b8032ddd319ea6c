import Decoding
import Glibc
import Testing

private func apart(_ a: Double, _ b: Double) -> Double { abs(remainder(a - b, 2 * Double.pi)) * 180 / Double.pi }

/// A ring of fewer cells, so that a debug build is quick; the reference has its figures too.
private func small(_ cells: Int = 256) -> HeadingRingSettings {
    var settings = HeadingRingSettings()
    settings.cells = cells
    return settings
}

/// Expected: virtual-lab reference, §6, another implementation: 8.1 Hz.
@Test("The ring fires at the rate of the reference and holds a bump after its landmark has gone")
func ringHolds() {
    var ring = HeadingRing(settings: small(), seed: 3)
    for _ in 0..<2_000 { ring.advance(turning: 0, cue: (0.5, 1.0)) }
    #expect(apart(ring.heading, 1.0) < 8)
    let before = ring.spikes
    for _ in 0..<6_000 { ring.advance(turning: 0, cue: nil) }
    let rate = Double(ring.spikes - before) / 3 / 256
    #expect(abs(rate - 8.1) < 0.6, "\(rate) Hz")
    // 10.9 deg² a second at 256 cells: three seconds move it by 6° in the root mean square.
    #expect(apart(ring.heading, 1.0) < 20)
    #expect(ring.amplitude > 0.2)
}

/// Expected: virtual-lab reference, §6: bump speed over turn 1.01 from 0.5 to 4 rad/s.
@Test("The bump turns as fast as the head", arguments: [-2.0, 1, 3])
func ringTurns(speed: Double) {
    var ring = HeadingRing(settings: small(), seed: 4)
    for _ in 0..<2_000 { ring.advance(turning: 0, cue: (0.5, 0)) }
    var (turned, last) = (0.0, ring.heading)
    for _ in 0..<8_000 {
        ring.advance(turning: speed, cue: nil)
        turned += remainder(ring.heading - last, 2 * Double.pi)
        last = ring.heading
    }
    #expect(abs(turned / (4 * speed) - 1) < 0.12, "\(turned / (4 * speed))")
}

@Test("Without recurrence nothing is kept: the bump is gone a second after its landmark")
func ringWithoutRecurrence() {
    var settings = small()
    settings.excitation = 0
    var ring = HeadingRing(settings: settings, seed: 5)
    for _ in 0..<2_000 { ring.advance(turning: 0, cue: (0.5, 1.0)) }
    let cued = ring.amplitude
    #expect(apart(ring.heading, 1.0) < 10)
    for _ in 0..<2_000 { ring.advance(turning: 0, cue: nil) }
    #expect(ring.amplitude < cued / 5)
}

@Test("A landmark that jumps by 90 degrees is followed within two seconds", arguments: 1...3)
func ringJump(seed: Int) {
    let seconds = HeadingTrial.jumpSeconds(small(), seed: UInt64(seed))
    #expect(seconds > 0.1 && seconds <= 2, "\(seconds) s")
}

@Test("Lost cells never fire, and the same seed walks the same way")
func ringLosesCells() {
    var settings = small(128)
    settings.lostShare = 0.1
    let ring = HeadingRing(settings: settings, seed: 6)
    #expect(ring.livingCells == 115)
    var trial = HeadingTrial(isBiased: true, landmarkEvery: 4)
    trial.seconds = 11
    let first = trial.run(settings, seed: 6)
    #expect(first == trial.run(settings, seed: 6))
    #expect(first != trial.run(settings, seed: 7))
    #expect(first.updates == 115 * 2_000 * 12)
}

/// By hand: an offset of 1°/s alone is 60° off after a minute; here within the noise of gain and sensor.
@Test("A report has every goal, and landmarks beat a sum of what was sensed")
func ringReport() {
    let report = evaluateHeadingRing(small(128), seed: 2, seeds: 2, seconds: 30)
    #expect(report.goals.count == 5)
    #expect(report.value < report.baseline.value)
    #expect(report.confidence.count == 2 && report.confidence[0] <= report.confidence[1])
    let alone = report.goals.first { $0.name == "error without recurrence" }
    #expect((alone?.value ?? 0) > 60)
    #expect(report.activity > 0.002 && report.activity < 0.008)
}
