/// Sums of products of a signal with its own past, block by block of time.
///
/// Σ z(t + k) z(t)ᵀ over the instants t of a block, for each lag k. Weighted sums of blocks are covariances of
/// resampled time without a seam; a block played backwards is the transposed product.
struct LagProducts: Sendable {
    let lags: ClosedRange<Int>
    let components: Int
    /// Block by block, in each lag by lag, in each `components`² products in row order.
    private let sums: [[Double]]
    private let counts: [[Int]]

    /// Products of `signal` (bins × components, centred) at `lags`, in blocks of `block` bins.
    init(_ signal: Matrix, lags: ClosedRange<Int>, block: Int) {
        self.lags = lags
        components = signal.columns
        var sums: [[Double]] = []
        var counts: [[Int]] = []
        for start in stride(from: 0, to: signal.rows / block * block, by: block) {
            let ends = lags.map { min(start + block, signal.rows - $0) }
            counts.append(ends.map { max(0, $0 - start) })
            sums.append(zip(lags, ends).flatMap { Self.products(signal, lag: $0, from: start, to: $1) })
        }
        (self.sums, self.counts) = (sums, counts)
    }

    var blocks: Int { sums.count }

    /// Covariances at each lag, in order.
    ///
    /// - Parameters:
    ///   - weights: How often each block counts.
    ///   - reversed: Whether each block is played backwards.
    /// - Returns: One matrix a lag, components × components.
    func covariances(weights: [Int]? = nil, reversed: [Bool]? = nil) -> [Matrix] {
        let size = components * components
        return lags.indices.enumerated().map { index, _ in
            var total = [Double](repeating: 0, count: size)
            var count = 0
            for block in sums.indices {
                let weight = weights?[block] ?? 1
                guard weight > 0 else { continue }
                count += weight * counts[block][index]
                add(
                    sums[block], from: index * size, times: Double(weight), backwards: reversed?[block] ?? false,
                    to: &total)
            }
            let share = 1 / Double(max(1, count))
            return Matrix(rows: components, columns: components, values: total.map { $0 * share })
        }
    }

    private func add(
        _ values: [Double], from start: Int, times weight: Double, backwards: Bool, to total: inout [Double]
    ) {
        guard backwards else {
            for entry in total.indices { total[entry] += weight * values[start + entry] }
            return
        }
        for row in 0..<components {
            for column in 0..<components {
                total[row * components + column] += weight * values[start + column * components + row]
            }
        }
    }

    private static func products(_ signal: Matrix, lag: Int, from start: Int, to end: Int) -> [Double] {
        let size = signal.columns
        var result = [Double](repeating: 0, count: size * size)
        unsafe signal.values.withUnsafeBufferPointer { values in
            unsafe result.withUnsafeMutableBufferPointer { sums in
                for time in start..<max(start, end) {
                    for row in 0..<size {
                        let later = unsafe values[(time + lag) * size + row]
                        for column in 0..<size {
                            unsafe sums[row * size + column] += later * values[time * size + column]
                        }
                    }
                }
            }
        }
        return result
    }
}
