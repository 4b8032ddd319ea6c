import BenchmarkTwins
internal import Neuromorphic

/// What `ansa bench neuromorphic` found; every figure is thread CPU time.
public struct NeuromorphicMeasurement: Codable, Sendable {
    public var fixedNeurons: TwinMeasurement
    public var fixedEvents: TwinMeasurement
    /// Double precision on both sides, equal bits.
    public var recurrent: TwinMeasurement
    /// The same network against plain C in single precision.
    public var recurrentOverSingle: SlicedRatio
    /// A step of 96 → 64 → 2 on each back end, in µs.
    public var decodeStep: [String: DurationSpread]
    /// Two readings of the clock with nothing between, in µs: what every decode step holds too.
    public var clockFloor: DurationSpread?
    /// Seconds a second of biology of a recurrent network of 1,000 neurons, ours and others'; absent: not installed.
    public var peers: [String: Double]

    enum CodingKeys: String, CodingKey {
        case recurrent, peers
        case fixedNeurons = "fixed_neurons"
        case fixedEvents = "fixed_events"
        case recurrentOverSingle = "recurrent_over_single"
        case decodeStep = "decode_step_us"
        case clockFloor = "clock_floor_us"
    }
}

/// One kernel of the chip beside its C twin.
public struct TwinMeasurement: Codable, Hashable, Sendable {
    /// Our time over the twin's, slice by slice.
    public var ratio: SlicedRatio
    /// Million units of work a second, median slice.
    public var millionPerSecond: Double
    public var twinMillionPerSecond: Double
    /// Whether both gave the same bits in every slice; without it the comparison is void.
    public var bitsEqual: Bool

    enum CodingKeys: String, CodingKey {
        case ratio
        case millionPerSecond = "million_per_second"
        case twinMillionPerSecond = "twin_million_per_second"
        case bitsEqual = "bits_equal"
    }

    /// Runs `ours` and `twin` in turns, each given how often to repeat, until both have given `slices` times.
    ///
    /// - Parameters:
    ///   - work: Units in one repetition.
    ///   - slices: At least 3.
    ///   - ours: Our side.
    ///   - twin: The other.
    ///   - isEqual: Asked after every slice.
    init(
        work: Double, slices: Int, ours: (Int) -> Void, twin: (Int) -> Void, isEqual: () -> Bool
    ) {
        func seconds(_ count: Int, _ body: (Int) -> Void) -> Double {
            let start = threadSeconds()
            body(count)
            return threadSeconds() - start
        }
        var count = 8
        while min(seconds(count, ours), seconds(count, twin)) < 0.003, count < 1 << 20 { count *= 2 }
        var (mine, others): ([Double], [Double]) = ([], [])
        var equal = true
        for slice in 0..<max(3, slices) {
            if slice % 2 == 0 { mine.append(seconds(count, ours)) }
            others.append(seconds(count, twin))
            if slice % 2 == 1 { mine.append(seconds(count, ours)) }
            equal = equal && isEqual()
        }
        ratio = SlicedRatio(zip(mine, others).map { $0 / $1 })
        millionPerSecond = SlicedRatio(mine.map { Double(count) * work / $0 / 1e6 }).median
        twinMillionPerSecond = SlicedRatio(others.map { Double(count) * work / $0 / 1e6 }).median
        bitsEqual = equal
    }
}

/// Whole numbers that are the same on every machine.
struct BenchmarkNoise {
    private var state: UInt32

    init(_ seed: UInt32) { state = seed }

    /// From 0 up to, not including, `bound`.
    mutating func below(_ bound: Int) -> Int {
        state = state &* 1_664_525 &+ 1_013_904_223
        return Int(state >> 8) % bound
    }

    /// From 0 to 1.
    mutating func share() -> Double { Double(below(1 << 20)) / Double(1 << 20) }
}

/// 1,024 biased neurons of the fixed-point chip, one step after another.
func fixedNeuronMeasurement(slices: Int) -> TwinMeasurement {
    let count = 1_024
    var noise = BenchmarkNoise(1)
    let bias = (0..<count).map { _ in 200 + noise.below(800) }
    let population = LoihiPopulation(currentDecay: 400, voltageDecay: 120, threshold: 300, biasMantissa: bias)
    let network = LoihiNetwork(inputs: 0, populations: [population], connections: [])
    var constants = [Int64](repeating: 0, count: 4 * count)
    for index in 0..<count {
        constants.replaceSubrange(
            4 * index..<4 * index + 4, with: [4_096 - 401, 4_096 - 120, 300 << 6, Int64(bias[index])])
    }
    var (u, v, fired) = (
        [Int32](repeating: 0, count: count), [Int32](repeating: 0, count: count), [Int32](repeating: 0, count: count)
    )
    var arriving = [Int64](repeating: 0, count: count)
    let none: [Int32] = [0]
    var twinFired = 0
    return TwinMeasurement(
        work: Double(count), slices: slices,
        ours: { steps in
            unsafe none.withUnsafeBufferPointer { input in
                guard let first = input.baseAddress else { return }
                for _ in 0..<steps { unsafe network.step(input: first) }
            }
        },
        twin: { steps in
            for _ in 0..<steps {
                unsafe twinFired += ansa_twin_fixed_neurons(&u, &v, &arriving, &fired, constants, count)
            }
        },
        isEqual: {
            (0..<count).allSatisfy { network.current(0, $0) == u[$0] && network.voltage(0, $0) == v[$0] }
                && network.operations.spikes == Int64(twinFired) && twinFired > 0
        })
}

/// 256 inputs that all fire, each to 256 neurons: 65,536 events a step, in cache.
func fixedEventMeasurement(slices: Int) -> TwinMeasurement {
    let (sources, targets) = (256, 256)
    var noise = BenchmarkNoise(2)
    let given = (0..<targets).map { _ in (0..<sources).map { _ in 2 * (1 + noise.below(60)) } }
    let weights = LoihiWeights(given: given, signMode: .mixed)
    let population = LoihiPopulation(
        currentDecay: 4_095, voltageDecay: 4_095, threshold: 131_071, biasMantissa: [Int](repeating: 0, count: targets))
    let network = LoihiNetwork(
        inputs: sources, populations: [population],
        connections: [LoihiConnection(source: nil, target: 0, weights: weights)])
    let rows = (0..<sources).flatMap { source in (0..<targets).map { weights.effective[$0 * sources + source] } }
    let payloads = [Int32](repeating: 1, count: sources)
    var sums = [Int64](repeating: 0, count: targets)
    return TwinMeasurement(
        work: Double(sources * targets), slices: slices,
        ours: { steps in
            unsafe payloads.withUnsafeBufferPointer { input in
                guard let first = input.baseAddress else { return }
                for _ in 0..<steps { unsafe network.step(input: first) }
            }
        },
        twin: { steps in
            for _ in 0..<steps {
                for index in 0..<targets { sums[index] = 0 }
                unsafe ansa_twin_fan(rows, payloads, &sums, sources, targets)
            }
        },
        // The membrane clears itself each step: it is the current, the sum of the step before shifted by six, wrapped
        // once; where nothing wraps both say the same.
        isEqual: { (0..<targets).allSatisfy { Int64(network.current(0, $0)) == sums[$0] << 6 } })
}
