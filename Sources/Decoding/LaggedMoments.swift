/// Sums of products of a signal with its own past and with a target, over the instants `0 ..< count`.
///
/// Column `lag × units + unit` of the design is that unit `lag` bins ago, zero before the start. Its Gram matrix comes
/// from one product for each distance between lags, less what leaves at the end: a tenth of the work.
struct LaggedMoments {
    let taps: Int
    let units: Int
    let count: Int
    /// Σ xᵢ xⱼ; only the lower half is filled.
    private(set) var products: Matrix
    /// Σ xᵢ y.
    private(set) var targets: Matrix
    /// Σ xᵢ.
    private(set) var sums: [Double]
    /// Mean of the target.
    let targetMeans: [Double]

    /// Moments of the first `count` rows.
    init(_ signal: Matrix, _ target: Matrix, count: Int, taps: Int) {
        self.taps = taps
        self.count = count
        units = signal.columns
        let size = taps * signal.columns
        products = Matrix(rows: size, columns: size)
        sums = [Double](repeating: 0, count: size)
        let head = target.rows(0..<count)
        targetMeans = head.columnMeans
        targets = Matrix(rows: size, columns: target.columns)
        let padded = signal.rows(0..<count).widened
        for distance in 0..<min(taps, count) { addProducts(padded, distance: distance) }
        for lag in 0..<taps { addTargets(signal, head, lag: lag) }
    }

    private mutating func addProducts(_ padded: Matrix, distance: Int) {
        let width = padded.columns
        var block = Matrix(rows: units, columns: width)
        let rows = units, inner = count - distance
        unsafe padded.values.withUnsafeBufferPointer { values in
            unsafe block.values.withUnsafeMutableBufferPointer { output in
                guard let x = values.baseAddress, let c = output.baseAddress else { return }
                unsafe addProduct(
                    KernelOperand(x + distance * width, rowStep: 1, innerStep: width), x, bStep: width, into: c,
                    cStep: width, rows: rows, inner: inner, columns: width)
            }
        }
        for late in 0..<(taps - distance) {
            if late > 0, count - distance - late >= 0 {
                let early = padded.row(count - late), past = padded.row(count - distance - late)
                for a in 0..<units {
                    let value = early[early.startIndex + a]
                    if value == 0 { continue }
                    for b in 0..<units { block[a, b] -= value * past[past.startIndex + b] }
                }
            }
            for b in 0..<units {
                for a in 0..<units {
                    products[(late + distance) * units + b, late * units + a] = block[a, b]
                }
            }
        }
    }

    private mutating func addTargets(_ signal: Matrix, _ target: Matrix, lag: Int) {
        for row in lag..<max(lag, count) {
            for unit in 0..<units {
                let value = signal[row - lag, unit]
                if value == 0 { continue }
                sums[lag * units + unit] += value
                for column in 0..<target.columns { targets[lag * units + unit, column] += value * target[row, column] }
            }
        }
    }

    /// Means of the design's columns.
    var means: [Double] { sums.map { $0 / Double(count) } }

    /// Standard deviations of the design's columns (n).
    var deviations: [Double] {
        let means = means
        return sums.indices.map { index in
            max(0, products[index, index] / Double(count) - means[index] * means[index]).squareRoot()
        }
    }
}
