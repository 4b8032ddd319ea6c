import Glibc

/// What happens to a recorded population after its decoder was calibrated.
public enum NonStationarity: Hashable, Sendable {
    /// A share of the units falls silent at once.
    case unitsLost(share: Double)
    /// Each unit's gain drifts: after t seconds it is `e^(σ·z·t/100)`, z one standard normal number a unit.
    case gainsDrift(sigma: Double)
    /// All preferred directions turn by this many degrees in 100 s, which in recorded data is the movement turning.
    case tuningRotates(degrees: Double)

    /// `units-lost`, `gains-drift`, `tuning-rotates`.
    public var name: String {
        switch self {
        case .unitsLost: "units-lost"
        case .gainsDrift: "gains-drift"
        case .tuningRotates: "tuning-rotates"
        }
    }

    /// True where the change goes on after it began.
    var isLasting: Bool {
        if case .unitsLost = self { false } else { true }
    }

    /// Factors on the counts of `units` units, `seconds` after it began.
    func gains(units: Int, after seconds: Double, seed: UInt64) -> [Double] {
        var stream = SeededStream(seed: seed, stream: 0x10_57)
        switch self {
        case .unitsLost(let share):
            let lost = Set(stream.shuffled(units).prefix(Int((share * Double(units)).rounded())))
            return (0..<units).map { lost.contains($0) ? 0 : 1 }
        case .gainsDrift(let sigma):
            return (0..<units).map { _ in exp(sigma * stream.normal() * seconds / 100) }
        case .tuningRotates:
            return [Double](repeating: 1, count: units)
        }
    }

    /// Radians by which the movement that goes with the counts has turned.
    func turn(after seconds: Double) -> Double {
        guard case .tuningRotates(let degrees) = self else { return 0 }
        return degrees * Double.pi / 180 * seconds / 100
    }
}

/// A movement, the counts that went with it and where it was aimed at.
public struct SteeredMovement: Sendable {
    /// Bins × units.
    public var counts: Matrix
    /// Bins × 2, m/s.
    public var velocity: Matrix
    /// Bins × 2, m: of the cursor.
    public var cursor: Matrix
    /// Bins × 2, m.
    public var targets: Matrix
    /// m.
    public var radius: Double
    /// Seconds.
    public var bin: Double

    /// The parts of a movement; all have one row a bin.
    public init(
        counts: Matrix, velocity: Matrix, cursor: Matrix, targets: Matrix, radius: Double, bin: Double
    ) {
        precondition([velocity, cursor, targets].allSatisfy { $0.rows == counts.rows && $0.columns == 2 })
        self.counts = counts
        self.velocity = velocity
        self.cursor = cursor
        self.targets = targets
        self.radius = radius
        self.bin = bin
    }

    /// A recorded reach, whose targets nobody wrote down.
    ///
    /// Where the hand rests next, slower than 25 mm/s for three bins, stands for the target that the screen of the
    /// task showed. It is taken from the hand's path: a person who cannot move gives none, a screen does.
    ///
    /// - Throws: a recording without positions, or one in which the hand never rests.
    public init(restsOf recording: ReachRecording) throws(CalibrationError) {
        guard let position = recording.position else {
            throw .noLabels(path: "recording", expected: "hand_position.npy, bins × 2 or more, in m")
        }
        let velocity = recording.velocity
        let isSlow = (0..<velocity.rows).map {
            velocity[$0, 0] * velocity[$0, 0] + velocity[$0, 1] * velocity[$0, 1] < 625e-6
        }
        var next: Int?
        var targets = Matrix(rows: velocity.rows, columns: 2)
        for bin in (0..<velocity.rows).reversed() {
            let resting = next ?? velocity.rows - 1
            (targets[bin, 0], targets[bin, 1]) = (position[resting, 0], position[resting, 1])
            if bin > 0, bin + 2 < velocity.rows, isSlow[bin...(bin + 2)].allSatisfy({ $0 }), !isSlow[bin - 1] {
                next = bin
            }
        }
        guard next != nil else {
            throw .noLabels(path: "recording", expected: "a hand that rests between movements")
        }
        self.init(
            counts: recording.counts, velocity: velocity, cursor: position, targets: targets, radius: 0,
            bin: recording.bin)
    }

    /// The intention at `bin`, from what the computer knows: cursor, its speed and the target.
    func intention(_ bin: Int) -> [Double] {
        let speed = (velocity[bin, 0] * velocity[bin, 0] + velocity[bin, 1] * velocity[bin, 1]).squareRoot()
        let intended = intendedVelocity(
            cursor: [cursor[bin, 0], cursor[bin, 1]], target: [targets[bin, 0], targets[bin, 1]], speed: speed,
            radius: radius)
        return [intended.x, intended.y]
    }
}
