import Signal

/// How long a data record lasts, so that every signal has whole samples in it.
///
/// EDF asks for records of at most 61,440 bytes; the longest such duration of a few round ones is taken, and among
/// them one that divides the recording where there is one.
struct EDFRecordPlan: Hashable {
    /// Seconds as a ratio; it prints exactly in eight characters.
    var duration: (numerator: Int64, denominator: Int64)
    var samples: [Int]

    static func == (a: Self, b: Self) -> Bool { a.duration == b.duration && a.samples == b.samples }
    func hash(into hasher: inout Hasher) { hasher.combine(samples) }

    /// Seconds as the header prints them.
    var text: String {
        let (whole, rest) = duration.numerator.quotientAndRemainder(dividingBy: duration.denominator)
        guard rest > 0 else { return "\(whole)" }
        var digits = ""
        var left = rest
        while left > 0, digits.count < 12 {
            left *= 10
            digits += "\(left / duration.denominator)"
            left %= duration.denominator
        }
        return "\(whole)." + digits
    }

    /// The record of signals of `rates`, of `counts` samples each.
    ///
    /// - Throws: where no duration of eight characters holds whole samples of all.
    init(
        _ rates: [RecordedRate], counts: [Int64], sampleBytes: Int, path: String
    ) throws(RecordingError) {
        let divisors: [(Int64, Int64)] = [
            (1, 1), (1, 2), (1, 4), (1, 5), (1, 8), (1, 10), (1, 20), (1, 25), (1, 50), (1, 100), (1, 125), (1, 200),
            (1, 250), (1, 500), (1, 1_000), (2, 1), (4, 1), (5, 1), (8, 1), (10, 1), (20, 1), (30, 1), (60, 1),
            (100, 1), (1_000, 1),
        ]
        var fitting: [(duration: (Int64, Int64), samples: [Int], bytes: Int, isWhole: Bool)] = []
        for (numerator, denominator) in divisors {
            var samples: [Int] = []
            for rate in rates {
                let (top, bottom) = (rate.numerator * numerator, rate.denominator * denominator)
                guard top % bottom == 0, top / bottom > 0, top / bottom < 1 << 24 else { break }
                samples.append(Int(top / bottom))
            }
            guard samples.count == rates.count else { continue }
            let bytes = samples.reduce(0, +) * sampleBytes
            let isWhole = zip(samples, counts).allSatisfy { $1 % Int64($0) == 0 }
            fitting.append(((numerator, denominator), samples, bytes, isWhole))
        }
        let small = fitting.filter { $0.bytes <= 61_440 }
        let whole = small.filter(\.isWhole)
        let best = (whole.isEmpty ? small : whole).max { $0.bytes < $1.bytes } ?? fitting.min { $0.bytes < $1.bytes }
        guard let best else {
            let shown = rates.map { "\($0.hertz)" }.joined(separator: ", ")
            throw RecordingError(file: path, text: "no record holds whole samples at \(shown) Hz; choose channels")
        }
        duration = best.duration
        samples = best.samples
    }
}
