/// Which time the stamps of an XDF stream are given in.
public enum XDFClock: String, CaseIterable, Sendable {
    /// As the sender stamped them, by its own clock.
    case raw
    /// By the recorder's clock: with the line through the measured clock offsets added.
    case synchronised
    /// Synchronised, and in each unbroken stretch of a regular stream put on the line through all its stamps.
    case dejittered
}

/// The measured offsets of a stream's clock, and the lines through them.
///
/// A line is fitted for each stretch between restarts of the sender's clock, with Huber's loss beyond 0.1 ms, so that
/// a single late measurement does not bend it. Source: the method of pyxdf, which the expected values come from; C.
/// Kothe et al., "The Lab Streaming Layer for synchronized multimodal recording", Imaging Neuroscience 2025.
struct XDFOffsets {
    /// Seconds by the sender's clock, and what has to be added to them.
    private(set) var measured: [(time: Double, value: Double)] = []
    /// One line a stretch: added = intercept + slope × stamp.
    private(set) var lines: [(firstTime: Double, intercept: Double, slope: Double)] = []

    mutating func add(time: Double, value: Double) { measured.append((time, value)) }

    /// Where the sender's clock started anew, as the first measurement after it.
    var restarts: [Int] {
        guard measured.count > 1 else { return [] }
        let times = zip(measured, measured.dropFirst()).map { $1.time - $0.time }
        let values = zip(measured, measured.dropFirst()).map { abs($1.value - $0.value) }
        let (interval, slope) = (XDFOffsets.median(times), XDFOffsets.median(values))
        let timeSpread = XDFOffsets.median(times.map { abs($0 - interval) }) + .ulpOfOne
        let valueSpread = XDFOffsets.median(values.map { abs($0 - slope) }) + .ulpOfOne
        return times.indices.filter { index in
            let late = times[index] - interval, step = values[index] - slope
            let isBroken = times[index] < 0 || (late / timeSpread > 5 && late > 5)
            return isBroken && step / valueSpread > 10 && step > 1
        }.map { $0 + 1 }
    }

    /// Fits the lines; call it when all offsets are there.
    mutating func fit() {
        let starts = [0] + restarts
        lines = starts.indices.compactMap { index in
            let end = index + 1 < starts.count ? starts[index + 1] : measured.count
            guard starts[index] < end else { return nil }
            let part = Array(measured[starts[index]..<end])
            let (intercept, slope) = XDFOffsets.line(part)
            return (part[0].time, intercept, slope)
        }
    }

    /// Huber's line by iteratively reweighted least squares, residuals in units of 0.1 ms.
    private static func line(_ points: [(time: Double, value: Double)]) -> (Double, Double) {
        guard points.count > 1 else { return (points[0].value, 0) }
        let unit = 1e-4
        let origin = points.map(\.time).min() ?? 0
        var weights = [Double](repeating: 1, count: points.count)
        var (intercept, slope) = (0.0, 0.0)
        for _ in 0..<1_000 {
            var (s, sx, sy, sxx, sxy) = (0.0, 0.0, 0.0, 0.0, 0.0)
            let level = points[0].value
            for (point, weight) in zip(points, weights) {
                let (x, y) = (point.time - origin, point.value - level)
                s += weight
                sx += weight * x
                sy += weight * y
                sxx += weight * x * x
                sxy += weight * x * y
            }
            let determinant = s * sxx - sx * sx
            guard determinant > 0, determinant.isFinite else { return (level + sy / max(s, .ulpOfOne), 0) }
            let next = ((sy * sxx - sx * sxy) / determinant + level, (s * sxy - sx * sy) / determinant)
            let change = abs(next.0 - intercept) + abs(next.1 - slope) * 1e3
            (intercept, slope) = next
            if change < 1e-12 { break }
            for (index, point) in points.enumerated() {
                let residual = abs(point.value - intercept - slope * (point.time - origin)) / unit
                weights[index] = residual <= 1 ? 1 : 1 / residual
            }
        }
        return (intercept - slope * origin, slope)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
