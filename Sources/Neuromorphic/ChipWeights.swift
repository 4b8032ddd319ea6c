/// Weights rounded to what the chip stores, at the scale that rounds them best.
struct ChipWeights {
    var scale: Double
    var exponent = 0
    var integers: [[[Int]]] = []
    /// The largest integer magnitude.
    var largest = 0
    /// Largest error relative to the largest weight.
    var largestError = 0.0

    init(_ real: [[[Double]]], limit: Double) {
        scale = limit
        let flat = real.flatMap { $0.flatMap { $0 } }
        let top = flat.reduce(0) { max($0, abs($1)) }
        let mixed = real.contains { matrix in
            let values = matrix.flatMap { $0 }
            return values.contains { $0 > 0 } && values.contains { $0 < 0 }
        }
        guard top > 0 else {
            integers = real.map { matrix in matrix.map { row in row.map { _ in 0 } } }
            largest = 1
            return
        }
        var unit = limit * top / 64
        while unit > (mixed ? 255 : 256) && exponent < 7 { unit /= 2; exponent += 1 }
        let highest = unit.isNaN ? 0 : Int(min(unit, mixed ? 254 : 255))
        var best = Double.infinity
        for candidate in stride(from: highest, to: max(0, highest / 2), by: -1) where !mixed || candidate % 2 == 0 {
            let error = ChipWeights.error(flat, top, candidate, mixed)
            if error < best - 1e-12 { (best, largest) = (error, candidate) }
        }
        guard largest > 0 else { return }
        scale = Double(largest) * Double(64 << exponent) / top
        let step = Double(largest) / top
        integers = real.map { matrix in
            matrix.map { row in row.map { Int(ChipWeights.rounded($0 * step, mixed)) } }
        }
        for weight in flat {
            let stored: Double = ChipWeights.rounded(weight * step, mixed) / step
            largestError = max(largestError, abs(stored - weight) / top)
        }
    }

    /// Sum of squared errors, relative to the largest weight, when that becomes `candidate`.
    private static func error(_ weights: [Double], _ top: Double, _ candidate: Int, _ mixed: Bool) -> Double {
        var sum = 0.0
        for weight in weights {
            let exact: Double = weight / top * Double(candidate)
            let difference: Double = (rounded(exact, mixed) - exact) / Double(candidate)
            sum += difference * difference
        }
        return sum
    }

    /// To the nearest integer, or to the nearest even one where signs are mixed.
    private static func rounded(_ value: Double, _ mixed: Bool) -> Double {
        mixed ? (value / 2).rounded() * 2 : value.rounded()
    }
}
