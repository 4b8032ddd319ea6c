import Acquisition
import Glibc

/// What a reaching task came to.
public struct ReachScore: Hashable, Sendable, Codable {
    /// Targets that were reached and held.
    public var targets = 0
    /// Targets that were not, in time.
    public var missed = 0
    /// How long the task ran, s.
    public var seconds = 0.0
    /// Sum over reached targets: from its appearance to the entry that was held, s.
    public var reachSeconds = 0.0
    /// Sum over reached targets: straight way over way taken, up to that entry.
    public var straightness = 0.0

    /// Nothing was reached.
    public init() {}

    /// Reached of those that ended.
    public var success: Double { Double(targets) / Double(max(1, targets + missed)) }
    /// Targets a minute.
    public var targetsPerMinute: Double { seconds > 0 ? Double(targets) * 60 / seconds : 0 }
    /// Mean time to a target, s; 0 without one.
    public var meanSeconds: Double { targets > 0 ? reachSeconds / Double(targets) : 0 }
    /// Mean path efficiency, 1 for a straight line; 0 without a target.
    public var pathEfficiency: Double { targets > 0 ? straightness / Double(targets) : 0 }
    /// Fitts's throughput: log₂(distance / (2 · radius) + 1) over the mean time, bit/s.
    public var bitsPerSecond: Double { targets > 0 ? log2(0.1 / 0.02 + 1) / meanSeconds : 0 }
}

/// Centre-out reaching: eight targets at 10 cm, each followed by the way back to the centre where there is one.
///
/// A target has a radius of 1 cm, is held for 0.3 s, and is given up after 4 s. Who reaches intends to move straight to
/// the target at 4 /s times the distance, at most 0.3 m/s.
public struct ReachTask: Sendable {
    public static let distance = 0.1
    public static let radius = 0.01
    public static let hold = 0.3
    public static let patience = 4.0
    public static let gain = 4.0
    public static let greatestSpeed = 0.3

    public private(set) var score = ReachScore()
    /// From the centre, in m.
    public private(set) var target: Planar
    private var order: [Int] = Array(0..<8)
    private var next = 0
    private var isAtCentre = false
    private var words: SplitMix64
    private var start = Planar(0, 0)
    private var last = Planar(0, 0)
    private var path = 0.0
    private var elapsed = 0.0
    private var held = 0.0
    private var entry: (seconds: Double, straightness: Double)?

    /// A task whose order of targets comes from `seed`.
    public init(seed: UInt64) {
        words = SplitMix64(seed: seed, stream: CortexStream.targets.rawValue)
        target = Planar(0, 0)
        shuffle()
        target = outer(order[0])
    }

    /// The velocity that is intended at `position`, m/s.
    public func intent(at position: Planar) -> Planar {
        let wish = Self.gain * (target - position)
        let speed = wish.length
        return speed > Self.greatestSpeed ? (Self.greatestSpeed / speed) * wish : wish
    }

    /// The plant has come to `position` in a step of `seconds`.
    public mutating func advance(to position: Planar, seconds: Double) {
        let before = elapsed
        score.seconds += seconds
        elapsed += seconds
        path += (position - last).length
        last = position
        if (position - target).length < Self.radius {
            if entry == nil { entry = (before, min(1, (position - start).length / max(path, 1e-12))) }
            held += seconds
        } else {
            held = 0
            entry = nil
        }
        if let entry, held > Self.hold - 1e-9 {
            score.targets += 1
            score.reachSeconds += entry.seconds
            score.straightness += entry.straightness
            present(from: position)
        } else if elapsed > Self.patience - 1e-9 {
            score.missed += 1
            present(from: position)
        }
    }

    private mutating func present(from position: Planar) {
        // Who never left the centre has no way back to it.
        isAtCentre = !isAtCentre && position.length >= Self.radius
        if isAtCentre {
            target = Planar(0, 0)
        } else {
            next += 1
            if next == order.count { shuffle() }
            target = outer(order[next])
        }
        (start, path, elapsed, held, entry) = (position, 0, 0, 0, nil)
    }

    private func outer(_ index: Int) -> Planar {
        let angle = Double(index) * Double.pi / 4
        return Planar(Self.distance * cos(angle), Self.distance * sin(angle))
    }

    private mutating func shuffle() {
        next = 0
        for index in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(index, Int(words.next() % UInt64(index + 1)))
        }
    }
}
