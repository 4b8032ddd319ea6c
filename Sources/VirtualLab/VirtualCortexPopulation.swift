import Acquisition
import Glibc

/// Streams of random numbers that a cortex takes from one seed.
enum CortexStream: UInt64 {
    case units = 0x4301
    case latents
    case spikes
    case targets
    case gains
}

/// One unit of the population.
public struct CorticalUnit: Hashable, Sendable, BitwiseCopyable {
    /// Mean rate in Hz.
    public var baseline: Double
    /// Change of the rate in Hz at the tuned speed in the preferred direction.
    public var depth: Double
    /// The preferred direction in radians.
    public var direction: Double
    /// Silent from ``CortexDrift/lostFrom`` on.
    public var isLost: Bool
}

/// A seeded population of units with cosine tuning, shared noise and spikes, one millisecond a step.
///
///     var population = CorticalPopulation(units: 96, seed: 1)
///     population.advance(velocity: (0.3, 0), into: counts)
///
/// Same seed and trial and same velocities, same spikes. Preferred directions are spread evenly, each moved a little by
/// chance.
public struct CorticalPopulation: Sendable {
    public let parameters: CortexParameters
    /// The units as they were drawn; drift does not change them.
    public let units: [CorticalUnit]
    /// Milliseconds since the start.
    public private(set) var time: Int64 = 0
    private var directions: [(x: Double, y: Double)]
    private var gains: [Double]
    private var waits: [Int32]
    private var common: OrnsteinUhlenbeck
    private var along: OrnsteinUhlenbeck
    private var across: OrnsteinUhlenbeck
    private var latents: NormalStream
    private var walk: NormalStream
    private var words: SplitMix64

    /// A population of `units` units, which `seed` draws; their noise and spikes are those of the trial.
    public init(
        units count: Int, seed: UInt64, trial: UInt64 = 0, parameters: CortexParameters = CortexParameters()
    ) {
        let noise = seed ^ SplitMix64.mix(trial)
        self.parameters = parameters
        units = Self.drawn(max(1, count), seed: seed, parameters)
        directions = units.map { (cos($0.direction), sin($0.direction)) }
        gains = Array(repeating: 1, count: units.count)
        waits = Array(repeating: 0, count: units.count)
        latents = NormalStream(seed: noise, stream: CortexStream.latents.rawValue)
        walk = NormalStream(seed: noise, stream: CortexStream.gains.rawValue)
        words = SplitMix64(seed: noise, stream: CortexStream.spikes.rawValue)
        let time = parameters.noiseTime * 1_000
        common = OrnsteinUhlenbeck(step: 1, time: time, from: &latents)
        along = OrnsteinUhlenbeck(step: 1, time: time, from: &latents)
        across = OrnsteinUhlenbeck(step: 1, time: time, from: &latents)
    }

    /// One millisecond of the intended `velocity` in m/s: `counts` gets one number of spikes a unit.
    public mutating func advance(velocity: (x: Double, y: Double), into counts: UnsafeMutablePointer<Float>) {
        if !parameters.drift.isStill, time % 1_000 == 0 { drift() }
        common.advance(&latents)
        along.advance(&latents)
        across.advance(&latents)
        for index in units.indices {
            let rate = rate(of: index, velocity)
            unsafe counts[index] = Float(spikes(of: index, rate: rate))
        }
        time += 1
    }

    /// The present rate of a unit in Hz.
    @inline(__always)
    private func rate(of index: Int, _ velocity: (x: Double, y: Double)) -> Double {
        let (unit, direction) = (units[index], directions[index])
        let tuned = (velocity.x * direction.x + velocity.y * direction.y) / parameters.tunedSpeed
        let shared =
            parameters.commonNoise * common.value
            + parameters.directionalNoise * (direction.x * along.value + direction.y * across.value)
        return max(0, gains[index] * (unit.baseline * (1 + shared) + unit.depth * tuned))
    }

    /// Spikes in this millisecond; one word a unit whatever the outcome.
    @inline(__always)
    private mutating func spikes(of index: Int, rate: Double) -> Int {
        let uniform = Double(words.next() >> 11) * 0x1p-53
        let mean = rate * 1e-3
        switch parameters.spiking {
        case .poisson: return poisson(mean, uniform)
        case .refractory(let rest):
            if waits[index] > 0 {
                waits[index] -= 1
                return 0
            }
            // Intervals of rest + 1/p steps in the mean: p keeps the rate.
            let chance = min(1, mean / max(1e-9, 1 - mean * Double(rest)))
            guard uniform < chance else { return 0 }
            waits[index] = Int32(rest)
            return 1
        }
    }

    /// The count at which the Poisson distribution of `mean` passes `uniform`.
    private func poisson(_ mean: Double, _ uniform: Double) -> Int {
        var term = exponential(-mean)
        var (sum, count) = (term, 0)
        while uniform >= sum, count < 32 {
            count += 1
            term *= mean / Double(count)
            sum += term
        }
        return count
    }

    /// Once a second: what an implant's units do over a day.
    private mutating func drift() {
        let drift = parameters.drift
        let seconds = Double(time) / 1_000
        let turn = drift.turnPerMinute / 60 * seconds * Double.pi / 180
        for index in units.indices {
            let angle = units[index].direction + turn
            directions[index] = (cos(angle), sin(angle))
            if time > 0 { gains[index] *= exponential(drift.gainPerMinute / 60.0.squareRoot() * walk.next()) }
            if units[index].isLost, seconds >= drift.lostFrom { gains[index] = 0 }
        }
    }

    private static func drawn(_ count: Int, seed: UInt64, _ parameters: CortexParameters) -> [CorticalUnit] {
        var words = SplitMix64(seed: seed, stream: CortexStream.units.rawValue)
        func uniform() -> Double { Double(words.next() >> 11) * 0x1p-53 }
        func within(_ range: ClosedRange<Double>) -> Double {
            range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
        }
        var units = (0..<count).map { index in
            let baseline = within(parameters.baseline)
            let direction = (Double(index) + uniform() - 0.5) / Double(count) * 2 * Double.pi
            return CorticalUnit(
                baseline: baseline, depth: baseline * within(parameters.depth), direction: direction, isLost: false)
        }
        // A shuffle, so that neighbours on the array are not neighbours in direction, and the first ones are lost.
        var order = Array(0..<count)
        for index in stride(from: count - 1, to: 0, by: -1) {
            order.swapAt(index, Int(words.next() % UInt64(index + 1)))
        }
        units = order.map { units[$0] }
        let lost = Int((parameters.drift.lostShare * Double(count)).rounded())
        for index in 0..<min(lost, count) { units[index].isLost = true }
        return units
    }
}
