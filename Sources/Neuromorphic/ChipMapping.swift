/// Where a network's neurons come to lie on a chip, and what that fills.
///
/// Each population is cut into equal pieces, as few as its neurons, its synapse memory and the axons that arrive allow;
/// a core holds one piece. It is a count of what fits, not a compiler's placement.
public struct ChipMapping: Hashable, Sendable {
    /// One population on its cores.
    public struct Placement: Hashable, Sendable {
        public let population: String
        public let cores: Int
        /// On the fullest of them.
        public let neurons: Int
        public let synapses: Int
        public let inputAxons: Int
    }

    public let chip: ChipLimits
    public let placements: [Placement]

    /// Cores in all.
    public var cores: Int { placements.reduce(0) { $0 + $1.cores } }

    /// Bytes of synapse memory on the fullest core.
    public var synapseBytes: Int {
        (placements.map(\.synapses).max() ?? 0) * ChipLimits.bytesPerSynapse
    }

    /// Places `graph` on `chip`.
    ///
    /// - Throws: what cannot run there, or does not fit: the node, what it needs and what there is.
    public init(
        _ graph: NIRGraph, on chip: ChipLimits, dt: Double, scheme: Scheme = Scheme()
    ) throws(NIRError) {
        let plan = try Quantisation.plan(graph, dt: dt, scheme: scheme)
        self.chip = chip
        var placements: [Placement] = []
        for (index, population) in plan.populations.enumerated() {
            let name = plan.report.populations[index].name
            let paths = plan.connections.filter { $0.target == index }
            placements.append(try ChipMapping.place(name, population.count, paths, chip))
        }
        self.placements = placements
        let needed = placements.reduce(0) { $0 + $1.cores }
        guard needed <= chip.cores else {
            throw .chip(
                node: "network",
                reason: "it needs \(needed) cores and \(chip.name) has \(chip.cores); "
                    + "\((needed + chip.cores - 1) / chip.cores) chips, or fewer neurons, would do")
        }
    }

    private static func place(
        _ name: String, _ neurons: Int, _ paths: [LoihiConnection], _ chip: ChipLimits
    ) throws(NIRError) -> Placement {
        // The sources of each neuron, path by path.
        let fans = paths.map { path in
            (0..<path.weights.targets).map { target in
                (0..<path.weights.sources).filter { path.weights.effective[target * path.weights.sources + $0] != 0 }
            }
        }
        var pieces = (neurons + chip.neurons - 1) / chip.neurons
        while pieces <= neurons {
            let size = (neurons + pieces - 1) / pieces
            var (synapses, axons) = (0, 0)
            for start in stride(from: 0, to: neurons, by: size) {
                let rows = start..<min(neurons, start + size)
                let held = fans.reduce(0) { sum, fan in sum + fan[rows].reduce(0) { $0 + $1.count } }
                let sources = fans.reduce(0) { sum, fan in sum + Set(fan[rows].joined()).count }
                (synapses, axons) = (max(synapses, held), max(axons, sources))
            }
            let fits =
                synapses * ChipLimits.bytesPerSynapse <= chip.synapseBytes && axons <= chip.inputAxons ?? .max
            if fits {
                return Placement(
                    population: name, cores: (neurons + size - 1) / size, neurons: size, synapses: synapses,
                    inputAxons: axons)
            }
            pieces += max(1, pieces / 8)
        }
        throw .chip(
            node: name,
            reason: "one neuron has more synapses or sources than a core of \(chip.name) holds "
                + "(\(chip.synapseBytes / ChipLimits.bytesPerSynapse) synapses"
                + (chip.inputAxons.map { ", \($0) axons" } ?? "") + "); fewer inputs would do")
    }
}
