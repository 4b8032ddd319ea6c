public import Acquisition
internal import CLinux
internal import Interlocks
public import Loop
internal import Sessions
internal import Signal
public import Stimulation

/// A loop that is ready to start: what it is wired from, and the guard that was greeted for it.
public struct LoopParts: Sendable {
    public var setup: LoopSetup
    public var plan: LoopPlan
    public var source: any Source
    public var isVirtual: Bool
    /// Nil where nothing may be stimulated.
    public var link: GuardLink?
    /// CLOCK_MONOTONIC of sample 0 as the guard was told; nil: 50 ms from the start.
    public var epoch: UInt64?
    /// Ends what was started for this loop.
    public var end: @Sendable () -> Void

    /// The parts of one loop.
    public init(
        setup: LoopSetup, plan: LoopPlan, source: any Source, isVirtual: Bool, link: GuardLink? = nil,
        epoch: UInt64? = nil, end: @escaping @Sendable () -> Void = {}
    ) {
        self.setup = setup
        self.plan = plan
        self.source = source
        self.isVirtual = isVirtual
        self.link = link
        self.epoch = epoch
        self.end = end
    }
}

/// A loop to be measured.
public struct LoopCase: Sendable {
    public var name: String
    /// Makes the parts at the last moment, for a guard does not wait.
    public var prepare: @Sendable () throws -> LoopParts

    /// A loop of this name.
    public init(name: String, prepare: @escaping @Sendable () throws -> LoopParts) {
        self.name = name
        self.prepare = prepare
    }
}

/// Measures each loop at pace real, with a journal, after the machine's own floor.
///
/// - Parameters:
///   - cases: The loops.
///   - folder: Does not exist yet, holds the journals, and is the caller's to remove.
/// - Returns: what was measured, in the order of `cases`.
/// - Throws: a loop that cannot be wired, or a journal that cannot be written.
public func loopBenchmark(_ cases: [LoopCase], folder: String) async throws -> LoopReport {
    var report = LoopReport(loops: [], dispatch: nil)
    for (index, wanted) in cases.enumerated() {
        let floor = await machineFloor()
        let parts = try wanted.prepare()
        defer { parts.end() }
        let (outcome, dropped) = try await run(parts, journal: "\(folder)-\(index)")
        report.loops.append(LoopMeasurement(wanted.name, parts, outcome, dropped: dropped, floor: floor))
        guard index == 0 else { continue }
        report.dispatch = DispatchMeasurement(try await measureDispatch(parts.setup, ticks: 100_000))
    }
    return report
}

private func run(_ parts: LoopParts, journal folder: String) async throws -> (LoopOutcome, dropped: Int64) {
    var plan = parts.plan
    plan.measuresStages = true
    let ring = ByteRing(capacity: max(8 << 20, plan.format.byteCount * 512))
    let header = JournalHeader(
        inputs: [], format: plan.format, montage: parts.source.montage, seed: 0, instructionSet: "benchmark",
        implementedInterlocks: InterlockSet.implemented.rawValue)
    let writer = try JournalWriter(directory: folder, ring: ring, header: header)
    try writer.start()
    let inlet = JournalInlet(ring: ring, blocking: false)
    let loop = LiveLoop(
        setup: parts.setup, plan: plan, source: parts.source, link: parts.link, inlet: inlet,
        signals: OperatorSignals(), journalFailed: { writer.failure != 0 })
    let outcome: LoopOutcome
    do {
        let epoch = parts.epoch ?? (ansa_monotonic_nanoseconds() + LiveLoop.lead)
        outcome = try await loop.run(epoch: epoch, isVirtual: parts.isVirtual)
    } catch {
        try writer.finish()
        throw error
    }
    let summary = try writer.finish(dropped: inlet.dropped)
    return (outcome, summary.dropped)
}
