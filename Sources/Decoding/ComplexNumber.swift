import Glibc

/// A complex number in double precision: for calibration, never for a tick.
public struct ComplexNumber: Hashable, Sendable, BitwiseCopyable {
    public var real: Double
    public var imaginary: Double

    /// A number from its parts.
    public init(_ real: Double, _ imaginary: Double = 0) {
        self.real = real
        self.imaginary = imaginary
    }

    /// Its distance from 0.
    public var magnitude: Double { hypot(real, imaginary) }

    /// Its angle in radians, −π to π.
    public var angle: Double { atan2(imaginary, real) }

    /// The same with the other sign of the imaginary part.
    public var conjugate: ComplexNumber { ComplexNumber(real, -imaginary) }

    /// Part by part.
    public static func + (a: Self, b: Self) -> Self { Self(a.real + b.real, a.imaginary + b.imaginary) }

    /// Part by part.
    public static func - (a: Self, b: Self) -> Self { Self(a.real - b.real, a.imaginary - b.imaginary) }

    /// The product.
    public static func * (a: Self, b: Self) -> Self {
        Self(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
    }

    /// The quotient, without overflow of squares: Smith 1962, Comm ACM 5:435.
    public static func / (a: Self, b: Self) -> Self {
        if abs(b.real) >= abs(b.imaginary) {
            let ratio = b.imaginary / b.real
            let scale = b.real + b.imaginary * ratio
            return Self((a.real + a.imaginary * ratio) / scale, (a.imaginary - a.real * ratio) / scale)
        }
        let ratio = b.real / b.imaginary
        let scale = b.real * ratio + b.imaginary
        return Self((a.real * ratio + a.imaginary) / scale, (a.imaginary * ratio - a.real) / scale)
    }
}
