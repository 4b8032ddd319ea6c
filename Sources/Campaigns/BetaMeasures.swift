import Conditioning
import Glibc

/// Power of `signal` (sampled at 1 kHz) between 10 and 35 Hz: Welch's mean over Hann windows of 2 s, half overlapping.
///
/// Source: Welch 1967, IEEE Trans Audio Electroacoust 15:70. Arbitrary unit: only ratios are used.
func betaPower(_ signal: ArraySlice<Double>) -> Double {
    let length = 2_000
    let mean = signal.reduce(0, +) / Double(max(1, signal.count))
    let hann = (0..<length).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length)) }
    var total = 0.0
    var windows = 0
    var start = signal.startIndex
    while start + length <= signal.endIndex {
        let window = (0..<length).map { (signal[start + $0] - mean) * hann[$0] }
        for bin in 20...70 { total += power(of: window, bin: bin) }
        windows += 1
        start += length / 2
    }
    return total / Double(max(1, windows))
}

/// Squared magnitude of one Fourier coefficient, by Goertzel's recursion (Goertzel 1958, Am Math Mon 65:34).
private func power(of window: [Double], bin: Int) -> Double {
    let coefficient = 2 * cos(2 * Double.pi * Double(bin) / Double(window.count))
    var (one, two) = (0.0, 0.0)
    for value in window { (one, two) = (value + coefficient * one - two, one) }
    return one * one + two * two - coefficient * one * two
}

/// The slow envelope by which bursts are found: 17.5 ± 3 Hz without phase shift, rectified, mean over 0.2 s.
func burstEnvelope(_ signal: ArraySlice<Double>) throws -> [Double] {
    let sections = try FilterDesign.butterworthBandpass(from: 14.5, to: 20.5, order: 4, rate: 1_000)
    let mean = signal.reduce(0, +) / Double(max(1, signal.count))
    var values = signal.map { $0 - mean }
    for _ in 0..<2 {
        for section in sections { values = filtered(values, by: section) }
        values.reverse()
    }
    var sums = [0.0]
    for value in values { sums.append((sums.last ?? 0) + abs(value)) }
    return values.indices.map { index in
        let (low, high) = (max(0, index - 100), min(values.count, index + 100))
        return (sums[high] - sums[low]) / Double(high - low)
    }
}

private func filtered(_ values: [Double], by section: Biquad) -> [Double] {
    var (one, two) = (0.0, 0.0)
    return values.map { value in
        let output = section.b0 * value + one
        one = section.b1 * value - section.a1 * output + two
        two = section.b2 * value - section.a2 * output
        return output
    }
}

/// Bursts of `envelope` above `threshold` that last 100 ms or longer (sampled at 1 kHz): share of time and mean ms.
func bursts(_ envelope: [Double], above threshold: Double) -> (share: Double, meanMilliseconds: Double) {
    let ranges = burstRanges(envelope, above: threshold)
    let total = ranges.reduce(0) { $0 + $1.count }
    return (Double(total) / Double(max(1, envelope.count)), ranges.isEmpty ? 0 : Double(total) / Double(ranges.count))
}

/// Where `envelope` (sampled at 1 kHz) stays above `threshold` for 100 ms or longer.
func burstRanges(_ envelope: [Double], above threshold: Double) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (index, value) in (envelope + [-Double.infinity]).enumerated() {
        if value > threshold {
            start = start ?? index
        } else if let first = start {
            if index - first >= 100 { ranges.append(first..<index) }
            start = nil
        }
    }
    return ranges
}

/// The value below which the share `quantile` of `values` lies, by linear interpolation; 0 where there are none.
func quantile(_ values: [Double], _ quantile: Double) -> Double {
    let sorted = values.sorted()
    guard let last = sorted.last else { return 0 }
    let place = quantile * Double(sorted.count - 1)
    let low = Int(place)
    guard low + 1 < sorted.count else { return last }
    return sorted[low] + (place - Double(low)) * (sorted[low + 1] - sorted[low])
}

/// Mean and standard deviation (n − 1) of `values`.
func meanAndSpread(_ values: [Double]) -> (mean: Double, spread: Double) {
    guard values.count > 1 else { return (values.first ?? 0, 0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / Double(values.count - 1)).squareRoot())
}
