import Glibc

/// A point or a velocity in the horizontal plane, in m or m/s.
public struct Planar: Hashable, Sendable, BitwiseCopyable {
    public var x: Double
    public var y: Double

    /// The vector (x, y).
    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }

    /// Its length.
    public var length: Double { (x * x + y * y).squareRoot() }

    static func + (a: Planar, b: Planar) -> Planar { Planar(a.x + b.x, a.y + b.y) }
    static func - (a: Planar, b: Planar) -> Planar { Planar(a.x - b.x, a.y - b.y) }
    static func * (a: Double, b: Planar) -> Planar { Planar(a * b.x, a * b.y) }
}

/// Shoulder and elbow of an arm that moves in the horizontal plane.
///
///     M(q) q̈ + C(q, q̇) + B q̇ = τ
///     M = [a₁ + 2a₂ cos q₂, a₃ + a₂ cos q₂; a₃ + a₂ cos q₂, a₃]     C = a₂ sin q₂ · [−q̇₂ (2q̇₁ + q̇₂); q̇₁²]
///     a₁ = I₁ + I₂ + m₁c₁² + m₂(l₁² + c₂²) = .353488    a₂ = m₂l₁c₂ = .089528    a₃ = I₂ + m₂c₂² = .114872
///
/// Lengths .31 and .34 m, masses 1.93 and 1.52 kg, inertias .04 and .06 kg m²: table 1 of PMC2784227; centres of mass
/// .165 and .19 m and friction are assumed. Angles in radians, torques in N m; Runge–Kutta of fourth order.
public struct ArmPlant: Hashable, Sendable, BitwiseCopyable {
    /// Shoulder and elbow in rad.
    public private(set) var angles: Planar
    /// In rad/s.
    public private(set) var speeds = Planar(0, 0)
    /// 1, or 0 for an arm without friction.
    public var friction = 1.0
    /// Where the joints are asked to be.
    private var wanted: Planar

    private static let upper = 0.31
    private static let lower = 0.34
    private static let a1 = 0.04 + 0.06 + 1.93 * 0.165 * 0.165 + 1.52 * (0.31 * 0.31 + 0.19 * 0.19)
    private static let a2 = 1.52 * 0.31 * 0.19
    private static let a3 = 0.06 + 1.52 * 0.19 * 0.19

    /// An arm at rest; 45° and 90° put the hand before the chest.
    public init(shoulder: Double = Double.pi / 4, elbow: Double = Double.pi / 2) {
        angles = Planar(shoulder, elbow)
        wanted = angles
    }

    /// Where the hand is, from the shoulder.
    public var hand: Planar { Self.hand(angles) }

    private static func hand(_ q: Planar) -> Planar {
        Planar(
            upper * cos(q.x) + lower * cos(q.x + q.y), upper * sin(q.x) + lower * sin(q.x + q.y))
    }

    /// Energy of the movement in J.
    public var energy: Double {
        let c = cos(angles.y)
        let (m11, m12, m22) = (Self.a1 + 2 * Self.a2 * c, Self.a3 + Self.a2 * c, Self.a3)
        return 0.5 * (m11 * speeds.x * speeds.x + 2 * m12 * speeds.x * speeds.y + m22 * speeds.y * speeds.y)
    }

    /// One step of `seconds` under a constant torque.
    public mutating func advance(torque: Planar, seconds: Double) {
        let (q, w) = (angles, speeds)
        let k1 = acceleration(q, w, torque)
        let k2 = acceleration(q + 0.5 * seconds * w, w + 0.5 * seconds * k1, torque)
        let w2 = w + 0.5 * seconds * k1
        let k3 = acceleration(q + 0.5 * seconds * w2, w + 0.5 * seconds * k2, torque)
        let w3 = w + 0.5 * seconds * k2
        let k4 = acceleration(q + seconds * w3, w + seconds * k3, torque)
        let w4 = w + seconds * k3
        angles = q + (seconds / 6) * (w + 2 * w2 + 2 * w3 + w4)
        speeds = w + (seconds / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
    }

    /// One step in which the hand is asked to move at `velocity` in m/s: a joint reference by the inverse Jacobian,
    /// held by springs [30 8; 8 25] N m/rad and dampers [3 .8; .8 2.5] N m s/rad.
    public mutating func advance(handVelocity velocity: Planar, seconds: Double) {
        let rates = Self.jointRates(wanted, velocity)
        wanted = wanted + seconds * rates
        let (e, d) = (wanted - angles, rates - speeds)
        let torque = Planar(
            30 * e.x + 8 * e.y + 3 * d.x + 0.8 * d.y, 8 * e.x + 25 * e.y + 0.8 * d.x + 2.5 * d.y)
        advance(torque: torque, seconds: seconds)
    }

    /// J⁻¹ v; at a stretched elbow, where J has no inverse, the joints stay.
    private static func jointRates(_ q: Planar, _ v: Planar) -> Planar {
        let hand = hand(q)
        let (c, s) = (lower * cos(q.x + q.y), lower * sin(q.x + q.y))
        // J = [−y, −s; x, c]
        let determinant = -hand.y * c + s * hand.x
        guard abs(determinant) > 1e-3 else { return Planar(0, 0) }
        return Planar((c * v.x + s * v.y) / determinant, (-hand.x * v.x - hand.y * v.y) / determinant)
    }

    private func acceleration(_ q: Planar, _ w: Planar, _ torque: Planar) -> Planar {
        let (c, s) = (cos(q.y), Self.a2 * sin(q.y))
        let (m11, m12, m22) = (Self.a1 + 2 * Self.a2 * c, Self.a3 + Self.a2 * c, Self.a3)
        let t1 = torque.x + s * w.y * (2 * w.x + w.y) - friction * (0.05 * w.x + 0.025 * w.y)
        let t2 = torque.y - s * w.x * w.x - friction * (0.025 * w.x + 0.05 * w.y)
        let determinant = m11 * m22 - m12 * m12
        return Planar((m22 * t1 - m12 * t2) / determinant, (m11 * t2 - m12 * t1) / determinant)
    }
}

/// What a decoded velocity moves.
public enum Plant: Hashable, Sendable, BitwiseCopyable {
    /// A point that moves exactly as it is told.
    case cursor(Planar)
    /// An arm with mass, whose hand follows as its joints let it; positions are from where it started.
    case arm(ArmPlant, origin: Planar)

    /// A cursor at the centre.
    public static var cursor: Plant { .cursor(Planar(0, 0)) }

    /// An arm with its hand at the centre.
    public static var arm: Plant {
        let arm = ArmPlant()
        return .arm(arm, origin: arm.hand)
    }

    /// From the centre, in m.
    public var position: Planar {
        switch self {
        case .cursor(let position): position
        case .arm(let arm, let origin): arm.hand - origin
        }
    }

    /// One step.
    public mutating func advance(velocity: Planar, seconds: Double) {
        switch self {
        case .cursor(let position): self = .cursor(position + seconds * velocity)
        case .arm(var arm, let origin):
            arm.advance(handVelocity: velocity, seconds: seconds)
            self = .arm(arm, origin: origin)
        }
    }
}
