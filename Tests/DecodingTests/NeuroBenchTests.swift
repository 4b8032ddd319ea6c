import Neuromorphic
import Testing

@testable import Decoding

/// Costs beside those of the Python package neurobench 2.3.0, measured on the same network and the same input.
///
/// There: `Linear(8, 16)`, x > 0.4, `Linear(16, 2)`, no biases, executed sample by sample over forty samples. Here the
/// step function is a neuron whose membrane forgets everything in one step.
@Suite struct NeuroBenchTests {
    private static func graph() throws -> NIRGraph {
        func weights(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Int) -> Tensor {
            Tensor(
                shape: [rows, columns],
                values: (0..<rows * columns).map { Double(value($0 / columns, $0 % columns)) / 4 })
        }
        func constant(_ value: Double) -> Tensor { Tensor([Double](repeating: value, count: 16)) }
        return try NIRGraph(
            nodes: [
                NIRNode(name: "input", kind: .input, parameters: ["shape": Tensor([8])]),
                NIRNode(
                    name: "first", kind: .linear,
                    parameters: ["weight": weights(16, 8) { ($0 * 7 + $1 * 13) % 11 - 5 }]),
                NIRNode(
                    name: "fire", kind: .lif,
                    parameters: [
                        "tau": constant(0.001), "r": constant(1), "v_leak": constant(0), "v_threshold": constant(0.4),
                        "v_reset": constant(0),
                    ]),
                NIRNode(
                    name: "second", kind: .linear,
                    parameters: ["weight": weights(2, 16) { ($0 * 5 + $1 * 3) % 7 - 3 }]),
                NIRNode(name: "output", kind: .output, parameters: ["shape": Tensor([2])]),
            ],
            edges: zip(["input", "first", "fire", "second"], ["first", "fire", "second", "output"])
                .map { NIREdge(from: $0, to: $1) })
    }

    private static func cost(_ value: (Int, Int) -> Int) throws -> SynapticCost {
        let graph = try graph()
        let input = Matrix(rows: 40, columns: 8, values: (0..<320).map { Double(value($0 / 8, $0 % 8)) })
        let chip = try ChipNetwork(graph: graph, backend: .float, dt: 0.001)
        return try NetworkRun(graph, on: chip, input: input, range: 0..<40, warmUp: 0).cost
    }

    @Test("Ones and zeros as input: accumulations alone")
    func binary() throws {
        let cost = try Self.cost { ($0 * 5 + $1 * 3) % 4 == 0 ? 1 : 0 }
        #expect(abs(cost.connectionSparsity - 0.1) < 1e-12)
        #expect(abs(cost.activationSparsity - 0.640625) < 1e-12)
        #expect(cost.effectiveMACs == 0)
        #expect(cost.effectiveACs == 39)
        #expect(cost.dense == 160)
    }

    @Test("Counts as input: the first layer multiplies, the second adds")
    func counts() throws {
        let cost = try Self.cost { ($0 * 5 + $1 * 3) % 4 }
        #expect(abs(cost.activationSparsity - 0.5625) < 1e-12)
        #expect(cost.effectiveMACs == 87.75)
        #expect(cost.effectiveACs == 11.75)
        #expect(cost.dense == 160)
    }
}
