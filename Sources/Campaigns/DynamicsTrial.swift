public import Decoding
public import VirtualLab

/// A population of known dynamics: fitted from undisturbed activity, compared with surrogates, then pushed.
public struct DynamicsTrial: Sendable {
    public var parameters = LinearPopulationParameters()
    public var settings = DynamicsSettings()
    public var transform = CountTransform.squareRoot
    public var smoothing = 1
    /// Of undisturbed activity.
    public var seconds = 7_200.0
    public var surrogates = 199
    /// Of each kind; 0 leaves the population alone.
    public var pulses = 200
    /// Seconds between pulses.
    public var interval = 1.5
    /// Standard deviations of a latent.
    public var amplitude = 3.0
    /// Undisturbed bins that fit into memory with their transforms.
    private static let mostBins = 500_000.0

    /// The trial of the command.
    public init() {}

    /// Runs the population that `seed` draws.
    ///
    /// - Throws: settings that do not fit, too short a recording.
    public func run(seed: UInt64) throws(CalibrationError) -> DynamicsTrialResult {
        guard (1e-3...10).contains(parameters.bin) else {
            throw .setting(
                name: "the bin", found: "\(parameters.bin * 1_000) ms", allowed: "1 to 10000 ms")
        }
        let count = (seconds / parameters.bin).rounded()
        guard count <= Self.mostBins else {
            throw .setting(
                name: "the time", found: "\(seconds) s",
                allowed: "at most \(Self.mostBins * parameters.bin) s in bins of \(parameters.bin * 1_000) ms")
        }
        var population = LinearPopulation(parameters, seed: seed)
        let bins = Int(count)
        var counts: [Double] = []
        counts.reserveCapacity(bins * parameters.units)
        for _ in 0..<bins { population.advance(into: &counts) }
        let activity = try PopulationActivity(
            counts: Matrix(rows: bins, columns: parameters.units, values: counts), bin: parameters.bin,
            transform: transform, smoothing: smoothing)
        var settings = settings
        settings.seed = seed
        let dynamics = try LinearDynamics(activity, settings: settings)
        let comparison =
            surrogates > 0 ? try DynamicsSurrogates(dynamics, count: surrogates, seed: seed) : nil
        let test = pulses > 0 ? try push(&population, dynamics, seed: seed) : nil
        return DynamicsTrialResult(
            seed: seed, truth: population.modes, dynamics: dynamics, surrogates: comparison, test: test)
    }

    /// Pulses along the slowest mode and, in turn with them, along the one that overlaps least with it.
    ///
    /// The signs are drawn, so that what earlier pulses left and what the population does by itself cancel.
    private func push(
        _ population: inout LinearPopulation, _ dynamics: LinearDynamics, seed: UInt64
    ) throws(CalibrationError) -> AttractorTest? {
        guard let slow = dynamics.modes.max(by: { $0.timeConstant < $1.timeConstant }),
            let other = dynamics.modes.min(by: { overlap($0, slow) < overlap($1, slow) }), dynamics.modes.count > 1
        else { return nil }
        var stream = SeededStream(seed: seed, stream: 0x9B5E)
        let look = Int((AttractorTest.delay / parameters.bin).rounded())
        let rest = max(look + 1, Int((interval / parameters.bin).rounded()))
        var rows: [[(first: [Double], later: [Double])]] = [[], []]
        for pulse in 0..<(2 * pulses) {
            let sign = stream.next() >> 63 == 1 ? 1.0 : -1.0
            population.pulse(along: pulse % 2 == 0 ? slow.pattern : other.pattern, amplitude: sign * amplitude)
            var counts: [Double] = []
            for _ in 0..<rest { population.advance(into: &counts) }
            let activity = try PopulationActivity(
                counts: Matrix(rows: rest, columns: parameters.units, values: counts), bin: parameters.bin,
                transform: transform)
            let components = dynamics.components(of: activity.values)
            rows[pulse % 2].append(
                (components.row(0).map { sign * $0 }, components.row(look).map { sign * $0 }))
        }
        return try AttractorTest(
            direction: slow.direction, along: responses(rows[0]), off: responses(rows[1]), seed: seed)
    }

    private func responses(_ rows: [(first: [Double], later: [Double])]) -> AttractorTest.Responses {
        func matrix(_ values: [[Double]]) -> Matrix {
            Matrix(rows: values.count, columns: values.first?.count ?? 0, values: values.flatMap(\.self))
        }
        return AttractorTest.Responses(first: matrix(rows.map(\.first)), later: matrix(rows.map(\.later)))
    }

    /// Cosine between the patterns of two modes, without its sign.
    private func overlap(_ a: DynamicMode, _ b: DynamicMode) -> Double {
        func product(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        let lengths = (product(a.pattern, a.pattern) * product(b.pattern, b.pattern)).squareRoot()
        return lengths > 0 ? abs(product(a.pattern, b.pattern)) / lengths : 0
    }
}

/// What one population came to.
public struct DynamicsTrialResult: Sendable {
    public let seed: UInt64
    /// Seconds to 1/e and Hz of each true mode, the slowest first.
    public let truth: [(time: Double, frequency: Double)]
    public let dynamics: LinearDynamics
    public let surrogates: DynamicsSurrogates?
    public let test: AttractorTest?

    /// The fitted mode that belongs to true mode `index`: among those of its kind the nearest in rate of decay.
    public func fitted(_ index: Int) -> DynamicMode? {
        let known = truth[index]
        return dynamics.modes.filter { ($0.frequency > 0.2) == (known.frequency > 0.2) }.min {
            abs(1 / $0.timeConstant - 1 / known.time) < abs(1 / $1.timeConstant - 1 / known.time)
        }
    }

    /// |τ − true τ| / true τ; nil where no mode of that kind was found.
    public func error(_ index: Int) -> Double? {
        fitted(index).map { abs($0.timeConstant / truth[index].time - 1) }
    }
}
