import Foundation
import Testing

@testable import Campaigns

/// A sine of `hertz` at 1 kHz for `seconds`.
private func sine(_ hertz: Double, amplitude: Double, seconds: Int = 8) -> [Double] {
    (0..<seconds * 1_000).map { amplitude * sin(2 * Double.pi * hertz * Double($0) / 1_000) }
}

@Suite struct BetaMeasuresTests {
    /// Power goes with the square of the amplitude: twice the sine, four times the power.
    @Test("Twice the amplitude at 20 Hz is four times the beta power")
    func square() {
        let one = betaPower(sine(20, amplitude: 1)[...])
        let two = betaPower(sine(20, amplitude: 2)[...])
        #expect(abs(two / one - 4) < 1e-9)
    }

    @Test(
        "A sine outside 10 to 35 Hz has less than a thousandth of the power of one inside", arguments: [5.0, 50, 130])
    func outside(hertz: Double) {
        let inside = betaPower(sine(20, amplitude: 1)[...])
        #expect(betaPower(sine(hertz, amplitude: 1)[...]) < inside / 1_000)
    }

    /// By hand: 150 samples above count, 50 do not; 150 of 400 samples, one burst.
    @Test("Only stretches of 100 ms or longer are bursts")
    func burstLengths() {
        let envelope =
            [Double](repeating: 0, count: 100) + [Double](repeating: 2, count: 150)
            + [Double](repeating: 0, count: 100) + [Double](repeating: 2, count: 50)
        let found = bursts(envelope, above: 1)
        #expect(found.share == 150.0 / 400)
        #expect(found.meanMilliseconds == 150)
    }

    /// numpy.quantile([1, 2, 3, 4], [.25, .5, .75]) = 1.75, 2.5, 3.25.
    @Test("Quantiles interpolate as numpy's do", arguments: [(0.25, 1.75), (0.5, 2.5), (0.75, 3.25), (1, 4)])
    func quantiles(share: Double, expected: Double) {
        #expect(quantile([4, 1, 3, 2], share) == expected)
    }

    /// statistics.stdev([2, 4, 4, 4, 5, 5, 7, 9]) = 2.13809…, mean 5.
    @Test("Spread is the standard deviation of a sample")
    func spread() {
        let found = meanAndSpread([2, 4, 4, 4, 5, 5, 7, 9])
        #expect(found.mean == 5)
        #expect(abs(found.spread - 2.138089935) < 1e-9)
    }

    /// A mean over 0.2 s of a rectified sine of amplitude 1 is 2/π; the band filter passes 17.5 Hz with gain 1.
    @Test("The burst envelope of a steady 17.5 Hz sine is 2/π of its amplitude")
    func envelope() throws {
        let found = try burstEnvelope(sine(17.5, amplitude: 3)[...])
        #expect(abs(found[4_000] - 3 * 2 / Double.pi) < 0.05)
    }
}
