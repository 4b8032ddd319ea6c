import Acquisition
import Glibc

/// What a population of linear dynamics is made of.
public struct LinearPopulationParameters: Hashable, Sendable {
    /// What the slowness of the activity comes from.
    public enum Kind: String, CaseIterable, Sendable {
        /// A slow direction of the network itself, an oscillation and a fast direction.
        case attractor
        /// The same eigenvalues, but the slow one is that of an input: the network itself forgets at once.
        case slowInput = "slow-input"
        /// As the first, without anything slow.
        case fast
        /// Four independent smooth signals that do not know the direction of time: no dynamics to be found.
        case smooth
    }

    /// How a unit's value comes from its rate.
    public enum Noise: String, Sendable {
        /// Whole counts.
        case poisson
        /// The expected count plus normal noise of the same variance as counts of the baseline have.
        case gaussian
    }

    public var kind = Kind.attractor
    public var units = 60
    /// Seconds.
    public var bin = 0.05
    /// Seconds to 1/e of the slow direction.
    public var slowTime = 1.5
    /// Seconds to 1/e of the oscillation.
    public var oscillationTime = 0.2
    /// Hz.
    public var frequency = 2.5
    /// Seconds to 1/e of the fast direction.
    public var fastTime = 0.08
    /// Mean rates in Hz.
    public var baseline = 5.0...25.0
    /// Change of a rate, as a share of its baseline, with one latent one standard deviation away, for a typical unit.
    public var modulation = 0.25
    public var noise = Noise.poisson

    /// An attractor of 60 units.
    public init() {}
}

/// A seeded population of units that known linear dynamics drive, one bin a step.
///
///     x ← A x + noise,   rate = baseline · max(0, 1 + modulation · C x)
///
/// Each latent has standard deviation 1; the columns of C are orthogonal and of length √units. Of a slow input the
/// latents are three, and a fourth that no pulse reaches drives the first.
public struct LinearPopulation: Sendable {
    public let parameters: LinearPopulationParameters
    /// Seconds to 1/e and Hz of every mode of undisturbed activity, the slowest first; a pair counts once.
    public let modes: [(time: Double, frequency: Double)]
    private let baselines: [Double]
    /// Latent by latent, one weight a unit.
    private let loadings: [[Double]]
    private var latents: [Double]
    private var input = 0.0
    private var push: [Double]
    private var normals: NormalStream
    private var words: SplitMix64

    /// A population that `seed` draws, in a state of its own course.
    public init(_ parameters: LinearPopulationParameters, seed: UInt64) {
        self.parameters = parameters
        normals = NormalStream(seed: seed, stream: 0x11_01)
        words = SplitMix64(seed: seed, stream: 0x11_02)
        modes = Self.modes(parameters)
        let count = parameters.kind == .slowInput ? 3 : 4
        var normals = normals
        loadings = orthogonal(count, parameters.units, &normals)
        let range = parameters.baseline
        var words = words
        baselines = (0..<parameters.units).map { _ in
            range.lowerBound + (range.upperBound - range.lowerBound) * Double(words.next() >> 11) * 0x1p-53
        }
        latents = (0..<count).map { _ in normals.next() }
        push = [Double](repeating: 0, count: count)
        input = normals.next()
        (self.normals, self.words) = (normals, words)
        // The input's filter starts empty: let it fill.
        if parameters.kind == .slowInput { for _ in 0..<200 { stepLatents() } }
    }

    private static func modes(_ p: LinearPopulationParameters) -> [(time: Double, frequency: Double)] {
        switch p.kind {
        case .attractor, .slowInput: [(p.slowTime, 0), (p.oscillationTime, p.frequency), (p.fastTime, 0)]
        case .fast: [(p.oscillationTime, p.frequency), (0.15, 0), (p.fastTime, 0)]
        case .smooth: [(p.slowTime, 0), (p.slowTime / 3, 0), (p.oscillationTime, 0), (p.fastTime, 0)]
        }
    }

    /// Moves the latents by `amplitude` standard deviations along `pattern`, one weight a unit, before the next bin.
    ///
    /// The pattern moves them as far as they show in it: a pulse reaches units, never a latent by itself.
    public mutating func pulse(along pattern: [Double], amplitude: Double) {
        let reached = loadings.map { loading in zip(loading, pattern).reduce(0) { $0 + $1.0 * $1.1 } }
        let length = reached.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else { return }
        for index in push.indices { push[index] += amplitude * reached[index] / length }
    }

    /// One bin: the count of each unit is added to `counts`.
    public mutating func advance(into counts: inout [Double]) {
        stepLatents()
        for index in latents.indices {
            latents[index] += push[index]
            push[index] = 0
        }
        for unit in 0..<parameters.units {
            var drive = 0.0
            for index in latents.indices { drive += loadings[index][unit] * latents[index] }
            let mean = baselines[unit] * parameters.bin
            let expected = mean * max(0, 1 + parameters.modulation * drive)
            switch parameters.noise {
            case .poisson: counts.append(poisson(expected))
            case .gaussian: counts.append(expected + mean.squareRoot() * normals.next())
            }
        }
    }

    private mutating func stepLatents() {
        let p = parameters
        switch p.kind {
        case .attractor, .fast:
            relax(0, p.kind == .fast ? 0.15 : p.slowTime)
            rotate()
            relax(3, p.fastTime)
        case .smooth:
            for (index, time) in [p.slowTime, p.slowTime / 3, p.oscillationTime, p.fastTime].enumerated() {
                relax(index, time)
            }
        case .slowInput:
            let (slow, fast) = (exponential(-p.bin / p.slowTime), exponential(-p.bin / p.fastTime))
            input = slow * input + (1 - slow * slow).squareRoot() * normals.next()
            let own = (0.2 * (1 - fast * fast)).squareRoot() * normals.next()
            latents[0] = fast * latents[0] + (1 - fast) * 0.8.squareRoot() * input + own
            rotate()
        }
    }

    /// z ← a z + √(1 − a²) ξ, a = e^(−bin/τ): Gillespie 1996, Phys Rev E 54:2084.
    private mutating func relax(_ index: Int, _ time: Double) {
        let keep = exponential(-parameters.bin / time)
        latents[index] = keep * latents[index] + (1 - keep * keep).squareRoot() * normals.next()
    }

    /// Latents 1 and 2 turn and shrink.
    private mutating func rotate() {
        let keep = exponential(-parameters.bin / parameters.oscillationTime)
        let (c, s) = turn
        let (x, y) = (latents[1], latents[2])
        let kick = (1 - keep * keep).squareRoot()
        latents[1] = keep * (c * x - s * y) + kick * normals.next()
        latents[2] = keep * (s * x + c * y) + kick * normals.next()
    }

    /// Cosine and sine of one bin of the oscillation.
    private var turn: (Double, Double) {
        let angle = 2 * Double.pi * parameters.frequency * parameters.bin
        return (cos(angle), sin(angle))
    }

    /// A count by inversion of one uniform number.
    private mutating func poisson(_ mean: Double) -> Double {
        let uniform = Double(words.next() >> 11) * 0x1p-53
        var term = exponential(-mean)
        var (sum, count) = (term, 0.0)
        let most = mean + 20 * mean.squareRoot() + 20
        while uniform >= sum, count < most {
            count += 1
            term *= mean / count
            sum += term
        }
        return count
    }
}

/// `count` orthogonal rows of length √`size`, drawn (Gram & Schmidt).
private func orthogonal(_ count: Int, _ size: Int, _ normals: inout NormalStream) -> [[Double]] {
    var rows: [[Double]] = []
    for _ in 0..<count {
        var row = (0..<size).map { _ in normals.next() }
        for earlier in rows {
            let share = zip(row, earlier).reduce(0) { $0 + $1.0 * $1.1 } / Double(size)
            for index in row.indices { row[index] -= share * earlier[index] }
        }
        let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
        rows.append(row.map { $0 * Double(size).squareRoot() / length })
    }
    return rows
}
