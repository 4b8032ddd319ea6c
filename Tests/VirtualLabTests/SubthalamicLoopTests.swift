import Testing
import VirtualLab

/// What the loop does after 2 s, over 4 s: its rates' extremes, means and frequency.
private struct Behaviour {
    var lowest = Double.infinity
    var highest = -Double.infinity
    var mean = 0.0
    var hertz = 0.0
    var pallidalSwing = 0.0
    var lastPallidal = 0.0

    init(_ weights: LoopWeights) {
        var loop = SubthalamicLoop(LoopConstants())
        for _ in 0..<20_000 { loop.advance(weights, drive: 1) }
        var pallidal = (Double.infinity, -Double.infinity)
        var rates: [Double] = []
        for _ in 0..<40_000 {
            loop.advance(weights, drive: 1)
            rates.append(loop.subthalamic)
            pallidal = (min(pallidal.0, loop.pallidal), max(pallidal.1, loop.pallidal))
        }
        for rate in rates {
            lowest = min(lowest, rate)
            highest = max(highest, rate)
            mean += rate / Double(rates.count)
        }
        pallidalSwing = pallidal.1 - pallidal.0
        lastPallidal = loop.pallidal
        hertz = Self.frequency(rates, level: mean)
    }

    /// From the first to the last rising crossing of `level`, interpolated; steps of 0.1 ms.
    private static func frequency(_ rates: [Double], level: Double) -> Double {
        var crossings: [Double] = []
        for index in 1..<rates.count where rates[index - 1] < level && rates[index] >= level {
            crossings.append(Double(index) - (rates[index] - level) / (rates[index] - rates[index - 1]))
        }
        guard let first = crossings.first, let last = crossings.last, crossings.count > 2 else { return 0 }
        return Double(crossings.count - 1) / ((last - first) * 1e-4)
    }
}

private let patient = PatientParameters()

private func at(_ k: Double) -> Behaviour {
    Behaviour(.interpolated(patient.healthy, patient.parkinson, at: k))
}

/// Expected: measured on an independent implementation of Holgado, Terry, Bogacz 2010 (Heun, 0.1 ms).
@Test("The healthy loop rests at 18.15 and 53.69 Hz")
func healthyRests() {
    let healthy = at(0)
    #expect(abs(healthy.mean - 18.15) < 0.01)
    #expect(abs(healthy.lastPallidal - 53.69) < 0.01)
    #expect(healthy.highest - healthy.lowest < 1e-3)
}

/// Expected: as above: 20.58 Hz, 1.83…65.4, mean 21.97, G 105.4 from peak to peak.
@Test("The Parkinson loop oscillates at 20.58 Hz between 1.83 and 65.4 Hz around 21.97")
func parkinsonOscillates() {
    let parkinson = at(1)
    #expect(abs(parkinson.hertz - 20.58) < 0.01)
    #expect(abs(parkinson.lowest - 1.83) < 0.01)
    #expect(abs(parkinson.highest - 65.4) < 0.06)
    #expect(abs(parkinson.mean - 21.97) < 0.02)
    #expect(abs(parkinson.pallidalSwing - 105.4) < 0.1)
}

/// Expected: as above: 25.2 Hz and 24.9 at 50 %, 22.7 Hz and 42.4 at 75 %.
@Test(
    "Between health and disease the frequency falls and the swing grows",
    arguments: [
        (0.5, 25.2, 24.9), (0.75, 22.7, 42.4),
    ])
func interpolated(k: Double, hertz: Double, swing: Double) {
    let loop = at(k)
    #expect(abs(loop.hertz - hertz) < 0.06)
    #expect(abs(loop.highest - loop.lowest - swing) < 0.06)
}

/// Expected: as above: oscillation starts between 28 and 30 % of the way.
@Test("Oscillation starts between 28 and 30 per cent of the way")
func onset() {
    let (before, after) = (at(0.28), at(0.30))
    #expect(before.highest - before.lowest < 0.5 * (after.highest - after.lowest))
    #expect(after.highest - after.lowest > 0.5)
    #expect(abs(after.hertz - 27.5) < 0.3)
}
