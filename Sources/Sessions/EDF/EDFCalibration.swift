import Foundation
import Signal

/// The range of one signal in an EDF or BDF header: numbers of at most eight characters.
struct EDFCalibration: Hashable {
    var physicalMinimum: String
    var physicalMaximum: String
    var digitalMinimum: Int32
    var digitalMaximum: Int32

    /// Units in one count.
    let gain: Double
    /// ``physicalMinimum`` as a number.
    private let low: Double

    /// The count of `value`, to the nearest.
    func count(of value: Double) -> Int32 {
        let exact = (value - low) / gain + Double(digitalMinimum)
        return Int32(min(max(exact.rounded(), Double(digitalMinimum)), Double(digitalMaximum)))
    }

    /// A calibration for counts of `scale`, kept as they are.
    ///
    /// Widest first, the digital ranges are tried whose physical ends print exactly; where none does, the widest one is
    /// used with ends rounded to eight characters, and ``isExact`` is false: counts are kept, their unit is rounded.
    ///
    /// `counts` is what the signal holds, `bits` 16 or 24; nil where they do not fit, or the scale has no gain.
    init?(_ scale: RecordedScale, counts: ClosedRange<Int32>, bits: Int) {
        let limit = Int32(1) << Int32(bits - 1)
        guard counts.lowerBound >= -limit, counts.upperBound < limit, scale.gain != 0, scale.gain.isFinite else {
            return nil
        }
        var candidates: [ClosedRange<Int32>] = [-limit...(limit - 1)]
        for digits in stride(from: bits == 16 ? 4 : 6, through: 1, by: -1) {
            let unit = Int32(pow(10, Double(digits)))
            for factor in stride(from: limit / unit, through: 1, by: -1) {
                candidates.append((-factor * unit)...(factor * unit - (factor * unit == limit ? 1 : 0)))
            }
        }
        for range in candidates where range.contains(counts.lowerBound) && range.contains(counts.upperBound) {
            let ends = [range.lowerBound, range.upperBound].map { Double($0) * scale.gain + scale.offset }
            guard let low = EDFCalibration.exact(ends[0]), let high = EDFCalibration.exact(ends[1]) else { continue }
            self.init(
                physicalMinimum: low, physicalMaximum: high, digitalMinimum: range.lowerBound,
                digitalMaximum: range.upperBound)
            return
        }
        let range = candidates[0]
        let ends = [range.lowerBound, range.upperBound].map { Double($0) * scale.gain + scale.offset }
        self.init(
            physicalMinimum: EDFCalibration.rounded(ends[0], .toNearestOrEven),
            physicalMaximum: EDFCalibration.rounded(ends[1], .toNearestOrEven), digitalMinimum: range.lowerBound,
            digitalMaximum: range.upperBound)
    }

    /// A calibration over the values' own range, for values that are no counts.
    init(_ summary: ChannelSummary, bits: Int) {
        let limit = Int32(1) << Int32(bits - 1)
        var (low, high) = (summary.least, summary.greatest)
        if !(low < high) {
            // One value alone: the range must not be empty.
            low = low.isFinite ? low - max(1, abs(low) * 1e-3) : -1
            high = high.isFinite ? high + max(1, abs(high) * 1e-3) : 1
        }
        self.init(
            physicalMinimum: EDFCalibration.rounded(low, .down), physicalMaximum: EDFCalibration.rounded(high, .up),
            digitalMinimum: -limit, digitalMaximum: limit - 1)
    }

    private init(physicalMinimum: String, physicalMaximum: String, digitalMinimum: Int32, digitalMaximum: Int32) {
        self.physicalMinimum = physicalMinimum
        self.physicalMaximum = physicalMaximum
        self.digitalMinimum = digitalMinimum
        self.digitalMaximum = digitalMaximum
        low = Double(physicalMinimum) ?? 0
        let span = (Double(physicalMaximum) ?? 0) - low
        gain = span == 0 ? 1 : span / Double(digitalMaximum - digitalMinimum)
    }

    /// `value` in at most eight characters without an error of more than 1e-12 of it; nil where that is impossible.
    static func exact(_ value: Double) -> String? {
        let text = rounded(value, .toNearestOrEven)
        guard let read = Double(text), abs(read - value) <= 1e-12 * abs(value) else { return nil }
        return text
    }

    /// `value` in at most eight characters, plain decimals where they fit, rounded as asked.
    static func rounded(_ value: Double, _ rule: FloatingPointRoundingRule) -> String {
        for places in stride(from: 6, through: 0, by: -1) {
            let unit = pow(10, Double(places))
            let scaled = (value * unit).rounded(rule)
            guard abs(scaled) < 1e15 else { continue }
            var text = String(format: "%.*f", places, scaled / unit)
            if text.contains(".") {
                while text.hasSuffix("0") { text.removeLast() }
                if text.hasSuffix(".") { text.removeLast() }
            }
            if text == "-0" { text = "0" }
            if text.count <= 8, abs(value) >= 1 || places >= 4 || value == 0 { return text }
        }
        // Exponents are outside of the specification's plain numbers, and the only way for what is larger.
        for digits in stride(from: 4, through: 0, by: -1) {
            let magnitude = value == 0 ? 0 : floor(log10(abs(value)))
            let unit = pow(10, Double(digits) - magnitude)
            let text = String(format: "%.*e", digits, (value * unit).rounded(rule) / unit)
                .replacingOccurrences(of: "e+0", with: "e").replacingOccurrences(of: "e+", with: "e")
                .replacingOccurrences(of: "e-0", with: "e-")
            if text.count <= 8 { return text }
        }
        return value < 0 ? "-1e300" : "1e300"
    }
}
