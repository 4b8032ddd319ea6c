/// What a channel measures.
public enum ChannelKind: String, Sendable, CaseIterable {
    case localFieldPotential = "lfp"
    case electrocorticography = "ecog"
    case electroencephalography = "eeg"
    case spikes = "spikes"
    case auxiliary = "auxiliary"
}

/// One channel of a source.
public struct Channel: Hashable, Sendable {
    public var label: String
    public var kind: ChannelKind
    /// The unit of a scaled value, "uV" for potentials.
    public var unit: String
    /// Multiply a stored sample by this to get ``unit``; 1 where the block already holds it.
    public var unitsPerCount: Float

    /// A channel; by default a field potential in µV that needs no scaling.
    public init(
        label: String, kind: ChannelKind = .localFieldPotential, unit: String = "uV", unitsPerCount: Float = 1
    ) {
        self.label = label
        self.kind = kind
        self.unit = unit
        self.unitsPerCount = unitsPerCount
    }
}

/// The channels of a source in the order in which its blocks hold them.
public struct Montage: Hashable, Sendable {
    public var channels: [Channel]

    /// A montage of `channels`.
    public init(_ channels: [Channel]) { self.channels = channels }

    /// The index of the first channel with this label, or nil.
    public func index(of label: String) -> Int? { channels.firstIndex { $0.label == label } }
}
