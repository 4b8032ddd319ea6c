import Glibc

/// NIR's equations in double precision, one step at a time, without allocation.
@safe package final class FloatNetwork {
    package private(set) var operations = Operations()
    private(set) var neuronCount = 0
    private var nodes: [FloatNode] = []
    private var sources: [FloatSource] = []
    private var firing: [Int] = []
    private let names: [String]
    private let scheme: Scheme
    private let stateCount: Int
    private let outCount: Int
    private let gather: UnsafeMutablePointer<Double>
    private var out: UnsafeMutablePointer<Double>
    private var previous: UnsafeMutablePointer<Double>
    private let state: UnsafeMutablePointer<Double>
    private let parameters: UnsafeMutablePointer<Double>
    private var time = 0

    package init(graph: NIRGraph, dt: Double, scheme: Scheme) throws(NIRError) {
        let layout = try FloatLayout(graph, dt: dt, scheme: scheme)
        self.scheme = scheme
        nodes = layout.nodes
        sources = layout.sources
        names = layout.names
        neuronCount = nodes.reduce(0) { $0 + ($1.kind.hasState ? $1.outputs : 0) }
        firing = nodes.flatMap { $0.kind.fires ? Array($0.out..<($0.out + $0.outputs)) : [] }
        stateCount = layout.stateCount
        outCount = layout.outCount
        unsafe gather = .allocate(capacity: max(1, layout.gatherCount))
        unsafe out = .allocate(capacity: max(1, outCount))
        unsafe previous = .allocate(capacity: max(1, outCount))
        unsafe state = .allocate(capacity: max(1, stateCount))
        unsafe parameters = .allocate(capacity: max(1, layout.parameters.count))
        unsafe gather.initialize(repeating: 0, count: max(1, layout.gatherCount))
        for index in layout.parameters.indices { unsafe (parameters + index).initialize(to: layout.parameters[index]) }
        reset()
    }

    deinit {
        unsafe gather.deallocate()
        unsafe out.deallocate()
        unsafe previous.deallocate()
        unsafe state.deallocate()
        unsafe parameters.deallocate()
    }

    var firingCount: Int { firing.count }

    func fired(_ index: Int) -> Bool { unsafe out[firing[index]] != 0 }

    func reset() {
        unsafe out.initialize(repeating: 0, count: max(1, outCount))
        unsafe previous.initialize(repeating: 0, count: max(1, outCount))
        unsafe state.initialize(repeating: 0, count: max(1, stateCount))
        time = 0
        operations = Operations()
    }

    package func step(input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>) {
        unsafe swap(&out, &previous)
        for index in 0..<nodes.count {
            let node = nodes[index]
            if node.kind == .input && node.external >= 0 {
                for i in 0..<node.outputs { unsafe out[node.out + i] = Double(input[node.external + i]) }
                continue
            }
            if !node.isStrictDelay { collect(node) }
            compute(node)
            if node.kind == .output && node.external >= 0 {
                for i in 0..<node.outputs { unsafe output[node.external + i] = Float(out[node.out + i]) }
            }
        }
        for index in 0..<nodes.count where nodes[index].isStrictDelay {
            collect(nodes[index])
            store(nodes[index])
        }
        time += 1
    }

    /// Adds up what reaches a node.
    private func collect(_ node: FloatNode) {
        for i in 0..<node.inputs { unsafe gather[node.gather + i] = 0 }
        for index in node.firstSource..<(node.firstSource + node.sources) {
            let source = sources[index]
            let values = unsafe source.carriesPrevious ? previous : out
            for i in 0..<source.count { unsafe gather[node.gather + i] += values[source.out + i] }
        }
    }

    private func compute(_ node: FloatNode) {
        switch node.kind {
        case .affine, .linear: multiply(node)
        case .delay:
            if !node.isStrictDelay { store(node) }
            for i in 0..<node.outputs {
                let slot = unsafe (time + node.depth - Int(parameters[node.parameters + i])) % node.depth
                unsafe out[node.out + i] = state[node.state + slot * node.outputs + i]
            }
        case .scale:
            for i in 0..<node.outputs {
                unsafe out[node.out + i] = gather[node.gather + i] * parameters[node.parameters + i]
            }
        case .threshold:
            for i in 0..<node.outputs {
                unsafe out[node.out + i] = gather[node.gather + i] > parameters[node.parameters + i] ? 1 : 0
            }
        case .integrator, .integrateAndFire, .leakyIntegrator, .lif, .cubaLI, .cubaLIF: integrate(node)
        default:
            for i in 0..<node.outputs { unsafe out[node.out + i] = gather[node.gather + i] }
        }
    }

    private func store(_ node: FloatNode) {
        let slot = unsafe state + node.state + (time % node.depth) * node.outputs
        for i in 0..<node.outputs { unsafe slot[i] = gather[node.gather + i] }
    }

    /// y = W x + b; parameters: bias, non-zero weights of each input, weights by input.
    private func multiply(_ node: FloatNode) {
        let bias = unsafe parameters + node.parameters
        let fan = unsafe bias + node.outputs
        let weights = unsafe fan + node.inputs
        let y = unsafe out + node.out
        for i in 0..<node.outputs { unsafe y[i] = 0 }
        for j in 0..<node.inputs {
            let x = unsafe gather[node.gather + j]
            if x == 0 { continue }
            unsafe operations.synaptic += Int64(fan[j])
            let row = unsafe weights + j * node.outputs
            for i in 0..<node.outputs { unsafe y[i] += row[i] * x }
        }
        for i in 0..<node.outputs { unsafe y[i] += bias[i] }
    }

    /// Neurons; parameters, each over all neurons: k, r, leak, threshold, reset, k of the synapse, w_in.
    private func integrate(_ node: FloatNode) {
        let n = node.outputs
        let p = unsafe parameters + node.parameters
        let v = unsafe state + node.state
        let isCuba = node.kind == .cubaLI || node.kind == .cubaLIF
        let leaks = node.kind != .integrator && node.kind != .integrateAndFire
        let fires = node.kind.fires
        operations.updates += Int64(n)
        for i in 0..<n {
            var drive = unsafe gather[node.gather + i]
            if isCuba {
                let old = unsafe v[n + i]
                let new = unsafe old + p[5 * n + i] * (p[6 * n + i] * drive - old)
                unsafe v[n + i] = new
                drive = scheme.order == .currentFirst ? new : old
            }
            var membrane = unsafe v[i]
            if leaks {
                unsafe membrane += p[i] * (p[2 * n + i] - membrane + p[n + i] * drive)
            } else {
                unsafe membrane += p[i] * p[n + i] * drive
            }
            let spike = unsafe fires && membrane > p[3 * n + i]
            if spike {
                membrane = unsafe scheme.reset == .zero ? p[4 * n + i] : membrane - p[3 * n + i]
                operations.spikes += 1
            }
            unsafe v[i] = membrane
            unsafe out[node.out + i] = fires ? (spike ? 1 : 0) : membrane
        }
    }

    /// The values of a node after the last step: `name`, `name#v` (membrane) or `name#I` (current).
    package func probe(_ name: String) -> [Double] {
        let base = name.split(separator: "#").first.map(String.init) ?? name
        guard let index = names.firstIndex(of: base) else { return [] }
        let node = nodes[index]
        return (0..<node.outputs).map { i in
            if name.hasSuffix("#v") { return unsafe state[node.state + i] }
            if name.hasSuffix("#I") { return unsafe state[node.state + node.outputs + i] }
            return unsafe out[node.out + i]
        }
    }
}
