import Acquisition
import Signal

/// A person who reaches: a population that carries the intended movement, a plant, and the task that they see.
struct CortexTwin: Sendable {
    private(set) var task: ReachTask
    private(set) var plant: Plant
    private(set) var intent = Planar(0, 0)
    private var population: CorticalPopulation

    /// The units are those of `seed`; noise, spikes and order of targets are those of the trial.
    init(units: Int, seed: UInt64, trial: UInt64, plant: Plant, parameters: CortexParameters) {
        task = ReachTask(seed: seed ^ SplitMix64.mix(trial))
        self.plant = plant
        population = CorticalPopulation(units: units, seed: seed, trial: trial, parameters: parameters)
    }

    /// One millisecond in which the plant is told to move at `velocity`, or, where that is nil, as it is intended.
    mutating func advance(velocity: Planar?, into counts: UnsafeMutablePointer<Float>) {
        intent = task.intent(at: plant.position)
        unsafe population.advance(velocity: (intent.x, intent.y), into: counts)
        plant.advance(velocity: velocity ?? intent, seconds: 1e-3)
        task.advance(to: plant.position, seconds: 1e-3)
    }
}

/// Spike counts of a population while its owner's movement is carried out as intended, to calibrate a decoder on.
public struct VirtualReach: Sendable {
    /// Milliseconds in a bin.
    public var binMilliseconds: Int
    public var units: Int
    public var bins: Int
    /// Spikes, bin by bin, `units` in each.
    public var counts: [Float] = []
    /// Mean intended velocity in the bin: x and y in m/s, bin by bin.
    public var velocity: [Double] = []
    /// The plant at the bin's end: x and y in m, bin by bin.
    public var position: [Double] = []
    /// Where the task's target was at the bin's end: x and y in m, bin by bin.
    public var target: [Double] = []
    /// What the task came to.
    public var score = ReachScore()
}

/// Records `seconds` of centre-out reaching without a decoder: the plant does what is intended.
///
/// The population is the one that a ``VirtualCortex`` of the same seed has; `trial` chooses noise and order of targets.
public func recordReach(
    units: Int, seed: UInt64, trial: UInt64 = 0, seconds: Int, binMilliseconds: Int = 20, plant: Plant = .cursor,
    parameters: CortexParameters = CortexParameters()
) -> VirtualReach {
    var twin = CortexTwin(units: units, seed: seed, trial: trial, plant: plant, parameters: parameters)
    let bins = seconds * 1_000 / max(1, binMilliseconds)
    var recording = VirtualReach(binMilliseconds: binMilliseconds, units: units, bins: bins)
    var row = [Float](repeating: 0, count: units)
    for _ in 0..<bins {
        var sums = [Float](repeating: 0, count: units)
        var intent = Planar(0, 0)
        for _ in 0..<binMilliseconds {
            unsafe row.withUnsafeMutableBufferPointer { row in
                if let base = row.baseAddress { unsafe twin.advance(velocity: nil, into: base) }
            }
            for unit in 0..<units { sums[unit] += row[unit] }
            intent = intent + (1 / Double(binMilliseconds)) * twin.intent
        }
        recording.counts += sums
        recording.velocity += [intent.x, intent.y]
        recording.position += [twin.plant.position.x, twin.plant.position.y]
        recording.target += [twin.task.target.x, twin.task.target.y]
    }
    recording.score = twin.task.score
    return recording
}
