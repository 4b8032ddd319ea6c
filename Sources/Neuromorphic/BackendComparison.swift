/// A network in floating point beside the same network in the chip's integers, on one input.
///
/// The chip takes one step per synapse, so that a population n synapses behind the input answers n steps later than
/// in floating point; its answers are shifted back by that before they are compared.
public struct BackendComparison: Hashable, Sendable {
    /// One population.
    public struct Population: Hashable, Sendable, Encodable {
        public let name: String
        public let neurons: Int
        /// Steps by which the chip's answer is later.
        public let shift: Int
        public let floatSpikes: Int
        public let fixedSpikes: Int
        /// Spikes of the chip that have no partner at the same neuron and step.
        public let gained: Int
        /// Spikes in floating point that have none.
        public let lost: Int
        /// Largest difference of a readout's membrane; nil where neurons fire, whose membranes part with their spikes.
        public let largestError: Double?
        /// The same over the largest membrane in floating point.
        public let relativeError: Double?
        /// Neuron-steps in which the chip's membrane stood at the end of its 24 bits.
        public let saturated: Int
    }

    public let steps: Int
    public let populations: [Population]
    /// What quantisation did to weights, decays, thresholds and biases.
    public let quantisation: QuantisationReport
    /// What each back end spent.
    public let floatOperations: Operations
    public let fixedOperations: Operations

    /// Runs both over `input`, steps × inputs in order.
    ///
    /// - Throws: a graph that one of them cannot run.
    public init(
        _ graph: NIRGraph, input: [Double], dt: Double, scheme: Scheme = Scheme(), progress: (Double) -> Void = { _ in }
    ) throws(NIRError) {
        let float = try ChipNetwork(graph: graph, backend: .float, dt: dt, scheme: scheme)
        let fixed = try ChipNetwork(graph: graph, backend: .loihiFixed, dt: dt, scheme: scheme)
        let report = fixed.quantisation ?? QuantisationReport()
        steps = input.count / max(1, float.inputCount)
        var tracks = report.populations.map { PopulationTrack($0, graph) }
        var output = [Double](repeating: 0, count: max(1, float.outputCount))
        for step in 0..<steps {
            let row = Array(input[(step * float.inputCount)..<((step + 1) * float.inputCount)])
            unsafe float.step(input: row, output: &output)
            unsafe fixed.step(input: row, output: &output)
            for index in tracks.indices { tracks[index].take(float, fixed) }
            if step % 1_024 == 0 { progress(Double(step) / Double(steps)) }
        }
        populations = tracks.map { $0.compared() }
        quantisation = report
        (floatOperations, fixedOperations) = (float.operations, fixed.operations)
    }
}

/// The answers of one population on both back ends.
private struct PopulationTrack {
    private let name: String
    private let neurons: Int
    private let fires: Bool
    private let shift: Int
    private let scale: Double
    private var float: [[Double]] = []
    private var fixed: [[Double]] = []
    private var saturated = 0

    init(_ population: QuantisationReport.Population, _ graph: NIRGraph) {
        name = population.name
        neurons = population.neurons
        scale = population.scale
        fires = graph.node(name)?.kind.fires ?? true
        shift = synapses(from: graph, to: name)
    }

    mutating func take(_ floating: ChipNetwork, _ chip: ChipNetwork) {
        let membranes = chip.values(of: name + "#v") ?? []
        // The last units of 24 bits, less the rounding of a decay's correction.
        saturated += membranes.count { abs($0 * scale) >= 8_388_000 }
        float.append(floating.values(of: fires ? name : name + "#v") ?? [])
        fixed.append(fires ? chip.values(of: name) ?? [] : membranes)
    }

    func compared() -> BackendComparison.Population {
        var (gained, lost, largest, span) = (0, 0, 0.0, 0.0)
        for step in 0..<max(0, float.count - shift) {
            for (a, b) in zip(float[step], fixed[step + shift]) {
                if fires {
                    gained += a == 0 && b != 0 ? 1 : 0
                    lost += a != 0 && b == 0 ? 1 : 0
                } else {
                    largest = max(largest, abs(a - b))
                    span = max(span, abs(a))
                }
            }
        }
        let spikes = { (rows: [[Double]]) in fires ? rows.reduce(0) { $0 + $1.count { $0 != 0 } } : 0 }
        return BackendComparison.Population(
            name: name, neurons: neurons, shift: shift, floatSpikes: spikes(float), fixedSpikes: spikes(fixed),
            gained: gained, lost: lost, largestError: fires ? nil : largest,
            relativeError: fires || span == 0 ? nil : largest / span, saturated: saturated)
    }
}

/// Neuron populations on the shortest way from an input to `name`, that one included: the chip's delay in steps.
private func synapses(from graph: NIRGraph, to name: String) -> Int {
    var distance: [String: Int] = [:]
    for node in graph.nodes where node.kind == .input && !node.isRelay { distance[node.name] = 0 }
    for _ in graph.nodes {
        for edge in graph.edges {
            guard let before = distance[edge.from], let node = graph.node(edge.to) else { continue }
            let here = before + (node.kind.hasState ? 1 : 0)
            if here < distance[edge.to] ?? .max { distance[edge.to] = here }
        }
    }
    return distance[name] ?? 0
}
