import Glibc

/// Adam: steps by running means of the gradient and of its square.
///
/// Source: Kingma & Ba, ICLR 2015, algorithm 1, β₁ 0.9, β₂ 0.999, ε 1e-8; weight decay is added to the gradient, after
/// the gradient's norm was bounded.
struct AdamOptimizer {
    let rate: Float
    let weightDecay: Float
    let largestNorm: Float
    private var mean: [Float]
    private var square: [Float]
    private var steps = 0

    /// For `count` parameters.
    init(count: Int, rate: Float, weightDecay: Float, largestNorm: Float) {
        (self.rate, self.weightDecay, self.largestNorm) = (rate, weightDecay, largestNorm)
        mean = [Float](repeating: 0, count: count)
        square = mean
    }

    /// One step down `gradient`.
    mutating func step(_ values: inout [Float], along gradient: [Float]) {
        steps += 1
        let norm = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        let scale = norm > Double(largestNorm) ? Float(Double(largestNorm) / (norm + 1e-6)) : 1
        let first = Float(1 - pow(0.9, Double(steps))), second = Float(1 - pow(0.999, Double(steps)))
        for index in values.indices {
            let slope = gradient[index] * scale + weightDecay * values[index]
            mean[index] = 0.9 * mean[index] + 0.1 * slope
            square[index] = 0.999 * square[index] + 0.001 * slope * slope
            values[index] -= rate * (mean[index] / first) / ((square[index] / second).squareRoot() + 1e-8)
        }
    }
}
