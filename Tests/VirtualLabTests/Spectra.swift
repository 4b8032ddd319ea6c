import Glibc

/// Analysis of signals at 1 kHz for the tests: plain formulas, none of the product's.
enum Spectra {
    /// Means of eight samples: 125 Hz.
    static func decimated(_ x: [Double]) -> [Double] {
        stride(from: 0, to: x.count - 7, by: 8).map { start in
            var sum = 0.0
            for index in start..<start + 8 { sum += x[index] }
            return sum / 8
        }
    }

    /// Welch's power at frequencies of `bins` half hertz, of a signal at 1 kHz: Hann windows of 2 s, half
    /// overlapping.
    static func power(_ x: [Double], bins: ClosedRange<Int>) -> [Double] {
        let y = decimated(x)
        let length = 250
        let window = (0..<length).map { 0.5 - 0.5 * cos(2 * Double.pi * Double($0) / Double(length)) }
        let scale = 2 / (125 * window.reduce(0) { $0 + $1 * $1 })
        let starts = Array(stride(from: 0, through: y.count - length, by: length / 2))
        return bins.map { bin in
            let turn = 2 * cos(2 * Double.pi * Double(bin) / Double(length))
            var sum = 0.0
            for start in starts {
                var mean = 0.0
                for index in start..<start + length { mean += y[index] / Double(length) }
                var (a, b) = (0.0, 0.0)
                for index in 0..<length { (a, b) = (turn * a - b + window[index] * (y[start + index] - mean), a) }
                sum += a * a + b * b - turn * a * b
            }
            return sum * scale / Double(starts.count)
        }
    }

    /// Power in a band of hertz.
    static func bandPower(_ x: [Double], _ low: Int, _ high: Int) -> Double {
        power(x, bins: 2 * low...2 * high).reduce(0, +) * 0.5
    }

    /// Variance around the mean.
    static func variance(_ x: [Double]) -> Double {
        let mean = x.reduce(0, +) / Double(x.count)
        return x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    }

    /// Forward and backward through a Butterworth band-pass of order 2 around `centre`, ± 3 Hz.
    static func bandPassed(_ x: [Double], centre: Double) -> [Double] {
        var y = x
        for section in sections(centre - 3, centre + 3) {
            y = filtered(y, section)
            y = filtered(y.reversed(), section).reversed()
        }
        return y
    }

    /// Two sections: the poles of the order-2 prototype, moved to the band and mapped bilinearly (b: 1, 0, −1).
    private static func sections(_ low: Double, _ high: Double) -> [(gain: Double, a1: Double, a2: Double)] {
        let (l, h) = (2_000 * tan(Double.pi * low / 1_000), 2_000 * tan(Double.pi * high / 1_000))
        let (centre, width) = (l * h, h - l)
        // s² − p·width·s + centre = 0 with p = e^{i 3π/4}; each root with its conjugate is one section.
        let (pr, pi) = (-0.5.squareRoot() * width / 2, 0.5.squareRoot() * width / 2)
        let (dr, di) = (pr * pr - pi * pi - centre, 2 * pr * pi)
        let modulus = (dr * dr + di * di).squareRoot()
        let root = (((modulus + dr) / 2).squareRoot(), ((modulus - dr) / 2).squareRoot() * (di < 0 ? -1 : 1))
        return [1.0, -1.0].map { sign in
            let (sr, si) = (pr + sign * root.0, pi + sign * root.1)
            let (b, c) = (-2 * sr, sr * sr + si * si)
            let a0 = 4_000_000 + 2_000 * b + c
            return (2_000 * width / a0, (2 * c - 8_000_000) / a0, (4_000_000 - 2_000 * b + c) / a0)
        }
    }

    private static func filtered(_ x: [Double], _ s: (gain: Double, a1: Double, a2: Double)) -> [Double] {
        var (u, v) = (0.0, 0.0)
        return x.map { input in
            let y = s.gain * input + u
            (u, v) = (v - s.a1 * y, -s.gain * input - s.a2 * y)
            return y
        }
    }
}

/// Bursts as the reference defines them: band-pass peak ± 3 Hz zero phase, rectify, 0.2 s mean, above the 75th
/// percentile for at least 100 ms.
struct Bursts {
    var durations: [Double] = []
    var envelopeVariation = 0.0

    init(_ field: [Double], peak: Double) {
        let rectified = Spectra.bandPassed(field, centre: peak).map { abs($0) }
        var envelope: [Double] = []
        var sum = 0.0
        for index in rectified.indices {
            sum += rectified[index]
            if index >= 200 { sum -= rectified[index - 200] }
            if index >= 199 { envelope.append(sum / 200) }
        }
        let threshold = envelope.sorted()[envelope.count * 3 / 4]
        let mean = envelope.reduce(0, +) / Double(envelope.count)
        envelopeVariation = Spectra.variance(envelope).squareRoot() / mean
        var length = 0
        for value in envelope + [0] {
            if value > threshold { length += 1; continue }
            if length >= 100 { durations.append(Double(length)) }
            length = 0
        }
        durations.sort()
    }

    var mean: Double { durations.reduce(0, +) / Double(durations.count) }
    func percentile(_ share: Double) -> Double { durations[Int(Double(durations.count - 1) * share)] }
}
