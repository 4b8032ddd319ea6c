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
    private let indices: UnsafeMutablePointer<Int32>
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
        unsafe indices = .allocate(capacity: max(1, layout.indices.count))
        unsafe gather.initialize(repeating: 0, count: max(1, layout.gatherCount))
        for index in layout.indices.indices { unsafe (indices + index).initialize(to: layout.indices[index]) }
        for index in layout.parameters.indices { unsafe (parameters + index).initialize(to: layout.parameters[index]) }
        reset()
    }

    deinit {
        unsafe gather.deallocate()
        unsafe out.deallocate()
        unsafe previous.deallocate()
        unsafe state.deallocate()
        unsafe parameters.deallocate()
        unsafe indices.deallocate()
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
        for index in 0..<nodes.count where nodes[index].external >= 0 && nodes[index].kind == .input {
            let node = nodes[index]
            for i in 0..<node.outputs { unsafe out[node.out + i] = Double(input[node.external + i]) }
        }
        run()
        for index in 0..<nodes.count where nodes[index].external >= 0 && nodes[index].kind == .output {
            let node = nodes[index]
            for i in 0..<node.outputs { unsafe output[node.external + i] = Float(out[node.out + i]) }
        }
    }

    /// One step, with values that are not rounded to single precision on the way in and out.
    package func step(input: UnsafePointer<Double>, output: UnsafeMutablePointer<Double>) {
        unsafe swap(&out, &previous)
        for index in 0..<nodes.count where nodes[index].external >= 0 && nodes[index].kind == .input {
            let node = nodes[index]
            for i in 0..<node.outputs { unsafe out[node.out + i] = input[node.external + i] }
        }
        run()
        for index in 0..<nodes.count where nodes[index].external >= 0 && nodes[index].kind == .output {
            let node = nodes[index]
            for i in 0..<node.outputs { unsafe output[node.external + i] = out[node.out + i] }
        }
    }

    private func run() {
        for index in 0..<nodes.count {
            let node = nodes[index]
            if node.kind == .input && node.external >= 0 { continue }
            if !node.isStrictDelay { collect(node) }
            compute(node)
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
        guard node.indices < 0 else { return scatter(node) }
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

    /// y = W x + b from a ``SparseMap``; parameters: bias, weights; indices: starts, targets.
    private func scatter(_ node: FloatNode) {
        let bias = unsafe parameters + node.parameters
        let weights = unsafe bias + node.outputs
        let starts = unsafe indices + node.indices
        let targets = unsafe starts + node.inputs + 1
        let y = unsafe out + node.out
        for i in 0..<node.outputs { unsafe y[i] = bias[i] }
        for j in 0..<node.inputs {
            let x = unsafe gather[node.gather + j]
            if x == 0 { continue }
            let (first, end) = unsafe (Int(starts[j]), Int(starts[j + 1]))
            if node.isCounted { operations.synaptic += Int64(end - first) }
            for entry in first..<end { unsafe y[Int(targets[entry])] += weights[entry] * x }
        }
    }

    /// Neurons; parameters, each over all neurons: k, r, leak, threshold, reset, k of the synapse, w_in, and the two
    /// gains of `decay`.
    private func integrate(_ node: FloatNode) {
        let n = node.outputs
        let p = unsafe parameters + node.parameters
        let v = unsafe state + node.state
        let isCuba = node.kind == .cubaLI || node.kind == .cubaLIF
        let leaks = node.kind != .integrator && node.kind != .integrateAndFire
        let isSplit = scheme.integration == .decay
        operations.updates += Int64(n)
        for i in 0..<n {
            var drive = unsafe gather[node.gather + i]
            if isCuba {
                let old = unsafe v[n + i]
                let input = unsafe p[6 * n + i] * drive
                let (share, gain) = unsafe (p[5 * n + i], p[8 * n + i])
                let new = isSplit ? old - share * old + gain * input : old + share * (input - old)
                unsafe v[n + i] = new
                drive = scheme.order == .currentFirst ? new : old
            }
            var membrane = unsafe v[i]
            if !leaks {
                unsafe membrane += p[i] * p[n + i] * drive
            } else if isSplit {
                unsafe membrane += p[i] * (p[2 * n + i] - membrane) + p[7 * n + i] * p[n + i] * drive
            } else {
                unsafe membrane += p[i] * (p[2 * n + i] - membrane + p[n + i] * drive)
            }
            unsafe v[i] = membrane
            unsafe out[node.out + i] = membrane
        }
        if node.kind.fires { fire(node) }
    }

    /// Compares with the threshold, strictly, and resets at once or, for the spikes of the step before, late.
    private func fire(_ node: FloatNode) {
        let n = node.outputs
        let p = unsafe parameters + node.parameters
        let v = unsafe state + node.state
        let isLate = scheme.reset == .zeroLate || scheme.reset == .subtractLate
        let isZero = scheme.reset == .zero || scheme.reset == .zeroLate
        for i in 0..<n {
            var membrane = unsafe v[i]
            let (threshold, reset) = unsafe (p[3 * n + i], p[4 * n + i])
            let isDue = unsafe isLate && previous[node.out + i] != 0
            if isDue { membrane = isZero ? reset : membrane - threshold }
            let spike = membrane > threshold
            if spike {
                operations.spikes += 1
                if !isLate { membrane = isZero ? reset : membrane - threshold }
            }
            unsafe v[i] = membrane
            unsafe out[node.out + i] = spike ? 1 : 0
        }
    }

    /// The values of a node after the last step: `name`, `name#v` (membrane) or `name#I` (current); nil where there is
    /// no such node or no such state.
    package func values(of name: String) -> [Double]? {
        let base = name.split(separator: "#").first.map(String.init) ?? name
        guard let index = names.firstIndex(of: base) else { return nil }
        let node = nodes[index]
        let isCuba = node.kind == .cubaLI || node.kind == .cubaLIF
        if name.contains("#"), !node.kind.hasState || (name.hasSuffix("#I") && !isCuba) { return nil }
        return (0..<node.outputs).map { i in
            if name.hasSuffix("#v") { return unsafe state[node.state + i] }
            if name.hasSuffix("#I") { return unsafe state[node.state + node.outputs + i] }
            return unsafe out[node.out + i]
        }
    }
}
