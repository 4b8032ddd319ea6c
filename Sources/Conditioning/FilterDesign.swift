import Glibc

/// Digital filters from a sentence about frequencies.
///
/// Cold: called when a profile is wired, never in a tick.
/// Butterworth filters come by the bilinear transform of the analogue prototype with prewarped corners, as
/// `scipy.signal.butter(…, output="sos")` makes them, sections in the same order; the notch as `scipy.signal.iirnotch`.
public enum FilterDesign {
    /// A notch at `centre` Hz with −3 dB width `centre / quality`, at `rate` samples a second.
    ///
    /// - Throws: when `centre` is not between 0 and half of `rate`, or `quality` is not positive.
    public static func notch(centre: Double, quality: Double, rate: Double) throws(ConditioningError) -> Biquad {
        try check(centre, rate)
        guard quality > 0, quality.isFinite else { throw .quality(found: quality) }
        let angle = 2 * Double.pi * centre / rate
        let gain = 1 / (1 + tan(angle / quality / 2))
        return Biquad(
            b0: gain, b1: -2 * gain * cos(angle), b2: gain, a1: -2 * gain * cos(angle), a2: 2 * gain - 1)
    }

    /// A band-pass from `from` to `to` Hz of `order` overall, which is even: order 4 gives two sections, as
    /// `scipy.signal.butter(2, [from, to], "bandpass")`.
    ///
    /// - Throws: when a frequency or the order is out of range.
    public static func butterworthBandpass(
        from: Double, to: Double, order: Int, rate: Double
    ) throws(ConditioningError) -> [Biquad] {
        try check(from, rate)
        try check(to, rate)
        guard from < to else { throw .band(from: from, to: to) }
        guard order >= 2, order <= 16, order % 2 == 0 else { throw .order(found: order) }
        let low = warped(from, rate), high = warped(to, rate)
        let width = high - low, centre = Complex(low * high)
        var poles: [Complex] = []
        for pole in prototype(order / 2) {
            let scaled = pole * Complex(width / 2)
            let spread = (scaled * scaled - centre).squareRoot
            poles += [scaled + spread, scaled - spread]
        }
        let zeros = [Complex](repeating: Complex(0), count: order / 2)
        return sections(AnalogueFilter(zeros: zeros, poles: poles, gain: pow(width, Double(order / 2))))
    }

    /// A low-pass with its −3 dB corner at `corner` Hz.
    ///
    /// - Throws: when a frequency or the order is out of range.
    public static func butterworthLowpass(
        corner: Double, order: Int, rate: Double
    ) throws(ConditioningError) -> [Biquad] {
        try check(corner, rate)
        guard order >= 1, order <= 16 else { throw .order(found: order) }
        let edge = warped(corner, rate)
        let poles = prototype(order).map { $0 * Complex(edge) }
        return sections(AnalogueFilter(zeros: [], poles: poles, gain: pow(edge, Double(order))))
    }

    /// A high-pass with its −3 dB corner at `corner` Hz.
    ///
    /// - Throws: when a frequency or the order is out of range.
    public static func butterworthHighpass(
        corner: Double, order: Int, rate: Double
    ) throws(ConditioningError) -> [Biquad] {
        try check(corner, rate)
        guard order >= 1, order <= 16 else { throw .order(found: order) }
        let edge = warped(corner, rate)
        let poles = prototype(order).map { Complex(edge) / $0 }
        let zeros = [Complex](repeating: Complex(0), count: order)
        return sections(AnalogueFilter(zeros: zeros, poles: poles, gain: 1))
    }

    private static func check(_ frequency: Double, _ rate: Double) throws(ConditioningError) {
        guard rate > 0, frequency > 0, frequency < rate / 2 else {
            throw .frequency(found: frequency, below: rate / 2)
        }
    }

    /// The analogue frequency that the bilinear transform at sampling rate 2 maps to `frequency`.
    private static func warped(_ frequency: Double, _ rate: Double) -> Double {
        4 * tan(Double.pi * (2 * frequency / rate) / 2)
    }

    /// The poles of the analogue low-pass of corner 1 rad/s.
    private static func prototype(_ order: Int) -> [Complex] {
        stride(from: -order + 1, to: order, by: 2).map { m in
            let angle = Double.pi * Double(m) / Double(2 * order)
            return Complex(-cos(angle), m == 0 ? 0 : -sin(angle))
        }
    }

    private static func sections(_ filter: AnalogueFilter) -> [Biquad] {
        SectionPairing.sections(of: filter.digital())
    }
}

/// Zeros, poles and gain of an analogue filter.
struct AnalogueFilter {
    var zeros: [Complex]
    var poles: [Complex]
    var gain: Double

    /// The bilinear transform at sampling rate 2; missing zeros stand at infinity, which maps to −1.
    func digital() -> DigitalFilter {
        let rate = Complex(4)
        let map = { (point: Complex) in (rate + point) / (rate - point) }
        let above = zeros.reduce(Complex(1)) { $0 * (rate - $1) }
        let below = poles.reduce(Complex(1)) { $0 * (rate - $1) }
        let infinite = [Complex](repeating: Complex(-1), count: poles.count - zeros.count)
        return DigitalFilter(
            zeros: zeros.map(map) + infinite, poles: poles.map(map), gain: gain * (above / below).real)
    }
}
