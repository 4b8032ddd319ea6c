import Neuromorphic

/// Any bytes as a network file (NIR in HDF5): refused with a message, or mapped and run for a step.
enum NetworkTarget {
    static func run(_ bytes: [UInt8]) -> Int32 {
        let path = Scratch.write(bytes, "network.nir")
        do throws(NIRError) {
            let graph = try NIRGraph.load(path)
            guard graph.inputCount < 4_096, graph.outputCount < 4_096 else { return 0 }
            for backend in [ChipNetwork.Backend.float, .loihiFixed] { try step(graph, backend) }
        } catch { precondition(!"\(error)".isEmpty) }
        return 0
    }

    private static func step(_ graph: NIRGraph, _ backend: ChipNetwork.Backend) throws(NIRError) {
        let network = try ChipNetwork(graph: graph, backend: backend, dt: 1e-3)
        let values = [Float](repeating: 1, count: graph.inputCount)
        var output = [Float](repeating: 0, count: graph.outputCount)
        unsafe network.step(input: values, output: &output)
    }
}
