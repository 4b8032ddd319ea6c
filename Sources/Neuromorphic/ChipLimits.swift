/// What one core of a chip holds, as published; nil where no figure is known.
public struct ChipLimits: Hashable, Sendable {
    public let name: String
    public let cores: Int
    /// Neurons a core.
    public let neurons: Int
    /// Axons that arrive at a core: sources that have a synapse there.
    public let inputAxons: Int?
    /// Axons that leave a core: cores that its neurons reach, summed over neurons.
    public let outputAxons: Int?
    /// Bytes of synapse memory a core.
    public let synapseBytes: Int
    /// Longest delay in steps.
    public let longestDelay: Int
    /// Where the figures were read.
    public let source: String
    /// What about them is not certain.
    public let uncertainty: String

    /// Loihi 1.
    public static let loihi1 = ChipLimits(
        name: "Loihi 1", cores: 128, neurons: 1_024, inputAxons: 4_096, outputAxons: 4_096, synapseBytes: 131_072,
        longestDelay: 63, source: "nengo-loihi 1.1.0, its hardware constants",
        uncertainty: "how synapses are packed depends on the compiler: two bytes a synapse are taken")

    /// Loihi 2.
    public static let loihi2 = ChipLimits(
        name: "Loihi 2", cores: 120, neurons: 8_192, inputAxons: nil, outputAxons: nil, synapseBytes: 196_608,
        longestDelay: 63, source: "Intel's public pages, and lava-nc 0.10.0 for delays",
        uncertainty: "pages name 120, 128 or 152 cores, the least is taken; 192 KB a core is unverified; axons unknown")

    /// Both.
    public static let published = [loihi1, loihi2]

    /// Bytes that one synapse is taken to need: eight bits of weight, and as much for its target.
    public static let bytesPerSynapse = 2
}
