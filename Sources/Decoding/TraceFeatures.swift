import Glibc

/// What an adapting readout sees of a population: each unit's count, low-passed twice and z-scored.
///
/// Trace of time constant τ (in bins): `c[t] = a·c[t−1] + (1 − a)·n[t]`, `a = exp(−1/τ)`, started at 0. Units × time
/// constants features, the units of the first time constant first. Mean and deviation are of the bins it was made
/// from, so that the same counts give the same features ever after.
public struct TraceFeatures: Hashable, Sendable {
    /// Time constants in bins.
    public let timeConstants: [Double]
    public let units: Int
    /// Of each feature, over the bins it was made from.
    public let means: [Double]
    public let deviations: [Double]
    private let decays: [Double]

    /// Features scaled by the first `bins` rows of `counts`.
    ///
    /// - Parameters:
    ///   - counts: Bins × units.
    ///   - bins: Rows that mean and deviation are taken of.
    ///   - timeConstants: In bins, above 0.
    public init(counts: Matrix, bins: Int, timeConstants: [Double] = [1.5, 5]) {
        precondition(bins > 0 && bins <= counts.rows && timeConstants.allSatisfy { $0 > 0 })
        self.timeConstants = timeConstants
        units = counts.columns
        decays = timeConstants.map { exp(-1 / $0) }
        var state = [Double](repeating: 0, count: timeConstants.count * counts.columns)
        var sums = state
        var squares = state
        for bin in 0..<bins {
            Self.advance(&state, counts.row(bin), decays)
            for index in state.indices {
                sums[index] += state[index]
                squares[index] += state[index] * state[index]
            }
        }
        let count = Double(bins)
        means = sums.map { $0 / count }
        deviations = zip(sums, squares).map { max(0, $1 / count - $0 / count * $0 / count).squareRoot() + 1e-6 }
    }

    /// Features a bin.
    public var count: Int { means.count }

    /// The features of every bin, bins × features.
    public func features(of counts: Matrix) -> Matrix {
        var state = TraceState(self)
        var result = Matrix(rows: counts.rows, columns: count)
        for bin in 0..<counts.rows {
            let row = state.next(counts.row(bin))
            for index in row.indices { result[bin, index] = row[index] }
        }
        return result
    }

    fileprivate static func advance(_ state: inout [Double], _ counts: ArraySlice<Double>, _ decays: [Double]) {
        var index = 0
        for decay in decays {
            for count in counts {
                state[index] = decay * state[index] + (1 - decay) * count
                index += 1
            }
        }
    }

    fileprivate func advance(_ state: inout [Double], _ counts: ArraySlice<Double>) {
        Self.advance(&state, counts, decays)
    }
}

/// The traces of a running population.
public struct TraceState: Sendable {
    private let features: TraceFeatures
    private var traces: [Double]

    /// All traces at 0.
    public init(_ features: TraceFeatures) {
        self.features = features
        traces = [Double](repeating: 0, count: features.count)
    }

    /// The features after one more bin of `counts`, one a unit.
    public mutating func next(_ counts: ArraySlice<Double>) -> [Double] {
        precondition(counts.count == features.units)
        features.advance(&traces, counts)
        return traces.indices.map { (traces[$0] - features.means[$0]) / features.deviations[$0] }
    }
}
