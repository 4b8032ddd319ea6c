/// Energy per synaptic operation of one chip, as published.
public struct EnergyTable: Hashable, Sendable {
    public let name: String
    /// Picojoules per synaptic operation.
    public let picojoules: Double
    /// Where the figure was read.
    public let source: String

    /// The published figures.
    ///
    /// Operations differ between chips: for high-level comparison only, as the source warns.
    /// There is no entry for Loihi 2, because no measured figure is published there.
    public static let published: [EnergyTable] = [
        entry("Tianjic", 1.54), entry("TrueNorth", 2.5), entry("SENECA", 2.8), entry("ReckOn", 5.3),
        entry("SpiNNaker2", 10), entry("ODIN", 12.7), entry("NeuronFlow", 20), entry("Loihi 1", 23.6),
        entry("µBrain", 26), entry("SpiNNaker", 45),
    ]

    /// Loihi 1: 23.6 pJ per synaptic operation.
    public static let loihi1 = entry("Loihi 1", 23.6)

    private static func entry(_ name: String, _ picojoules: Double) -> EnergyTable {
        EnergyTable(
            name: name, picojoules: picojoules,
            source: "Frontiers in Neuroscience, PMC10326429, table 3")
    }

    /// Model estimate in nanojoules: operations times the table's figure, nothing else.
    public func nanojoules(synapticOperations: Int64) -> Double {
        Double(synapticOperations) * picojoules / 1000
    }

    /// The estimate in words, marked as one.
    public func estimate(_ operations: Operations) -> String {
        let nanojoules = (nanojoules(synapticOperations: operations.synaptic) * 10).rounded() / 10
        return "\(nanojoules) nJ (model estimate: \(operations.synaptic) synaptic operations × \(picojoules) pJ, "
            + "\(name), \(source))"
    }
}

/// What a network spent, counted exactly.
public struct Operations: Hashable, Sendable, BitwiseCopyable {
    /// Synaptic operations: non-zero weights met by a non-zero input.
    ///
    /// A graded spike is one input.
    public var synaptic: Int64 = 0
    /// Neuron updates: neurons times steps.
    public var updates: Int64 = 0
    /// Spikes of the network's own neurons.
    public var spikes: Int64 = 0

    /// Nothing spent.
    public init() {}
}
