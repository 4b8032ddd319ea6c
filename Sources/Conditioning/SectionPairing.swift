/// Zeros, poles and gain of a digital filter.
struct DigitalFilter {
    var zeros: [Complex]
    var poles: [Complex]
    var gain: Double
}

/// Splits a filter into second-order sections, each pole pair with the zeros nearest to it.
///
/// The pair nearest to the unit circle comes last, and the gain goes into the first section. The rule, and so the
/// order, is that of `scipy.signal.zpk2sos(pairing="nearest")`, for filters whose zeros are all real: Butterworth's.
enum SectionPairing {
    static func sections(of filter: DigitalFilter) -> [Biquad] {
        var zeros = filter.zeros.map(\.real).sorted()
        var poles = filter.poles.filter { $0.imaginary >= 0 }
        if filter.poles.count % 2 == 1 {
            poles.append(Complex(0))
            zeros.append(0)
        }
        var sections: [Biquad] = []
        for _ in 0..<(filter.poles.count + 1) / 2 {
            let first = poles.remove(at: worst(poles))
            var second = first.conjugate
            var realPoles = poles.indices.filter { poles[$0].isReal }
            if first.isReal {
                realPoles.sort { distance(poles[$0]) < distance(poles[$1]) }
                second = realPoles.first.map { poles.remove(at: $0) } ?? Complex(0)
            }
            let one = takeNearest(to: first, from: &zeros)
            let two = takeNearest(to: first, from: &zeros)
            sections.insert(
                Biquad(
                    b0: 1, b1: -(one + two), b2: one * two,
                    a1: -(first + second).real, a2: (first * second).real), at: 0)
        }
        sections[0].b0 *= filter.gain
        sections[0].b1 *= filter.gain
        sections[0].b2 *= filter.gain
        return sections
    }

    private static func distance(_ pole: Complex) -> Double { abs(1 - pole.magnitude) }

    /// The index of the pole nearest to the unit circle.
    private static func worst(_ poles: [Complex]) -> Int {
        poles.indices.min { distance(poles[$0]) < distance(poles[$1]) } ?? 0
    }

    private static func takeNearest(to pole: Complex, from zeros: inout [Double]) -> Double {
        let distances = zeros.map { (Complex($0) - pole).magnitude }
        let nearest = distances.indices.min { distances[$0] < distances[$1] }
        return nearest.map { zeros.remove(at: $0) } ?? 0
    }
}

/// A complex number in double precision, as far as filter design needs one.
struct Complex {
    var real: Double
    var imaginary: Double

    init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    var isReal: Bool { imaginary == 0 }
    var conjugate: Complex { Complex(real, -imaginary) }
    var magnitude: Double { (real * real + imaginary * imaginary).squareRoot() }

    /// The root with a real part of at least 0.
    var squareRoot: Complex {
        let root = ((magnitude + abs(real)) / 2).squareRoot()
        guard root > 0 else { return Complex(0) }
        let other = imaginary / (2 * root)
        if real >= 0 { return Complex(root, other) }
        return Complex(abs(other), imaginary < 0 ? -root : root)
    }

    static func + (a: Complex, b: Complex) -> Complex { Complex(a.real + b.real, a.imaginary + b.imaginary) }
    static func - (a: Complex, b: Complex) -> Complex { Complex(a.real - b.real, a.imaginary - b.imaginary) }
    static func * (a: Complex, b: Complex) -> Complex {
        Complex(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }
    static func / (a: Complex, b: Complex) -> Complex {
        let scale = b.real * b.real + b.imaginary * b.imaginary
        let product = a * b.conjugate
        return Complex(product.real / scale, product.imaginary / scale)
    }
}
