import Glibc

/// What is done to spike counts before a linear model is fitted to them.
public enum CountTransform: String, CaseIterable, Sendable {
    /// Nothing.
    case counts
    /// √n, which makes the variance of Poisson counts nearly the same for every unit: Bartlett 1936.
    case squareRoot = "square-root"

    /// One count.
    func callAsFunction(_ count: Double) -> Double { self == .counts ? count : count.squareRoot() }
}

/// Activity of a population in bins, as a linear model of its dynamics takes it.
///
/// The transform and the smoothing are declared. Noise of single bins is the same noise in `smoothing` neighbouring
/// bins afterwards; covariances at shorter lags are then left out of the fit, because they hold it.
public struct PopulationActivity: Sendable {
    /// Bins × units.
    public let values: Matrix
    /// Seconds.
    public let bin: Double
    public let transform: CountTransform
    /// Bins of which each value is the mean.
    public let smoothing: Int

    /// Activity from `counts`, bins × units.
    ///
    /// - Throws: values that are not finite or negative, no units, no bins, a bin or smoothing that is out of range.
    public init(
        counts: Matrix, bin: Double, transform: CountTransform = .squareRoot, smoothing: Int = 1
    ) throws(CalibrationError) {
        if let place = counts.firstNotFinite {
            throw .notFinite(what: "spikes", row: place.row, column: place.column)
        }
        guard counts.columns > 0, counts.columns <= 4_096 else {
            throw .shape(what: "spikes", found: [counts.rows, counts.columns], expected: "bins × 1 to 4096 units")
        }
        guard transform == .counts || counts.values.allSatisfy({ $0 >= 0 }) else {
            throw .setting(name: "a spike count", found: "negative", allowed: "0 and above")
        }
        guard bin > 0, bin <= 10 else { throw .setting(name: "a bin", found: "\(bin) s", allowed: "0 to 10 s") }
        guard (1...100).contains(smoothing) else {
            throw .setting(name: "smoothing", found: "\(smoothing) bins", allowed: "1 to 100 bins")
        }
        guard counts.rows > smoothing else {
            throw .tooFew(what: "bins", found: counts.rows, least: smoothing + 1)
        }
        (self.bin, self.transform, self.smoothing) = (bin, transform, smoothing)
        let values = Matrix(rows: counts.rows, columns: counts.columns, values: counts.values.map { transform($0) })
        self.values = smoothing == 1 ? values : Self.smoothed(values, over: smoothing)
    }

    /// Reads `spikes.npy` (bins × units) and, for the length of a bin, `time.npy` (s) in the folder at `path`.
    ///
    /// - Parameters:
    ///   - path: The folder. Without `time.npy` a bin is 50 ms.
    ///   - milliseconds: The bins that are wanted, a multiple of the recorded ones; nil keeps those.
    ///   - transform: What is done to the counts.
    ///   - smoothing: Bins of which each value is the mean.
    /// - Throws: ``CalibrationError``, with the file and what is wrong with it.
    public init(
        folder path: String, milliseconds: Double? = nil, transform: CountTransform = .squareRoot, smoothing: Int = 1
    ) throws(CalibrationError) {
        func exists(_ name: String) -> Bool { unsafe access(path + "/" + name, F_OK) == 0 }
        guard exists("spikes.npy") else {
            throw .file(path: path, text: "no spikes.npy in this folder; expected: bins × units of counts")
        }
        var bin = 0.05
        if exists("time.npy") {
            let times = try NumpyArray(path + "/time.npy").matrix("time.npy")
            if times.rows > 1 { bin = (times[times.rows - 1, 0] - times[0, 0]) / Double(times.rows - 1) }
            guard bin.isFinite, bin > 0, bin <= 10 else {
                throw .setting(name: "time.npy's step", found: "\(bin) s", allowed: "0 to 10 s")
            }
        }
        let counts = try NumpyArray(path + "/spikes.npy").matrix("spikes.npy")
        let together = ((milliseconds ?? bin * 1_000) / (bin * 1_000)).rounded()
        guard together >= 1, abs((milliseconds ?? bin * 1_000) - together * bin * 1_000) < 1e-3 * bin * 1_000 else {
            throw .setting(
                name: "the bin", found: "\(milliseconds ?? 0) ms",
                allowed: "multiples of the recording's, \(bin * 1_000) ms")
        }
        try self.init(
            counts: Self.summed(counts, Int(together)), bin: bin * together, transform: transform,
            smoothing: smoothing)
    }

    /// Sums of `count` neighbouring rows; what is left at the end is dropped.
    private static func summed(_ counts: Matrix, _ count: Int) -> Matrix {
        guard count > 1 else { return counts }
        var result = Matrix(rows: counts.rows / count, columns: counts.columns)
        for row in 0..<result.rows * count {
            for column in 0..<counts.columns { result[row / count, column] += counts[row, column] }
        }
        return result
    }

    /// Means of each row and the `count` − 1 before it; the first rows, which have fewer before them, are dropped.
    private static func smoothed(_ values: Matrix, over count: Int) -> Matrix {
        var result = Matrix(rows: values.rows - count + 1, columns: values.columns)
        for row in 0..<result.rows {
            for column in 0..<values.columns {
                var sum = 0.0
                for past in 0..<count { sum += values[row + past, column] }
                result[row, column] = sum / Double(count)
            }
        }
        return result
    }
}
