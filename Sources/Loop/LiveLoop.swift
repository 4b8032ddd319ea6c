public import Acquisition
internal import Conditioning
internal import Decoding
internal import Glibc
internal import Interlocks
public import Sessions
public import Signal
public import Stimulation

/// How a loop ended.
public enum LoopEnding: Sendable {
    /// The plan's end, the source's, or an operator's single stop.
    case done
    /// An interlock latched, or an operator stopped twice.
    case latched
    case sourceFailed(SourceError)
    /// The guard's process ended while it was needed.
    case guardLost
    /// The guard refused to arm: these interlocks.
    case notArmed(UInt64)
}

/// What a loop came to.
public struct LoopOutcome: Sendable {
    public var ending: LoopEnding
    public var statistics: LoopStatistics
    /// The last thing that the guard reported.
    public var last: SafetyRecord
    /// Refusals of the runtime's gate by interlock number.
    public var refusals: [Int: Int64]
    public var decisions: Int64
    public var synapticOperations: Int64
    public var neuronUpdates: Int64
    public var grant: RealtimeGrant
    public var overruns: Int64
    /// Blocks that came twice or out of order, and were dropped.
    public var repeatedBlocks: Int64
    /// Alarms by interlock number, one for each cause and time.
    public var alarms: [Int: Int64]
    /// What left the device, by the lead's place in the limits, as the guard last reported it.
    public var leads: LeadTable
    /// What was learnt, and the correction that the decoder ended with, row by row; nil where nothing may adapt.
    public var adaptation: AdaptationOutcome?
    public var readout: [Double]?
}

/// A loop on live input: a source, the stages, and a guard where something may be stimulated.
public final class LiveLoop {
    private var setup: LoopSetup
    private let plan: LoopPlan
    private let source: any Source
    private let link: GuardLink?
    private let inlet: JournalInlet?
    private let signals: OperatorSignals
    private let journalFailed: @Sendable () -> Bool
    /// How far ahead sample 0 lies when a session is begun, in ns: wiring and warm-up must be over by then.
    public static let lead: UInt64 = 300_000_000
    /// Snapshots for whoever watches.
    public let snapshots = RigidRing<LoopSnapshot>(capacity: 16, repeating: LoopSnapshot())

    /// A loop that has not started.
    ///
    /// `link` has been greeted; once `journalFailed` says true, the loop ends in order.
    public init(
        setup: LoopSetup, plan: LoopPlan, source: any Source, link: GuardLink?, inlet: JournalInlet?,
        signals: OperatorSignals, journalFailed: @escaping @Sendable () -> Bool = { false }
    ) {
        self.setup = setup
        self.setup.isLockStep = plan.pace == .max
        var plan = plan
        plan.holds = link != nil
        self.plan = plan
        self.source = source
        self.link = link
        self.inlet = inlet
        self.signals = signals
        self.journalFailed = journalFailed
    }

    /// Runs to the end on a thread of its own.
    ///
    /// `epoch` is CLOCK_MONOTONIC at sample 0 (pace real).
    ///
    /// - Throws: what cannot be wired together; nothing has run then.
    public func run(epoch: UInt64, isVirtual: Bool) async throws(AssemblyError) -> LoopOutcome {
        let executor = RealtimeExecutor()
        let (thread, grant) = RealtimeThread.start(executor, realtime: plan.pace == .real)
        let clock = MonotonicClock(epoch: epoch)
        let ring = plan.pace == .real ? BlockRing(format: source.format, capacity: 64) : nil
        ring?.onPublish = { clock.announce() }
        let feed = LiveFeed(source: source, ring: ring)
        let wiring = Wiring(
            executor: executor, feed: feed, log: inlet.map { .journal($0) } ?? .none,
            port: link.map { .live($0, lockStep: plan.pace == .max) } ?? .none, source: source, arms: plan.arms,
            realtimeOrVirtual: isVirtual || grant.isRealtime, hasArmingEvidence: setup.armingEvidence(source.montage))
        let built: Wired
        do throws(AssemblyError) {
            built = try await wire(setup, wiring, snapshots: snapshots)
        } catch {
            executor.stop()
            thread.join()
            throw error
        }
        if let ring {
            do throws(SourceError) { try source.start(into: ring, epoch: epoch) } catch {
                executor.stop()
                thread.join()
                _ = built.learning?.stop()
                throw AssemblyError(text: "\(error)")
            }
        }
        await drive(built, executor: executor, clock: clock)
        executor.stop()
        thread.join()
        // Before the source is waited for: the guard still expects tokens, and a source may need a whole block to stop.
        let outcome = outcome(built, feed: feed, grant: grant, epoch: epoch)
        source.stop()
        return outcome
    }

    /// One detached task without an executor preference: the scheduler's job holds the thread until the loop ends.
    private func drive(_ built: Wired, executor: RealtimeExecutor, clock: MonotonicClock) async {
        let (plan, signals, journalFailed) = (plan, signals, journalFailed)
        switch plan.pace {
        case .real:
            let scheduler = Scheduler(
                on: executor, clock: clock, plan: plan, stages: built.stages,
                statistics: built.statistics, signals: signals, journalFailed: journalFailed)
            await Task.detached { await scheduler.run() }.value
        case .max:
            let scheduler = Scheduler(
                on: executor, clock: VirtualClock(), plan: plan, stages: built.stages, statistics: built.statistics,
                signals: signals, journalFailed: journalFailed)
            await Task.detached { await scheduler.run() }.value
        }
    }

    private func outcome(_ built: Wired, feed: LiveFeed, grant: RealtimeGrant, epoch: UInt64) -> LoopOutcome {
        var last = built.state.last
        let lost = link?.isClosed == true
        if let link, !lost { last = farewell(link, last: last, now: built.state.last.time, epoch: epoch) }
        let ending: LoopEnding =
            if last.latch != 0 || built.state.isStopped {
                .latched
            } else if !built.state.refusedArming.isEmpty {
                .notArmed(built.state.refusedArming.rawValue)
            } else if built.state.flags.contains(.orderRefused) {
                .notArmed(built.state.last.verdict)
            } else if lost {
                .guardLost
            } else if let failure = feed.failure ?? source.failure {
                .sourceFailed(failure)
            } else if plan.arms, link != nil, !built.state.wasArmed {
                .notArmed(InterlockSet.notArmed.rawValue)
            } else {
                .done
            }
        let adaptation = built.learning?.stop()
        return LoopOutcome(
            ending: ending, statistics: built.statistics, last: last, refusals: built.refusals.byNumber,
            decisions: built.totals.decisions, synapticOperations: built.totals.synapticOperations,
            neuronUpdates: built.totals.neuronUpdates, grant: grant, overruns: source.overruns,
            repeatedBlocks: feed.dropped, alarms: built.state.alarms.byNumber,
            leads: link?.leads ?? LeadTable(), adaptation: adaptation, readout: built.learning?.decoder.readout)
    }

    /// Disarms, gives tokens while the guard ramps what still runs off, and closes the socket.
    private func farewell(_ link: GuardLink, last: SafetyRecord, now: Int64, epoch: UInt64) -> SafetyRecord {
        while link.receive() != nil {}
        var final = last
        var time = now
        var order = RuntimeOrder.disarm
        for _ in 0..<200 {
            time = plan.pace == .real ? MonotonicClock(epoch: epoch).now() : time + plan.safety
            guard let report = exchange(link, order, at: time) else { break }
            final.take(report)
            guard report.mode == .fallback else { break }
            order = .token
            if plan.pace == .real { usleep(UInt32(plan.safety / 1_000)) }
        }
        link.close()
        return final
    }

    private func exchange(_ link: GuardLink, _ order: RuntimeOrder, at time: Int64) -> GuardReport? {
        var record = RuntimeRecord()
        record.order = order
        record.health = .max
        record.mode = order == .disarm ? .off : .fallback
        record.now = Microseconds(time / 1_000)
        guard link.send(&record) else { return nil }
        while let report = link.receiveBlocking(timeoutMilliseconds: 1_000) {
            if report.sequence == record.sequence { return report }
        }
        return nil
    }
}
