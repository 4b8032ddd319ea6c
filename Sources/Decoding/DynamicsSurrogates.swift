/// Dynamics of a recording against surrogates that keep its smoothness and its covariances.
///
/// A surrogate plays each block of time forwards or backwards by a coin. Every unit keeps its autocovariance and every
/// two units keep the part of their covariance, at each lag, that does not depend on the direction of time: smoothness
/// and covariance. Lost is only which unit leads and which follows. Under the null hypothesis (a stationary process
/// whose covariances do not know the direction of time: any mixture of independent smooth signals, of any time
/// constants) data and surrogates are exchangeable as far as blocks are independent, and a rank is a p value.
///
/// ### Implementation Notes
///
/// A block played backwards is its transposed sum of products; no signal is made.
///
/// Sources: that smoothness and covariance alone pass for dynamics, Elsayed & Cunningham 2017, Nat Neurosci 20:1310;
/// ranks as p values, Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39; randomisation, Lehmann & Romano 2005, §15.2.
public struct DynamicsSurrogates: Sendable {
    /// Share of the covariances at lags that knows the direction of time: ‖Λ − Λᵀ‖² over ‖Λ + Λᵀ‖², all lags.
    public let rotation: SurrogateComparison
    /// Median of the surrogates' slowest time constants in seconds: they are as slow, because smoothness is kept.
    public let slowest: Double

    /// Compares `dynamics` with `count` surrogates of its own recording.
    ///
    /// - Throws: a surrogate that cannot be fitted, fewer than 19 of them.
    public init(_ dynamics: LinearDynamics, count: Int = 199, seed: UInt64 = 1) throws(CalibrationError) {
        guard count >= 19 else { throw .tooFew(what: "surrogates", found: count, least: 19) }
        let products = dynamics.products
        var stream = SeededStream(seed: seed, stream: 0x5A66)
        var (rotations, times): ([Double], [Double]) = ([], [])
        for _ in 0..<count {
            let coins = (0..<products.blocks).map { _ in stream.next() >> 63 == 1 }
            let covariances = products.covariances(reversed: coins)
            rotations.append(Self.rotation(covariances))
            // The median of some needs no more than some.
            if times.count < 39 { times.append(try Self.slowest(covariances, dynamics)) }
        }
        rotation = SurrogateComparison(Self.rotation(products.covariances()), rotations)
        slowest = times.sorted()[times.count / 2]
    }

    private static func rotation(_ covariances: [Matrix]) -> Double {
        var (odd, even) = (0.0, 0.0)
        for covariance in covariances {
            for row in 0..<covariance.rows {
                for column in 0..<covariance.columns {
                    let (a, b) = (covariance[row, column], covariance[column, row])
                    odd += (a - b) * (a - b)
                    even += (a + b) * (a + b)
                }
            }
        }
        return even > 0 ? odd / even : 0
    }

    private static func slowest(
        _ covariances: [Matrix], _ dynamics: LinearDynamics
    ) throws(CalibrationError) -> Double {
        let values = try IdentifiedSystem(covariances, dynamics.settings).eigenvalues()
        return values.first.map { DynamicMode.timeConstant($0, bin: dynamics.bin) } ?? 0
    }
}

/// A number beside the same number of surrogates.
public struct SurrogateComparison: Hashable, Sendable {
    public let value: Double
    /// Median and 95th percentile of the surrogates.
    public let median: Double
    public let upper: Double
    /// (1 + surrogates that reach the value) / (1 + surrogates).
    public let p: Double

    init(_ value: Double, _ surrogates: [Double]) {
        let sorted = surrogates.sorted()
        self.value = value
        median = sorted.isEmpty ? value : sorted[sorted.count / 2]
        upper = sorted.isEmpty ? value : sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
        p = Double(1 + surrogates.count { $0 >= value }) / Double(1 + surrogates.count)
    }
}
