public import Acquisition

/// Everything that an emulated amplifier and an emulated stimulator are made to do wrong in one session.
///
///     var faults = EmulationFaults()
///     faults.signal = [.stall(5_000..<20_000)]
///     faults.stimulator = ["300000 nack 3"]
///     let source = faults.applied(to: patient)
///
/// A value: the same faults on the same source give the same samples.
public struct EmulationFaults: Hashable, Sendable {
    public var signal: [SignalFault] = []
    /// The driver hands over ten blocks in the time of one from this sample on.
    public var flood: Int64?
    /// Entries of ``VirtualStimulatorFaults``.
    public var stimulator: [String] = []

    /// Nothing goes wrong.
    public init() {}

    /// `source` as the faults leave it.
    public func applied(to source: any Source) -> any Source {
        let faulty: any Source = signal.isEmpty ? source : FaultySource(source, faults: signal)
        return flood.map { FloodingSource(faulty, from: $0) } ?? faulty
    }

    /// What the emulated stimulator's process is started with.
    public var stimulatorWords: [String] {
        stimulator.isEmpty ? [] : ["--faults", stimulator.joined(separator: ", ")]
    }
}
