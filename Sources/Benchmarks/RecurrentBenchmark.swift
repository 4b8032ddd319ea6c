import BenchmarkTwins
internal import Loop
internal import Neuromorphic

/// 1,000 leaky integrate-and-fire neurons, a tenth of all pairs joined, 1 ms steps, noise as input: 4 to 5 Hz.
///
/// Four of five neurons excite; a table of 64 rows of input is gone through again and again.
final class RecurrentDuel {
    static let count = 1_000
    private static let rows = 64
    private let chip: ChipNetwork
    private var starts: [Int32] = [0]
    private var targets: [Int32] = []
    private var weights: [Double] = []
    private var singleWeights: [Float] = []
    private let input: [Double]
    private let singleInput: [Float]
    private var output = [Double](repeating: 0, count: RecurrentDuel.count)
    private var twin = Twin<Double>()
    private var single = Twin<Float>()
    private var ourStep = 0

    /// The state of one C twin.
    private struct Twin<Real: BinaryFloatingPoint> {
        var v = [Real](repeating: 0, count: RecurrentDuel.count)
        var drive = [Real](repeating: 0, count: RecurrentDuel.count)
        var spikes = [Int32](repeating: 0, count: RecurrentDuel.count)
        var fired = 0
        var step = 0
        var total = 0
    }

    init() throws(NIRError) {
        let n = Self.count
        var noise = BenchmarkNoise(3)
        var matrix = [Double](repeating: 0, count: n * n)
        for source in 0..<n {
            for target in 0..<n where target != source && noise.below(10) == 0 {
                // Exact in single precision too.
                let weight = (source % 5 == 4 ? -4 : 1) * Double(8 + noise.below(8)) / 1_024
                matrix[target * n + source] = weight
                targets.append(Int32(target))
                weights.append(weight)
            }
            starts.append(Int32(targets.count))
        }
        singleWeights = weights.map(Float.init)
        // A mean of six uniform numbers; the scale gives the rate.
        input = (0..<Self.rows * n).map { _ in
            (0..<6).reduce(0.0) { sum, _ in sum + noise.share() } / 6 * 5.4 - 1.9
        }
        singleInput = input.map(Float.init)
        let ones = Tensor([Double](repeating: 1, count: n))
        let zeros = Tensor([Double](repeating: 0, count: n))
        let lif = [
            "tau": Tensor([Double](repeating: 0.02, count: n)), "r": ones, "v_leak": zeros, "v_threshold": ones,
            "v_reset": zeros,
        ]
        let graph = try NIRGraph(
            nodes: [
                NIRNode(name: "input", kind: .input, parameters: ["shape": Tensor([Double(n)])]),
                NIRNode(name: "lif", kind: .lif, parameters: lif),
                NIRNode(
                    name: "recurrent", kind: .linear, parameters: ["weight": Tensor(shape: [n, n], values: matrix)]),
                NIRNode(name: "output", kind: .output, parameters: ["shape": Tensor([Double(n)])]),
            ],
            edges: [
                NIREdge(from: "input", to: "lif"), NIREdge(from: "lif", to: "recurrent"),
                NIREdge(from: "recurrent", to: "lif"), NIREdge(from: "lif", to: "output"),
            ])
        chip = try ChipNetwork(graph: graph, backend: .float, dt: 0.001)
    }

    /// `steps` steps on our float back end.
    func ours(_ steps: Int) {
        unsafe input.withUnsafeBufferPointer { table in
            unsafe output.withUnsafeMutableBufferPointer { values in
                guard let first = table.baseAddress, let out = values.baseAddress else { return }
                for _ in 0..<steps {
                    unsafe chip.step(input: first + ourStep % Self.rows * Self.count, output: out)
                    ourStep += 1
                }
            }
        }
    }

    /// `steps` steps of plain C in double precision.
    func plainC(_ steps: Int) {
        // Moved out: the C side writes two arrays of it at once.
        var now = Twin<Double>()
        swap(&now, &twin)
        defer { swap(&now, &twin) }
        unsafe input.withUnsafeBufferPointer { table in
            guard let first = table.baseAddress else { return }
            for _ in 0..<steps {
                unsafe ansa_twin_recurrent(
                    &now.v, &now.drive, first + now.step % Self.rows * Self.count, starts, targets, weights,
                    &now.spikes, &now.fired, 0.05, 1, Self.count)
                now.step += 1
                now.total += now.fired
            }
        }
    }

    /// `steps` steps of plain C in single precision.
    func plainSingleC(_ steps: Int) {
        // Moved out: the C side writes two arrays of it at once.
        var now = Twin<Float>()
        swap(&now, &single)
        defer { swap(&now, &single) }
        unsafe singleInput.withUnsafeBufferPointer { table in
            guard let first = table.baseAddress else { return }
            for _ in 0..<steps {
                unsafe ansa_twin_recurrent_single(
                    &now.v, &now.drive, first + now.step % Self.rows * Self.count, starts, targets,
                    singleWeights, &now.spikes, &now.fired, 0.05, 1, Self.count)
                now.step += 1
            }
        }
    }

    /// Whether both have the same membranes and fired equally often; asked when both took equally many steps.
    var isEqual: Bool {
        guard ourStep == twin.step, let mine = chip.values(of: "lif#v") else { return false }
        return mine == twin.v && chip.operations.spikes == Int64(twin.total) && twin.total > 0
    }

    /// Spikes a neuron and second.
    var rate: Double { Double(twin.total) / Double(max(1, twin.step)) }
}

/// A step of a dense 96 → 64 → 2 network at 10 % input activity, in µs of thread CPU time.
func decodeStepMeasurement(_ backend: ChipNetwork.Backend, steps: Int) throws(NIRError) -> DurationSpread? {
    var noise = BenchmarkNoise(4)
    func weights(_ rows: Int, _ columns: Int) -> Tensor {
        Tensor(shape: [rows, columns], values: (0..<rows * columns).map { _ in noise.share() - 0.4 })
    }
    func constant(_ value: Double, _ count: Int) -> Tensor { Tensor([Double](repeating: value, count: count)) }
    let graph = try NIRGraph(
        nodes: [
            NIRNode(name: "input", kind: .input, parameters: ["shape": Tensor([96])]),
            NIRNode(name: "in", kind: .linear, parameters: ["weight": weights(64, 96)]),
            NIRNode(
                name: "hidden", kind: .lif,
                parameters: [
                    "tau": constant(0.01, 64), "r": constant(10, 64), "v_leak": constant(0, 64),
                    "v_threshold": constant(1, 64), "v_reset": constant(0, 64),
                ]),
            NIRNode(name: "out", kind: .linear, parameters: ["weight": weights(2, 64)]),
            NIRNode(
                name: "readout", kind: .leakyIntegrator,
                parameters: ["tau": constant(0.05, 2), "r": constant(1, 2), "v_leak": constant(0, 2)]),
            NIRNode(name: "output", kind: .output, parameters: ["shape": Tensor([2])]),
        ],
        edges: zip(["input", "in", "hidden", "out", "readout"], ["in", "hidden", "out", "readout", "output"])
            .map { NIREdge(from: $0, to: $1) })
    let chip = try ChipNetwork(graph: graph, backend: backend, dt: 0.001)
    let rows = (0..<64 * 96).map { _ in noise.below(10) == 0 ? Float(1) : 0 }
    var output: [Float] = [0, 0]
    let histogram = stepHistogram(steps) { step in
        unsafe rows.withUnsafeBufferPointer { table in
            guard let first = table.baseAddress else { return }
            unsafe chip.step(input: first + step % 64 * 96, output: &output)
        }
    }
    return histogram
}

/// Thread CPU time of every one of `steps` calls of `body`, in µs; the reading of the clock is part of it.
func stepHistogram(_ steps: Int, _ body: (Int) -> Void) -> DurationSpread? {
    let histogram = LatencyHistogram()
    for step in 0..<steps + 1_000 {
        let start = threadNanoseconds()
        body(step)
        // The first thousand warm caches and predictors.
        if step >= 1_000 { histogram.add(threadNanoseconds() - start) }
    }
    return DurationSpread(histogram)
}
