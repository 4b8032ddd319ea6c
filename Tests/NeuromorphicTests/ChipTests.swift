import Neuromorphic
import Testing

@Suite struct ChipTests {
    /// 2 inputs → 2 LIF (τ 20 ms, θ 1) → LI (τ 100 ms).
    private func graph(reset: Double = 0) throws -> NIRGraph {
        let two = { (value: Double) in Tensor([value, value]) }
        return try NIRGraph(
            nodes: [
                NIRNode(name: "in", kind: .input, parameters: ["shape": Tensor([2])]),
                NIRNode(
                    name: "w", kind: .linear, parameters: ["weight": Tensor(shape: [2, 2], values: [6, -2, -2, 6])]),
                NIRNode(
                    name: "lif", kind: .lif,
                    parameters: [
                        "tau": two(0.02), "r": two(1), "v_leak": two(0), "v_threshold": two(1), "v_reset": two(reset),
                    ]),
                NIRNode(name: "sum", kind: .linear, parameters: ["weight": Tensor(shape: [1, 2], values: [1, 1])]),
                NIRNode(
                    name: "li", kind: .leakyIntegrator,
                    parameters: ["tau": Tensor([0.1]), "r": Tensor([1]), "v_leak": Tensor([0])]),
                NIRNode(name: "out", kind: .output, parameters: ["shape": Tensor([1])]),
            ],
            edges: [("in", "w"), ("w", "lif"), ("lif", "sum"), ("sum", "li"), ("li", "out")].map {
                NIREdge(from: $0.0, to: $0.1)
            })
    }

    private func run(_ chip: ChipNetwork, steps: Int, input: [Float]) -> Float {
        var out: [Float] = [0]
        for _ in 0..<steps { unsafe chip.step(input: input, output: &out) }
        return out[0]
    }

    /// By hand: k = 0.05, drive 0.05·6 = 0.3; v = 0.3, 0.585, 0.85575, 1.0129 > 1: one spike in 4 steps, rate 1/4 per
    /// step; the readout goes to the mean of the spikes, 0.25.
    @Test("A neuron that fires every fourth step reads 0.25 on both back ends", arguments: ChipNetwork.Backend.allCases)
    func rate(_ backend: ChipNetwork.Backend) throws {
        let chip = try ChipNetwork(graph: graph(), backend: backend, dt: 0.001)
        let value = run(chip, steps: 2000, input: [1, 0])
        #expect(abs(value - 0.25) < 0.01, "\(value)")
        #expect((498...500).contains(chip.operations.spikes))
        #expect(chip.operations.updates == 2000 * 3)
        #expect((4498...4500).contains(chip.operations.synaptic))  // 2 weights a step, 1 a spike
    }

    @Test(
        "No input gives no spike, no synaptic operation and an output of zero",
        arguments: ChipNetwork.Backend.allCases)
    func silence(_ backend: ChipNetwork.Backend) throws {
        let chip = try ChipNetwork(graph: graph(), backend: backend, dt: 0.001)
        #expect(run(chip, steps: 500, input: [0, 0]) == 0)
        #expect(chip.operations.spikes == 0 && chip.operations.synaptic == 0)
    }

    @Test("Reset gives the run of a new network again", arguments: ChipNetwork.Backend.allCases)
    func resetRepeats(_ backend: ChipNetwork.Backend) throws {
        let chip = try ChipNetwork(graph: graph(), backend: backend, dt: 0.001)
        let first = run(chip, steps: 333, input: [1, 1])
        chip.reset()
        #expect(run(chip, steps: 333, input: [1, 1]) == first)
    }

    /// du absent; dv = round(4096·0.05) = 205, an error of 205/204.8 − 1 = 0.1 %.
    @Test("Quantisation reports decay errors below 0.2 % and even mixed weights")
    func report() throws {
        let report = try #require(try ChipNetwork(graph: graph(), backend: .loihiFixed, dt: 0.001).quantisation)
        #expect(report.populations.map(\.name) == ["lif", "li"])
        #expect(report.populations[0].decayError < 0.002 && report.populations[0].decayError > 0.0009)
        #expect(report.largestError < 0.01)
        let plan = try Quantisation.plan(graph(), dt: 0.001, scheme: Scheme())
        #expect(plan.connections[0].weights.effective.allSatisfy { $0 % 2 == 0 })
        #expect(plan.populations[0].voltageDecay == [205, 205])
    }

    @Test("What the chip has not, it refuses by name: a reset other than zero, subtraction")
    func refusals() throws {
        #expect(throws: NIRError.chip(node: "lif", reason: "v_reset must be 0")) {
            try ChipNetwork(graph: graph(reset: -1), backend: .loihiFixed, dt: 0.001)
        }
        #expect(throws: NIRError.self) {
            try ChipNetwork(graph: graph(), backend: .loihiFixed, dt: 0.001, scheme: Scheme(reset: .subtract))
        }
    }

    /// 1,000 operations × 23.6 pJ = 23.6 nJ (PMC10326429, table 3).
    @Test("Loihi 1 spends 23.6 nJ on a thousand operations, printed as a model estimate; Loihi 2 has no figure")
    func energy() {
        #expect(EnergyTable.loihi1.nanojoules(synapticOperations: 1000) == 23.6)
        #expect(EnergyTable.loihi1.estimate(Operations()).contains("model estimate"))
        #expect(!EnergyTable.published.contains { $0.name == "Loihi 2" })
    }

    @Test("A written graph reads back equal, and equal graphs give equal bytes")
    func roundTrip() throws {
        let (first, second) = (temporaryPath("a.nir"), temporaryPath("b.nir"))
        try graph().write(to: first)
        try graph().write(to: second)
        let read = try NIRGraph.load(first)
        #expect(Set(read.nodes) == Set(try graph().nodes))
        #expect(read.edges == (try graph().edges))
        #expect(try bytes(first) == bytes(second))
    }

    /// A name of one letter less must not be taken for its neighbour.
    @Test("An edge to a node that is not there is refused in graphs made in code, too")
    func dangling() {
        let input = NIRNode(name: "in", kind: .input, parameters: ["shape": Tensor([1])])
        #expect(throws: NIRError.danglingEdge(from: "in", to: "out", missing: "out", nearest: "in")) {
            try NIRGraph(nodes: [input], edges: [NIREdge(from: "in", to: "out")])
        }
    }
}
