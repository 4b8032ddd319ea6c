/// A network in the fixed-point arithmetic of Loihi, bit for bit that of lava-nc 0.10.0.
///
///     a = Σ weights of the spikes of the step before (plus delay), shifted by the exponent
///     u = trunc(u (4096 − (du + 1)) / 4096) + (a << 6)      one wrap beyond ±2^23; +2^23 itself stays
///     v = trunc(v (4096 − dv) / 4096) + u + bias            clipped to ±(2^23 − 1)
///     spike where v > (vth << 6); then v = 0
///
/// Products are 64-bit. Steps allocate nothing.
///
///     let network = LoihiNetwork(inputs: 1, populations: [population], connections: [connection])
///     network.step(input: counts)
@safe public final class LoihiNetwork: @unchecked Sendable {
    public let inputs: Int
    public let populations: [LoihiPopulation]
    private let routes: [Route]
    private struct Route {
        /// Population that sends; −1 for the network's inputs from `firstInput`.
        var source: Int
        var firstInput: Int
        var target: Int
    }

    private var cells: [LoihiCells] = []
    private var fans: [LoihiFan] = []
    private var time = 0
    /// What was spent since the last reset.
    public private(set) var operations = Operations()

    /// All state 0.
    ///
    /// Connections must name populations that exist and fit their sizes.
    public init(inputs: Int, populations: [LoihiPopulation], connections: [LoihiConnection]) {
        self.inputs = inputs
        self.populations = populations
        routes = connections.map {
            Route(source: $0.source ?? -1, firstInput: $0.inputRange.lowerBound, target: $0.target)
        }
        for connection in connections {
            precondition(connection.weights.targets == populations[connection.target].count)
            let sources = connection.source.map { populations[$0].count } ?? connection.inputRange.count
            precondition(connection.weights.sources == sources && connection.inputRange.upperBound <= inputs)
        }
        cells = populations.map { LoihiCells($0) }
        fans = connections.map { LoihiFan($0.weights) }
    }

    /// One step: `input` holds one payload per input, 0 for no spike.
    public func step(input: UnsafePointer<Int32>) {
        for index in 0..<routes.count {
            unsafe fans[index].deliver(at: time, into: cells[routes[index].target].arriving)
        }
        for index in 0..<cells.count {
            operations.spikes += Int64(cells[index].update())
            operations.updates += Int64(cells[index].count)
        }
        for index in 0..<routes.count {
            let route = routes[index]
            let payloads =
                unsafe route.source < 0
                ? input + route.firstInput : UnsafePointer(cells[route.source].fired)
            unsafe operations.synaptic += fans[index].send(payloads, at: time)
        }
        time += 1
    }

    /// Back to step 0 with all state 0.
    public func reset() {
        for cell in cells { cell.reset() }
        for fan in fans { fan.reset() }
        time = 0
        operations = Operations()
    }

    /// Current of a neuron after the last step.
    public func current(_ population: Int, _ neuron: Int) -> Int32 { cells[population].current(neuron) }

    /// Membrane of a neuron after the last step and its reset.
    public func voltage(_ population: Int, _ neuron: Int) -> Int32 { cells[population].voltage(neuron) }

    /// True if the neuron fired in the last step.
    public func fired(_ population: Int, _ neuron: Int) -> Bool { cells[population].hasFired(neuron) }
}

/// The synapses of one connection, by source, and the sums on their way.
@safe final class LoihiFan {
    private let sources: Int
    private let targets: Int
    private let exponent: Int
    private let depth: Int
    private let weights: UnsafeMutablePointer<Int32>
    private let delays: UnsafeMutablePointer<Int32>?
    private let nonZero: UnsafeMutablePointer<Int32>
    private let pending: UnsafeMutablePointer<Int64>

    init(_ given: LoihiWeights) {
        sources = given.sources
        targets = given.targets
        exponent = given.exponent
        depth = Int(given.delays?.max() ?? 0) + 2
        unsafe weights = .allocate(capacity: max(1, sources * targets))
        unsafe nonZero = .allocate(capacity: max(1, sources))
        unsafe pending = .allocate(capacity: max(1, depth * targets))
        unsafe delays = given.delays == nil ? nil : .allocate(capacity: max(1, sources * targets))
        for source in 0..<sources {
            var count: Int32 = 0
            for target in 0..<targets {
                let weight = given.effective[target * sources + source]
                unsafe (weights + source * targets + target).initialize(to: weight)
                if let delays = unsafe delays, let list = given.delays {
                    unsafe (delays + source * targets + target).initialize(to: list[target * sources + source])
                }
                count += weight == 0 ? 0 : 1
            }
            unsafe (nonZero + source).initialize(to: count)
        }
        reset()
    }

    deinit {
        unsafe weights.deallocate()
        unsafe nonZero.deallocate()
        unsafe pending.deallocate()
        unsafe delays?.deallocate()
    }

    func reset() { unsafe pending.initialize(repeating: 0, count: depth * targets) }

    /// Adds what arrives at step `time`, shifted, to `sums`.
    ///
    /// Sum first, then shift.
    func deliver(at time: Int, into sums: UnsafeMutablePointer<Int64>) {
        let slot = unsafe pending + (time % depth) * targets
        for target in 0..<targets {
            let sum = unsafe slot[target]
            unsafe sums[target] += exponent >= 0 ? sum << exponent : sum >> -exponent
            unsafe slot[target] = 0
        }
    }

    /// Sends the payloads of step `time`; the synaptic operations spent.
    func send(_ payloads: UnsafePointer<Int32>, at time: Int) -> Int64 {
        var operations: Int64 = 0
        for source in 0..<sources {
            let payload = unsafe Int64(payloads[source])
            if payload == 0 { continue }
            unsafe operations += Int64(nonZero[source])
            let row = unsafe weights + source * targets
            if let delays = unsafe delays {
                for target in 0..<targets {
                    let slot = unsafe (time + 1 + Int(delays[source * targets + target])) % depth
                    unsafe pending[slot * targets + target] &+= Int64(row[target]) &* payload
                }
            } else {
                let slot = unsafe pending + ((time + 1) % depth) * targets
                for target in 0..<targets { unsafe slot[target] &+= Int64(row[target]) &* payload }
            }
        }
        return operations
    }
}
