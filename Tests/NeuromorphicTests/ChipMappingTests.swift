import Neuromorphic
import Testing

/// Counts of cores, synapses and axons, by hand.
struct ChipMappingTests {
    /// `inputs` all to all into `neurons`, weights 1.
    private func graph(inputs: Int, neurons: Int) throws -> NIRGraph {
        let ones = { (count: Int) in [Double](repeating: 1, count: count) }
        return try NIRGraph(
            nodes: [
                NIRNode(name: "in", kind: .input, parameters: ["shape": Tensor([Double(inputs)])]),
                NIRNode(
                    name: "w", kind: .linear,
                    parameters: ["weight": Tensor(shape: [neurons, inputs], values: ones(neurons * inputs))]),
                NIRNode(
                    name: "cells", kind: .lif,
                    parameters: [
                        "tau": Tensor(ones(neurons).map { $0 * 0.01 }), "r": Tensor(ones(neurons)),
                        "v_leak": Tensor(ones(neurons).map { $0 * 0 }), "v_threshold": Tensor(ones(neurons)),
                    ]),
                NIRNode(name: "out", kind: .output, parameters: ["shape": Tensor([Double(neurons)])]),
            ],
            edges: [NIREdge(from: "in", to: "w"), NIREdge(from: "w", to: "cells"), NIREdge(from: "cells", to: "out")])
    }

    /// 1,500 neurons need two cores of 1,024, so 750 on each; each has 10 synapses from 10 sources.
    @Test("A population larger than a core is cut into equal pieces")
    func neurons() throws {
        let mapping = try ChipMapping(try graph(inputs: 10, neurons: 1_500), on: .loihi1, dt: 0.001)
        let placement = try #require(mapping.placements.first)
        #expect(mapping.placements.count == 1 && placement.cores == 2 && placement.neurons == 750)
        #expect(placement.synapses == 7_500 && placement.inputAxons == 10)
        #expect(mapping.synapseBytes == 15_000)
        #expect(try ChipMapping(try graph(inputs: 10, neurons: 1_500), on: .loihi2, dt: 0.001).cores == 1)
    }

    /// 131,072 bytes hold 65,536 synapses of two bytes: of 400 a neuron 163 neurons, so that 600 neurons need four
    /// cores of 150.
    @Test("Synapse memory cuts a population whose neurons alone would fit")
    func memory() throws {
        let mapping = try ChipMapping(try graph(inputs: 400, neurons: 600), on: .loihi1, dt: 0.001)
        #expect(mapping.cores == 4 && mapping.placements.first?.neurons == 150)
        #expect(mapping.synapseBytes == 120_000)
    }

    @Test("A neuron with more sources than a core has axons is refused with what there is and what would do")
    func axons() throws {
        do {
            _ = try ChipMapping(try graph(inputs: 4_097, neurons: 2), on: .loihi1, dt: 0.001)
            Issue.record("it was placed")
        } catch let error as NIRError {
            let text = error.description
            #expect(text.contains("cells") && text.contains("4096 axons") && text.contains("would do"), "\(text)")
        }
    }
}
