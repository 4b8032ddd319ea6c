import Glibc

/// A walk in which a head turns and a ring of neurons follows by what it senses of it.
///
/// The head turns at an Ornstein–Uhlenbeck process of 1 rad/s and 0.5 s. What is sensed of it has white noise of 0.01
/// rad/√s; a sensor can moreover be 2 % too strong and 1°/s off.
public struct HeadingTrial: Hashable, Sendable {
    /// Whether the sensor has an error of gain and an offset.
    public var isBiased = true
    /// A landmark shows for half a second at the start of every such period, s; nil: the dark.
    public var landmarkEvery: Double?
    /// Standard deviation of a landmark's bearing, drawn once for each sight, degrees.
    public var bearingNoise = 5.0
    /// Seconds of the walk, after one second with a landmark.
    public var seconds = 60
    /// Strength of a landmark's cue, in thresholds.
    public static let cueStrength = 0.5
    /// Errors count from here on, s.
    public static let settling = 10

    /// A walk with landmarks every `landmarkEvery` seconds.
    public init(isBiased: Bool = true, landmarkEvery: Double? = nil) {
        self.isBiased = isBiased
        self.landmarkEvery = landmarkEvery
    }

    /// What one walk came to; angles in degrees.
    public struct Outcome: Hashable, Sendable {
        /// Root mean square of the ring's error after ``HeadingTrial/settling``.
        public var error = 0.0
        /// The ring's error at the end.
        public var last = 0.0
        /// Root mean square of the error of a sum of what was sensed, without landmarks.
        public var deadReckoning = 0.0
        /// Spikes of the walk.
        public var spikes: Int64 = 0
        /// Membranes that were computed.
        public var updates: Int64 = 0
    }

    /// Walks with a ring of `settings`.
    public func run(_ settings: HeadingRingSettings, seed: UInt64) -> Outcome {
        var ring = HeadingRing(settings: settings, seed: seed)
        var stream = SeededStream(seed: seed, stream: 0x5455)
        var head = 2 * Double.pi * stream.uniform()
        for _ in 0..<2_000 { ring.advance(turning: 0, cue: (Self.cueStrength, head)) }
        var (rate, bearing, reckoned) = (stream.normal(), 0.0, head)
        let keep = exp(-HeadingRing.step / 0.5)
        let kick = (1 - keep * keep).squareRoot()
        let noise = 0.01 / HeadingRing.step.squareRoot()
        let period = landmarkEvery.map { Int(($0 / HeadingRing.step).rounded()) }
        var (outcome, squares, reckonedSquares, count) = (Outcome(), 0.0, 0.0, 0.0)
        for step in 0..<seconds * 2_000 {
            rate = keep * rate + kick * stream.normal()
            head += rate * HeadingRing.step
            let sensed = (isBiased ? 1.02 * rate + Double.pi / 180 : rate) + noise * stream.normal()
            reckoned += sensed * HeadingRing.step
            var cue: (strength: Double, angle: Double)?
            if let period, step % period < 1_000 {
                if step % period == 0 { bearing = bearingNoise * Double.pi / 180 * stream.normal() }
                cue = (Self.cueStrength, head + bearing)
            }
            ring.advance(turning: sensed, cue: cue)
            outcome.last = degrees(ring.heading - head)
            guard step >= Self.settling * 2_000 else { continue }
            squares += outcome.last * outcome.last
            reckonedSquares += degrees(reckoned - head) * degrees(reckoned - head)
            count += 1
        }
        outcome.error = (squares / max(1, count)).squareRoot()
        outcome.deadReckoning = (reckonedSquares / max(1, count)).squareRoot()
        outcome.spikes = ring.spikes
        outcome.updates = ring.steps * Int64(ring.livingCells)
        return outcome
    }

    /// Seconds until the ring is within 10° for good after its landmark, always in sight, jumped by 90°.
    ///
    /// Three seconds are watched: a ring that does not follow gives 3.
    public static func jumpSeconds(_ settings: HeadingRingSettings, seed: UInt64) -> Double {
        var ring = HeadingRing(settings: settings, seed: seed)
        var stream = SeededStream(seed: seed, stream: 0x4A55)
        var head = 2 * Double.pi * stream.uniform()
        for _ in 0..<4_000 { ring.advance(turning: 0, cue: (cueStrength, head)) }
        head += Double.pi / 2
        var last = 0
        for step in 1...6_000 {
            ring.advance(turning: 0, cue: (cueStrength, head))
            if abs(degrees(ring.heading - head)) > 10 { last = step }
        }
        return Double(last) * HeadingRing.step
    }
}

/// An angle in rad as degrees, −180 to 180.
private func degrees(_ angle: Double) -> Double { remainder(angle, 2 * Double.pi) * 180 / Double.pi }
