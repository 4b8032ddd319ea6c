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
            let x = unsafe collected(node)
            for i in 0..<node.outputs { unsafe output[node.external + i] = Float(x[i]) }
        }
    }

    /// One step, with values that are not rounded to single precision on the way in and out.
    package func step(input: UnsafePointer<Double>, output: UnsafeMutablePointer<Double>) {
        unsafe swap(&out, &previous)
        for index in 0..<nodes.count where nodes[index].external >= 0 && nodes[index].kind == .input {
            let node = nodes[index]
            unsafe FloatKernels.copy(input + node.external, to: out + node.out, node.outputs)
        }
        run()
        for index in 0..<nodes.count where nodes[index].external >= 0 && nodes[index].kind == .output {
            let node = nodes[index]
            unsafe FloatKernels.copy(collected(node), to: output + node.external, node.outputs)
        }
    }

    private func run() {
        for index in 0..<nodes.count {
            let node = nodes[index]
            // The network's own ends: inputs stand there already, outputs go straight to the caller.
            if node.external >= 0 { continue }
            if isPlainLIF(node) {
                integrateLIF(node)
            } else {
                unsafe compute(node, node.isStrictDelay ? UnsafePointer(gather) : collected(node))
            }
        }
        for index in 0..<nodes.count where nodes[index].isStrictDelay {
            unsafe store(nodes[index], collected(nodes[index]))
        }
        time += 1
    }

    /// What reaches a node: its only source's values where they are, or the sum of all in `gather`.
    private func collected(_ node: FloatNode) -> UnsafePointer<Double> {
        let sum = unsafe gather + node.gather
        let first = node.firstSource
        if node.sources >= 1, sources[first].count == node.inputs {
            let one = unsafe values(of: sources[first])
            if node.sources == 1 { return unsafe one }
            let next = sources[first + 1]
            if next.count == node.inputs {
                unsafe FloatKernels.sum(one, values(of: next), to: sum, node.inputs)
                unsafe addSources(from: first + 2, of: node, to: sum)
                return unsafe UnsafePointer(sum)
            }
        }
        unsafe FloatKernels.clear(sum, node.inputs)
        unsafe addSources(from: first, of: node, to: sum)
        return unsafe UnsafePointer(sum)
    }

    private func addSources(from first: Int, of node: FloatNode, to sum: UnsafeMutablePointer<Double>) {
        for index in first..<(node.firstSource + node.sources) {
            unsafe FloatKernels.add(values(of: sources[index]), to: sum, sources[index].count)
        }
    }

    private func values(of source: FloatSource) -> UnsafePointer<Double> {
        unsafe UnsafePointer((source.carriesPrevious ? previous : out) + source.out)
    }

    private func compute(_ node: FloatNode, _ x: UnsafePointer<Double>) {
        guard node.indices < 0 else { return unsafe scatter(node, x) }
        let y = unsafe out + node.out
        let p = unsafe parameters + node.parameters
        switch node.kind {
        case .affine, .linear: unsafe multiply(node, x)
        case .delay:
            if !node.isStrictDelay { unsafe store(node, x) }
            for i in 0..<node.outputs {
                let slot = unsafe (time + node.depth - Int(p[i])) % node.depth
                unsafe y[i] = state[node.state + slot * node.outputs + i]
            }
        case .scale: for i in 0..<node.outputs { unsafe y[i] = x[i] * p[i] }
        case .threshold: for i in 0..<node.outputs { unsafe y[i] = x[i] > p[i] ? 1 : 0 }
        case .integrator, .integrateAndFire, .leakyIntegrator, .lif, .cubaLI, .cubaLIF: unsafe integrate(node, x)
        default: unsafe FloatKernels.copy(x, to: y, node.outputs)
        }
    }

    private func store(_ node: FloatNode, _ x: UnsafePointer<Double>) {
        unsafe FloatKernels.copy(x, to: state + node.state + (time % node.depth) * node.outputs, node.outputs)
    }

    /// y = W x + b; parameters: bias, non-zero weights of each input, weights by input.
    private func multiply(_ node: FloatNode, _ x: UnsafePointer<Double>) {
        let bias = unsafe parameters + node.parameters
        let fan = unsafe bias + node.outputs
        let weights = unsafe fan + node.inputs
        let y = unsafe out + node.out
        unsafe FloatKernels.clear(y, node.outputs)
        var spent: Int64 = 0
        var j = unsafe FloatKernels.nextActive(x, from: 0, node.inputs)
        while j < node.inputs {
            unsafe spent &+= Int64(fan[j])
            unsafe FloatKernels.accumulate(weights + j * node.outputs, times: x[j], to: y, node.outputs)
            j = unsafe FloatKernels.nextActive(x, from: j + 1, node.inputs)
        }
        operations.synaptic += spent
        if node.hasBias { unsafe FloatKernels.add(bias, to: y, node.outputs) }
    }

    /// y = W x + b from a ``SparseMap``; parameters: bias, weights; indices: starts, targets.
    private func scatter(_ node: FloatNode, _ x: UnsafePointer<Double>) {
        let bias = unsafe parameters + node.parameters
        let weights = unsafe bias + node.outputs
        let starts = unsafe indices + node.indices
        let targets = unsafe starts + node.inputs + 1
        let y = unsafe out + node.out
        if node.hasBias {
            unsafe FloatKernels.copy(bias, to: y, node.outputs)
        } else {
            unsafe FloatKernels.clear(y, node.outputs)
        }
        var spent: Int64 = 0
        var j = unsafe FloatKernels.nextActive(x, from: 0, node.inputs)
        while j < node.inputs {
            let (first, end, value) = unsafe (Int(starts[j]), Int(starts[j + 1]), x[j])
            spent &+= Int64(end &- first)
            for entry in first..<end { unsafe y[Int(targets[entry])] += weights[entry] * value }
            j = unsafe FloatKernels.nextActive(x, from: j + 1, node.inputs)
        }
        if node.isCounted { operations.synaptic += spent }
    }

    /// Neurons; parameters, each over all neurons: k, r, leak, threshold, reset, k of the synapse, w_in, and the two
    /// gains of `decay`.
    private func integrate(_ node: FloatNode, _ x: UnsafePointer<Double>) {
        let n = node.outputs
        let p = unsafe parameters + node.parameters
        let v = unsafe state + node.state
        operations.updates += Int64(n)
        unsafe integrateAny(node, x, p, v)
        if node.kind.fires { fire(node) }
    }

    /// Leaky neurons that reset at once to a value: what most networks are made of.
    private func isPlainLIF(_ node: FloatNode) -> Bool {
        node.kind == .lif && scheme.integration != .decay && scheme.reset == .zero
    }

    /// A plain LIF node; where two sources reach all of it, they are added on the way.
    private func integrateLIF(_ node: FloatNode) {
        let n = node.outputs
        let p = unsafe parameters + node.parameters
        let constants = unsafe FloatKernels.Neurons(
            gain: p, resistance: p + n, leak: p + 2 * n, threshold: p + 3 * n, reset: p + 4 * n)
        operations.updates += Int64(n)
        let first = node.firstSource
        if node.sources == 2, sources[first].count == n, sources[first + 1].count == n {
            operations.spikes += unsafe FloatKernels.leaky(
                state + node.state, values(of: sources[first]), plus: values(of: sources[first + 1]), out + node.out,
                constants, alike: node.isAlike, n)
        } else {
            operations.spikes += unsafe FloatKernels.leaky(
                state + node.state, collected(node), plus: nil, out + node.out, constants, alike: node.isAlike, n)
        }
    }

    /// Every other kind of neuron, integration and order.
    private func integrateAny(
        _ node: FloatNode, _ x: UnsafePointer<Double>, _ p: UnsafePointer<Double>, _ v: UnsafeMutablePointer<Double>
    ) {
        let n = node.outputs
        let y = unsafe out + node.out
        let isCuba = node.kind == .cubaLI || node.kind == .cubaLIF
        let leaks = node.kind != .integrator && node.kind != .integrateAndFire
        let isSplit = scheme.integration == .decay
        let seesNew = scheme.order == .currentFirst
        for i in 0..<n {
            var drive = unsafe x[i]
            if isCuba {
                let old = unsafe v[n + i]
                let input = unsafe p[6 * n + i] * drive
                let (share, gain) = unsafe (p[5 * n + i], p[8 * n + i])
                let new = isSplit ? old - share * old + gain * input : old + share * (input - old)
                unsafe v[n + i] = new
                drive = seesNew ? new : old
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
            unsafe y[i] = membrane
        }
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
        if node.kind == .output, node.external >= 0 {
            let x = unsafe collected(node)
            return (0..<node.outputs).map { unsafe x[$0] }
        }
        if name.contains("#"), !node.kind.hasState || (name.hasSuffix("#I") && !isCuba) { return nil }
        return (0..<node.outputs).map { i in
            if name.hasSuffix("#v") { return unsafe state[node.state + i] }
            if name.hasSuffix("#I") { return unsafe state[node.state + node.outputs + i] }
            return unsafe out[node.out + i]
        }
    }
}
