import Neuromorphic

/// Networks of any nodes, parameters and edges: refused with a message, or written, read back the same, and run.
enum NetworkTarget {
    static let kinds = NIRKind.allCases
    static let parameters = [
        "weight", "bias", "tau", "r", "v_leak", "v_threshold", "v_reset", "tau_syn", "tau_mem", "w_in", "shape",
        "scale", "delay", "threshold", "input_shape", "stride", "padding", "dilation", "groups", "kernel_size",
        "start_dim",
    ]
    static let values: [Double] = [
        0, 1, 2, 3, -1, 0.5, 1e-3, 20e-3, 1e9, 1e300, -1e300, .leastNonzeroMagnitude, .nan, .infinity, -.infinity,
        9.3e18,
    ]
    static let names = ["input", "a", "b", "c", "d", "output", "", "a/b"]

    static func run(_ bytes: [UInt8]) -> Int32 {
        var feed = Feed(bytes)
        let nodes = (0..<Int(feed.byte() % 6)).map { node($0, &feed) }
        let edges = (0..<Int(feed.byte() % 8)).map { _ in NIREdge(from: name(&feed), to: name(&feed)) }
        do throws(NIRError) {
            let graph = try NIRGraph(nodes: nodes, edges: edges)
            try use(graph)
            guard nodes.allSatisfy({ !$0.name.isEmpty && !$0.name.contains("/") }) else { return 0 }
            let path = Scratch.folder + "/network.nir"
            try graph.write(to: path)
            let again = try NIRGraph.load(path)
            precondition(again.nodes.count == graph.nodes.count && again.edges.count == graph.edges.count)
        } catch { expectText("\(error)") }
        return 0
    }

    static func runRaw(_ bytes: [UInt8]) -> Int32 {
        do throws(NIRError) { try use(try NIRGraph.load(Scratch.write(bytes, "raw.nir"))) } catch {
            expectText("\(error)")
        }
        return 0
    }

    private static func name(_ feed: inout Feed) -> String { names[Int(feed.byte()) % names.count] }

    private static func node(_ index: Int, _ feed: inout Feed) -> NIRNode {
        let kind = kinds[Int(feed.byte()) % kinds.count]
        var tensors: [String: Tensor] = [:]
        for _ in 0..<Int(feed.byte() % 7) {
            let parameter = parameters[Int(feed.byte()) % parameters.count]
            let shape = (0..<Int(feed.byte() % 4)).map { _ in Int(feed.byte() % 5) }
            let (first, second) = (feed.byte(), feed.byte())
            let count = shape.reduce(1, *)
            tensors[parameter] = Tensor(
                shape: shape, values: (0..<count).map { values[Int($0 % 3 == 0 ? first : second) % values.count] })
        }
        return NIRNode(name: name(&feed), kind: kind, parameters: tensors)
    }

    private static func use(_ graph: NIRGraph) throws(NIRError) {
        guard graph.inputCount < 4_096, graph.outputCount < 4_096 else { return }
        for backend in [ChipNetwork.Backend.float, .loihiFixed] {
            do throws(NIRError) { try step(graph, backend) } catch { expectText("\(error)") }
        }
    }

    private static func step(_ graph: NIRGraph, _ backend: ChipNetwork.Backend) throws(NIRError) {
        let network = try ChipNetwork(graph: graph, backend: backend, dt: 1e-3)
        let values = [Float](repeating: 1, count: graph.inputCount)
        var output = [Float](repeating: 0, count: graph.outputCount)
        unsafe network.step(input: values, output: &output)
    }

    private static func expectText(_ text: String) { precondition(!text.isEmpty) }
}
