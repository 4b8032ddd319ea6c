import Acquisition
import Glibc
import Signal
import Testing
import VirtualLab

/// Spike counts of `windows` windows, window by window, of a population at a constant velocity.
private func counts(
    _ population: inout CorticalPopulation, velocity: (x: Double, y: Double), windows: Int, milliseconds: Int
) -> [[Double]] {
    var row = [Float](repeating: 0, count: population.units.count)
    return (0..<windows).map { _ in
        var sums = [Double](repeating: 0, count: row.count)
        for _ in 0..<milliseconds {
            unsafe row.withUnsafeMutableBufferPointer { row in
                if let base = row.baseAddress { unsafe population.advance(velocity: velocity, into: base) }
            }
            for unit in row.indices { sums[unit] += Double(row[unit]) }
        }
        return sums
    }
}

private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count - 1))
}

private func still(_ spiking: CorticalSpiking) -> CortexParameters {
    var parameters = CortexParameters()
    (parameters.commonNoise, parameters.directionalNoise, parameters.spiking) = (0, 0, spiking)
    return parameters
}

/// Fitted: rate = b + (m/2) cos(θ − φ) at half the tuned speed, by the first Fourier coefficient.
///
/// Expected: what the population says of its own units. A rate of 15 Hz over 8 × 20 s has a standard error
/// of 0.3 Hz, a depth then of 0.9 Hz with the shared noise, a direction of about 4°.
@Test("A cosine fitted to spike counts over eight directions gives each unit's own tuning")
func tuningFit() {
    var population = CorticalPopulation(units: 24, seed: 11)
    let units = population.units
    var sums = units.map { _ in (b: 0.0, c: 0.0, s: 0.0) }
    for step in 0..<8 {
        let angle = Double(step) * Double.pi / 4
        let found = counts(
            &population, velocity: (0.15 * cos(angle), 0.15 * sin(angle)), windows: 1, milliseconds: 20_000)[0]
        for unit in units.indices {
            let rate = found[unit] / 20
            sums[unit].b += rate / 8
            sums[unit].c += rate * cos(angle) / 4
            sums[unit].s += rate * sin(angle) / 4
        }
    }
    var (depthError, turn) = (0.0, 0.0)
    for (unit, sum) in zip(units, sums) {
        let depth = 2 * (sum.c * sum.c + sum.s * sum.s).squareRoot()
        depthError += abs(depth / unit.depth - 1) / Double(units.count)
        turn += abs(remainder(atan2(sum.s, sum.c) - unit.direction, 2 * Double.pi)) / Double(units.count)
        #expect(abs(sum.b / unit.baseline - 1) < 0.12, "\(sum.b) Hz, \(unit.baseline) Hz")
    }
    #expect(depthError < 0.15, "mean relative error of depth \(depthError)")
    #expect(turn * 180 / Double.pi < 8, "mean error of direction \(turn) rad")
}

@Test("Poisson units have a Fano factor of one")
func poissonFano() {
    var population = CorticalPopulation(units: 24, seed: 3, parameters: still(.poisson))
    let found = counts(&population, velocity: (0, 0), windows: 1_000, milliseconds: 200)
    let factors = population.units.indices.map { unit in
        let (mean, variance) = moments(found.map { $0[unit] })
        return variance / mean
    }
    // One factor has a standard error of √(2/1,000) = 0.045, the mean of 24 one of 0.009.
    #expect(abs(moments(factors).mean - 1) < 0.03, "\(moments(factors).mean)")
}

/// Renewal theory: intervals are r + a geometric number of mean 1/p, so that the rate is λ and, over long windows, the
/// Fano factor is the squared coefficient of variation (1 − p)/p² · λ² (Cox 1962, Renewal Theory, §4.5), λ a step.
@Test("A refractory period keeps the rate and lowers the Fano factor as renewal theory says")
func refractoryFano() {
    let rest = 8.0
    var population = CorticalPopulation(units: 24, seed: 4, parameters: still(.refractory(8)))
    let found = counts(&population, velocity: (0, 0), windows: 400, milliseconds: 1_000)
    var (factor, theory) = (0.0, 0.0)
    for (index, unit) in population.units.enumerated() {
        let (mean, variance) = moments(found.map { $0[index] })
        #expect(abs(mean / unit.baseline - 1) < 0.03, "\(mean) Hz")
        let step = unit.baseline * 1e-3
        let p = step / (1 - step * rest)
        factor += variance / mean / 24
        theory += (1 - p) / (p * p) * step * step / 24
    }
    #expect(theory < 0.85)
    #expect(abs(factor - theory) < 0.05, "\(factor), theory \(theory)")
}

/// Theory, with s = b √(c₀² + c₁² …) and V the variance of ∫z over a window T: V = 2τ(T − τ(1 − e^(−T/τ))) for an
/// Ornstein–Uhlenbeck process of standard deviation 1 (Gillespie 1996); covariance bᵢbⱼ(c₀² + c₁² cos Δ)V, variance
/// bᵢT more by Poisson.
@Test("Correlations of spike counts are those of the shared noise, and fall with the angle between two units")
func noiseCorrelation() {
    var parameters = CortexParameters()
    (parameters.commonNoise, parameters.directionalNoise, parameters.spiking) = (0.15, 0.2, .poisson)
    var population = CorticalPopulation(units: 20, seed: 9, parameters: parameters)
    let units = population.units
    let found = counts(&population, velocity: (0, 0), windows: 1_500, milliseconds: 200)
    let series = units.indices.map { unit in found.map { $0[unit] } }
    let spread = series.map { moments($0) }
    let v = 0.2 * (0.2 - 0.1 * (1 - exp(-2)))
    func covariance(_ a: CorticalUnit, _ b: CorticalUnit) -> Double {
        a.baseline * b.baseline * (0.0225 + 0.04 * cos(a.direction - b.direction)) * v
    }
    var (measured, expected) = ((like: 0.0, unlike: 0.0, product: 0.0), (like: 0.0, unlike: 0.0, square: 0.0))
    var (likes, unlikes) = (0.0, 0.0)
    for i in units.indices {
        for j in 0..<i {
            var sum = 0.0
            for window in found.indices {
                sum += (series[i][window] - spread[i].mean) * (series[j][window] - spread[j].mean)
            }
            let rho = sum / Double(found.count - 1) / (spread[i].variance * spread[j].variance).squareRoot()
            let (a, b) = (units[i], units[j])
            let theory =
                covariance(a, b)
                / ((a.baseline * 0.2 + covariance(a, a)) * (b.baseline * 0.2 + covariance(b, b))).squareRoot()
            measured.product += rho * theory
            expected.square += theory * theory
            if cos(a.direction - b.direction) > 0 {
                (measured.like, expected.like, likes) = (measured.like + rho, expected.like + theory, likes + 1)
            } else {
                (measured.unlike, expected.unlike, unlikes) =
                    (measured.unlike + rho, expected.unlike + theory, unlikes + 1)
            }
        }
    }
    #expect(abs((measured.like - expected.like) / likes) < 0.01)
    #expect(abs((measured.unlike - expected.unlike) / unlikes) < 0.01)
    #expect(measured.like / likes > measured.unlike / unlikes + 0.03)
    #expect(abs(measured.product / expected.square - 1) < 0.15, "slope \(measured.product / expected.square)")
}

@Test("The same seed gives the same spikes, another trial other spikes of the same units")
func cortexSeeds() {
    let first = recordReach(units: 16, seed: 7, seconds: 4)
    #expect(first.counts == recordReach(units: 16, seed: 7, seconds: 4).counts)
    #expect(first.counts != recordReach(units: 16, seed: 7, trial: 1, seconds: 4).counts)
    let (a, b) = (CorticalPopulation(units: 16, seed: 7), CorticalPopulation(units: 16, seed: 7, trial: 1))
    #expect(a.units == b.units)
    #expect(a.units != CorticalPopulation(units: 16, seed: 8).units)
    #expect(first.counts.count == 200 * 16 && first.velocity.count == 400)
}

@Test("Units that are lost fall silent at their time, and preferred directions turn at their rate")
func cortexDrift() {
    var parameters = still(.poisson)
    parameters.drift.lostShare = 0.3
    parameters.drift.lostFrom = 2
    parameters.drift.turnPerMinute = 60 * 45
    var population = CorticalPopulation(units: 20, seed: 2, parameters: parameters)
    let lost = population.units.map(\.isLost)
    #expect(lost.count { $0 } == 6)
    let before = counts(&population, velocity: (0, 0), windows: 1, milliseconds: 2_000)[0]
    let after = counts(&population, velocity: (0, 0), windows: 1, milliseconds: 2_000)[0]
    for unit in lost.indices {
        #expect(before[unit] > 0)
        #expect((after[unit] == 0) == lost[unit])
    }
    // After four seconds at 45° a second everything has turned by half a circle: what was preferred is now avoided.
    for unit in lost.indices where !lost[unit] {
        let it = population.units[unit]
        var copy = population
        let velocity = (x: 0.3 * cos(it.direction), y: 0.3 * sin(it.direction))
        let towards = counts(&copy, velocity: velocity, windows: 1, milliseconds: 1_000)[0][unit]
        copy = population
        let away = counts(&copy, velocity: (-velocity.x, -velocity.y), windows: 1, milliseconds: 1_000)[0][unit]
        #expect(away > towards)
    }
}

private func cortex(_ plant: Plant = .cursor) throws -> VirtualCortex {
    let channels = (0..<32).map { Channel(label: "unit\($0)") }
    return try VirtualCortex(montage: Montage(channels), frames: 20, seed: 5, plant: plant)
}

@Test("What was decided on block k moves the plant from the first sample of block k + 2 on")
func decisionDelay() throws {
    let cortex = try cortex()
    let block = Block(format: cortex.format)
    _ = try cortex.next(into: block)
    cortex.follow(Decision(value: 0.1, confidence: 1, firstSample: 0, endSample: 20, second: -0.2))
    _ = try cortex.next(into: block)
    #expect(cortex.position == Planar(0, 0))
    _ = try cortex.next(into: block)
    // 20 ms at (0.1, −0.2) m/s.
    #expect(abs(cortex.position.x - 0.002) < 1e-9 && abs(cortex.position.y + 0.004) < 1e-9)
    cortex.follow(Decision(value: 9, confidence: 1, firstSample: 0, endSample: 20, isValid: false))
    _ = try cortex.next(into: block)
    #expect(abs(cortex.position.x - 0.002) < 1e-9)
    #expect(cortex.lateDecisions == 1)
    #expect(block.header.firstSample == 60)
}

@Test("A decoder that knows the intention reaches the targets, with cursor and arm", arguments: [Plant.cursor, .arm])
func perfectDecoder(plant: Plant) throws {
    let cortex = try cortex(plant)
    let block = Block(format: cortex.format)
    for tick in 0..<3_000 {
        _ = try cortex.next(into: block)
        let intent = cortex.intent
        cortex.follow(
            Decision(
                value: Float(intent.x), confidence: 1, firstSample: Int64(tick) * 20,
                endSample: Int64(tick + 1) * 20, second: Float(intent.y)))
    }
    let score = cortex.score
    #expect(abs(score.seconds - 60) < 1e-6)
    #expect(score.missed == 0)
    #expect(score.targetsPerMinute > 60 && score.targetsPerMinute < 80, "\(score.targetsPerMinute)")
    #expect(score.pathEfficiency > 0.8)
}

@Test("A velocity that is not finite stands still")
func decisionNotFinite() throws {
    let cortex = try cortex()
    let block = Block(format: cortex.format)
    _ = try cortex.next(into: block)
    cortex.follow(Decision(value: .nan, confidence: 1, firstSample: 0, endSample: 20, second: 0.1))
    for _ in 0..<3 { _ = try cortex.next(into: block) }
    #expect(cortex.position == Planar(0, 0))
}
