import Glibc

/// How linear dynamics are fitted to a population.
public struct DynamicsSettings: Hashable, Sendable {
    /// Latent dimensions.
    public var dimensions = 4
    /// Principal components that are kept before; nil takes twice the dimensions, as far as there are units.
    public var components: Int?
    /// Lags in a row of the Hankel matrix.
    public var horizon = 5
    /// Seconds in a block of the bootstrap and of the surrogates; several times the slowest time constant.
    public var block = 10.0
    /// Resampled recordings behind the intervals; 0 gives none.
    public var replicates = 200
    public var seed: UInt64 = 1

    /// The settings of the command.
    public init() {}

    /// Blocks that a recording must have.
    static let leastBlocks = 20
}

/// Low-dimensional linear dynamics of a population, identified from covariances at lags.
///
///     x(t + 1) = A x(t) + w(t)        y(t) − ȳ = C x(t) + v(t)
///     Λ(k) = ⟨(y(t + k) − ȳ)(y(t) − ȳ)ᵀ⟩ = C Aᵏ⁻¹ G        for every k ≥ 1
///
/// Noise v that is independent from bin to bin, as spiking is, adds to Λ(0) only. The eigenvalues of A come from lags
/// of one bin and more, so that noise does not shrink them as it shrinks a regression of y(t + 1) on y(t). The factors
/// are those of a singular value decomposition of the block Hankel matrix of Λ, and A maps its first rows to the next:
///
///     H(i, j) = Λ(1 + i + j) = O(i) R(j),   O(i) = C Aⁱ,   O(i + 1) = O(i) A
///
/// Sources: Ho & Kalman 1966, Regelungstechnik 14:545; Van Overschee & De Moor 1996, Subspace Identification for Linear
/// Systems, ch. 3; for counts of spikes Buesing, Macke & Sahani 2012, NeurIPS 25. The constant term of
/// x(t + 1) = A x(t) + b stands in the mean ȳ. Principal components come first; any projection leaves A as it is.
public struct LinearDynamics: Sendable {
    public let settings: DynamicsSettings
    /// Seconds.
    public let bin: Double
    /// One a real eigenvalue or complex pair, the largest magnitude first.
    public let modes: [DynamicMode]
    /// Share of the variance in the components that were kept.
    public let explained: Double
    /// Singular values of the Hankel matrix as shares of the first, as many as components.
    public let singularShares: [Double]
    /// Mean of each unit.
    public let means: [Double]
    /// Units × components, orthonormal columns.
    public let projection: Matrix
    let products: LagProducts

    /// Fits dynamics to `activity`; `progress` hears which share of the resampled recordings is done.
    ///
    /// - Throws: settings out of range, too little data, a population of smaller rank.
    public init(
        _ activity: PopulationActivity, settings: DynamicsSettings = DynamicsSettings(),
        progress: (Double) -> Void = { _ in }
    ) throws(CalibrationError) {
        let components = try Self.checked(activity, settings)
        (self.settings, bin) = (settings, activity.bin)
        means = activity.values.columnMeans
        let centred = activity.values.centred(on: means)
        let principal = SymmetricEigen(centred.transposed * centred)
        projection = principal.vectors.firstColumns(components)
        let total = principal.values.reduce(0) { $0 + max(0, $1) }
        explained = total > 0 ? principal.values.prefix(components).reduce(0, +) / total : 0
        guard principal.values[components - 1] > 1e-12 * max(1e-300, principal.values[0]) else {
            throw .setting(
                name: "components", found: "\(components)",
                allowed: "1 to \(principal.values.count { $0 > 1e-12 * principal.values[0] }), the rank of the activity"
            )
        }
        products = LagProducts(
            centred * projection, lags: activity.smoothing...(activity.smoothing + 2 * settings.horizon - 2),
            block: Int((settings.block / activity.bin).rounded()))
        let fit = try IdentifiedSystem(products.covariances(), settings)
        singularShares = fit.singularShares
        var modes = try fit.modes(projection, bin: bin)
        if settings.replicates > 0 { try Self.resample(products, settings, &modes, bin, progress) }
        self.modes = modes
    }

    /// Components to keep.
    private static func checked(
        _ activity: PopulationActivity, _ settings: DynamicsSettings
    ) throws(CalibrationError) -> Int {
        let units = activity.values.columns
        guard settings.dimensions >= 1, settings.dimensions < units else {
            throw .setting(
                name: "dimensions", found: "\(settings.dimensions)",
                allowed: "1 to \(units - 1), fewer than the \(units) units")
        }
        let components = settings.components ?? min(units, 2 * settings.dimensions)
        guard (settings.dimensions...units).contains(components) else {
            throw .setting(name: "components", found: "\(components)", allowed: "\(settings.dimensions) to \(units)")
        }
        guard (2...50).contains(settings.horizon) else {
            throw .setting(name: "the horizon", found: "\(settings.horizon)", allowed: "2 to 50 lags")
        }
        let block = (settings.block / activity.bin).rounded()
        guard block >= Double(2 * settings.horizon + activity.smoothing), block <= 1e9 else {
            throw .setting(
                name: "a block", found: "\(settings.block) s",
                allowed: "at least \(Double(2 * settings.horizon + activity.smoothing) * activity.bin) s, all lags")
        }
        let least = DynamicsSettings.leastBlocks * Int(block)
        guard activity.values.rows >= least else {
            throw .tooFew(what: "bins", found: activity.values.rows, least: least)
        }
        return components
    }

    /// Gives `modes` their intervals: whole blocks drawn with replacement, the nearest eigenvalue of each draw.
    ///
    /// Source: block bootstrap, Künsch 1989, Ann Statist 17:1217; percentiles.
    private static func resample(
        _ products: LagProducts, _ settings: DynamicsSettings, _ modes: inout [DynamicMode], _ bin: Double,
        _ progress: (Double) -> Void
    ) throws(CalibrationError) {
        var stream = SeededStream(seed: settings.seed, stream: 0xD1A1)
        var times = [[Double]](repeating: [], count: modes.count)
        var frequencies = times
        for replicate in 0..<settings.replicates {
            progress(Double(replicate) / Double(settings.replicates))
            var weights = [Int](repeating: 0, count: products.blocks)
            for _ in 0..<products.blocks { weights[stream.below(products.blocks)] += 1 }
            var left = try IdentifiedSystem(products.covariances(weights: weights), settings).eigenvalues()
            for (index, mode) in modes.enumerated() {
                func distance(_ value: ComplexNumber) -> Double { (value - mode.eigenvalue).magnitude }
                guard let nearest = left.indices.min(by: { distance(left[$0]) < distance(left[$1]) }) else { continue }
                let value = left.remove(at: nearest)
                times[index].append(DynamicMode.timeConstant(value, bin: bin))
                frequencies[index].append(DynamicMode.frequency(value, bin: bin))
            }
        }
        for index in modes.indices {
            modes[index].timeConstantInterval = PercentileInterval(times[index])
            modes[index].frequencyInterval = PercentileInterval(frequencies[index])
        }
    }

    /// Activity in the kept components, bins × components: of new activity that was transformed in the same way.
    public func components(of values: Matrix) -> Matrix { values.centred(on: means) * projection }
}

/// The system of one set of covariances.
struct IdentifiedSystem {
    let transition: Matrix
    /// Components × dimensions.
    let output: Matrix
    let singularShares: [Double]

    init(_ covariances: [Matrix], _ settings: DynamicsSettings) throws(CalibrationError) {
        let (size, horizon, order) = (covariances[0].rows, settings.horizon, settings.dimensions)
        var hankel = Matrix(rows: size * horizon, columns: size * horizon)
        for i in 0..<horizon {
            for j in 0..<horizon {
                for row in 0..<size {
                    for column in 0..<size {
                        hankel[i * size + row, j * size + column] = covariances[i + j][row, column]
                    }
                }
            }
        }
        let left = SymmetricEigen(hankel * hankel.transposed)
        let singular = left.values.map { max(0, $0).squareRoot() }
        singularShares = singular.prefix(size).map { $0 / max(1e-300, singular[0]) }
        let rank = singular.count { $0 > 1e-7 * max(1e-300, singular[0]) }
        guard order <= rank else {
            throw .setting(
                name: "dimensions", found: "\(order)", allowed: "1 to \(rank), the rank of the covariances at lags")
        }
        var observability = left.vectors.firstColumns(order)
        for column in 0..<order {
            for row in 0..<observability.rows { observability[row, column] *= singular[column].squareRoot() }
        }
        let (early, late) = (
            observability.rows(0..<(size * (horizon - 1))), observability.rows(size..<(size * horizon))
        )
        output = observability.rows(0..<size)
        transition = try Cholesky(early.transposed * early).solve(early.transposed * late)
    }

    /// One a real eigenvalue or complex pair, the largest magnitude first.
    func eigenvalues() throws(CalibrationError) -> [ComplexNumber] {
        try GeneralEigen(transition).values.filter { $0.imaginary >= 0 }
    }

    /// The modes with their patterns over units.
    func modes(_ projection: Matrix, bin: Double) throws(CalibrationError) -> [DynamicMode] {
        let eigen = try GeneralEigen(transition)
        return eigen.values.indices.filter { eigen.values[$0].imaginary >= 0 }.map { index in
            let state = Matrix(rows: transition.rows, columns: 1, values: eigen.vector(index).map(\.real))
            let pattern = output * state
            return DynamicMode(
                eigenvalue: eigen.values[index], bin: bin, direction: pattern.values,
                pattern: (projection * pattern).values)
        }
    }
}
