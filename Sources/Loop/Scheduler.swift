internal import CLinux
internal import Interlocks
internal import Signal

/// Releases stages with absolute deadlines and runs the earliest one, until the loop ends.
///
/// Three rate groups: blocks (acquire, condition, decode, stimulate), safety ticks, monitoring. All stages are actors
/// on this actor's executor: no `await` here suspends. A safety tick that is due when a block ends waits for that
/// block's decision, at most until the decision's deadline: so both paces keep one order, and in real time a missing
/// block cannot hold the token back.
///
/// In real time the source announces a block through the clock, and the thread sleeps until then: to look again and
/// again would cost nearly as much as the tick itself. A block that nobody announced is found within a millisecond.
@safe actor Scheduler<Clock: TickClock> {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let clock: Clock
    private let plan: LoopPlan
    private let stages: Stages
    private let statistics: LoopStatistics
    private let signals: OperatorSignals
    private let journalFailed: @Sendable () -> Bool
    private var steady = SteadyCounters()
    private var due = DueSlots()
    private var misses = MissWindow()
    private var blockDue: Int64
    private var look: Int64
    private var isAnnounced = false
    /// In virtual time: a block that the source gave before its time.
    private var ahead: Int64?
    /// The next tick to decide, and the newest block that came.
    private var nextTick: Int64 = 0
    private var newestBlock: Int64 = -1
    /// The host was suspended.
    private var wasSuspended = false
    private var returnsTaken = 0
    private var nextSafety: Int64
    private var nextMonitor: Int64
    private var end = Int64.max
    private var started: Int64 = 0
    private var startedCPU: UInt64 = 0

    init(
        on executor: RealtimeExecutor, clock: Clock, plan: LoopPlan, stages: Stages, statistics: LoopStatistics,
        signals: OperatorSignals, journalFailed: @escaping @Sendable () -> Bool
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.clock = clock
        self.plan = plan
        self.stages = stages
        self.statistics = statistics
        self.signals = signals
        self.journalFailed = journalFailed
        blockDue = plan.block
        look = plan.block + (plan.pace == .real ? Self.patience : 0)
        nextSafety = plan.safety
        // Half a safety period late: on the boundary itself a block is always due, and the monitor always shed.
        nextMonitor = plan.monitor + plan.safety / 2
    }

    /// Runs the loop to its end: the source's, the plan's, or an operator's.
    func run() async {
        var tick = Tick()
        while nextSafety <= end {
            if clock.wait(until: min(lookTime, safetyRelease, nextMonitor)) { isAnnounced = true }
            let now = clock.now()
            if lookTime <= now { await lookForBlock(at: now, &tick) }
            releaseTimed(at: now)
            while let slot = due.takeEarliest() { await run(slot, &tick) }
        }
        steady.stop(into: statistics)
    }

    /// The two clocks are read one after the other: what is less was no suspend.
    private static var suspension: Int64 { 100_000_000 }

    /// How long a source may keep silent in real time before it is asked.
    private static var patience: Int64 { 1_000_000 }

    /// When to look for the next block; never before it ends, nor after the last.
    private var lookTime: Int64 { end != .max ? .max : isAnnounced ? blockDue : look }

    /// A safety tick at a block's end waits for the block, but no longer than the decision may take.
    private var safetyRelease: Int64 {
        end != .max || nextSafety < blockDue ? nextSafety : max(nextSafety, blockDue + plan.decisionDeadline)
    }

    /// Admits the next block if it is there, and sets when to look again.
    private func lookForBlock(at now: Int64, _ tick: inout Tick) async {
        isAnnounced = false
        if let waiting = ahead { return admit(waiting, at: now, &tick) }
        switch await stages.acquisition.poll() {
        case .block(let index): admit(index, at: now, &tick)
        case .notYet: look = now + Self.patience
        case .ended: end = blockDue - plan.block
        }
    }

    /// In virtual time a block waits until it ends: what the source skipped is missing until then.
    private func admit(_ index: Int64, at now: Int64, _ tick: inout Tick) {
        if plan.pace == .max, (index + 1) * plan.block > now {
            (ahead, look) = (index, (index + 1) * plan.block)
            return
        }
        ahead = nil
        if index > newestBlock + 1 { statistics.gaps += 1 }
        newestBlock = index
        begin(plan.holds ? index : max(index, nextTick), &tick)
    }

    private func begin(_ index: Int64, _ tick: inout Tick) {
        tick.index = index
        tick.blockEnd = (index + 1) * plan.block
        tick.answered = 0
        tick.isDecoderLate = false
        due.release(.acquire, deadline: tick.blockEnd + min(plan.decisionDeadline, plan.safety))
        beginLane(0, &tick)
    }

    /// One loop's part of the block; the next loop's follows at once, with the same deadline.
    private func beginLane(_ lane: Int, _ tick: inout Tick) {
        tick.lane = lane
        tick.decision = nil
        let deadline = tick.blockEnd + min(plan.decisionDeadline, plan.safety)
        due.release(.condition, deadline: deadline)
        due.release(.decode, deadline: deadline)
        due.release(.stimulate, deadline: deadline)
    }

    private func releaseTimed(at now: Int64) {
        if safetyRelease <= now, nextSafety <= end {
            due.release(.safety, deadline: nextSafety + plan.safety)
        }
        if nextMonitor <= now { due.release(.monitor, deadline: nextMonitor + plan.monitor) }
    }

    private func run(_ slot: Slot, _ tick: inout Tick) async {
        let before = plan.measuresStages ? ansa_thread_cpu_nanoseconds() : 0
        switch slot {
        case .acquire:
            started = clock.now()
            startedCPU = ansa_thread_cpu_nanoseconds()
            await stages.acquisition.acquire(&tick)
        case .condition: await stages.lanes[tick.lane].conditioning.process(&tick)
        case .decode: await stages.lanes[tick.lane].decoding.process(&tick)
        case .stimulate:
            await stages.lanes[tick.lane].stimulation.process(&tick)
            let next = tick.lane + 1
            if next < stages.lanes.count { beginLane(next, &tick) } else { await finishChain(&tick) }
        case .safety: await runSafety(&tick)
        case .monitor: await runMonitor(tick)
        }
        if plan.measuresStages { statistics.stages[slot.rawValue].add(Int64(ansa_thread_cpu_nanoseconds() - before)) }
    }

    private func finishChain(_ tick: inout Tick) async {
        let compute = Int64(ansa_thread_cpu_nanoseconds() - startedCPU)
        let latency = clock.now() - tick.blockEnd
        account(tick, latency: latency, compute: compute)
        tick.health = tick.answered | ~Slot.bits(lanes: stages.lanes.count)
        await stages.acquisition.release(TimingRecord(latency: latency, compute: compute), &tick)
        statistics.ticks += 1
        steady.count(tick: statistics.ticks)
        advance(past: tick.index, &tick)
        // Behind time, the next block may wait already, announced together with this one.
        look = plan.pace == .real && clock.now() < blockDue ? blockDue + Self.patience : blockDue
    }

    /// Tick `index` is decided; a late block, whose tick was decided without it, leads no further.
    private func advance(past index: Int64, _ tick: inout Tick) {
        nextTick = max(nextTick, index + 1)
        tick.index = nextTick
        blockDue = (nextTick + 1) * plan.block
        if let ticks = plan.ticks, nextTick >= ticks { end = nextTick * plan.block }
    }

    private func account(_ tick: Tick, latency: Int64, compute: Int64) {
        statistics.compute.add(compute)
        statistics.latency.add(latency)
        guard tick.isDecoderLate || plan.pace == .real && latency > plan.decisionDeadline else { return }
        let cause: MissCause =
            tick.isDecoderLate
            ? .blocked
            : compute > plan.decisionDeadline
                ? .compute : started - tick.blockEnd > plan.decisionDeadline - compute ? .release : .blocked
        statistics.misses += 1
        statistics.missesByCause[cause.rawValue] += 1
        misses.add(at: clock.now())
    }

    private func runSafety(_ tick: inout Tick) async {
        tick.safetyTime = nextSafety
        tick.missesInWindow = misses.count(window: plan.missWindow, at: nextSafety)
        tick.orders = orders(tick)
        watchWorld(&tick)
        if tick.health != .max { statistics.unhealthyTokens += 1 }
        await stages.safety.take(&tick)
        if tick.lacksBlock { await decideWithoutBlock(&tick) }
        let isOver = await stages.safety.give(tick)
        tick.safetyIndex += 1
        nextSafety += plan.safety
        if isOver { end = min(end, tick.safetyTime) }
    }

    /// What the world says of journal, clocks, consent, and of the block that is due.
    private func watchWorld(_ tick: inout Tick) {
        tick.isLogHealthy = !journalFailed()
        if clock.slept() > Self.suspension { wasSuspended = true }
        tick.clocksAgree = tick.deviceClockAgrees && !wasSuspended
        if let ends = plan.consentEnds, tick.safetyIndex % max(1, 1_000_000_000 / plan.safety) == 0 {
            tick.isConsentOver = plan.wallClock() >= ends
        }
        tick.lacksBlock = plan.holds && end == .max && nextSafety >= blockDue + plan.safety
    }

    /// The overdue block's tick: the stimulation stage goes on with what it has.
    private func decideWithoutBlock(_ tick: inout Tick) async {
        tick.blockEnd = blockDue
        for lane in stages.lanes { await lane.stimulation.hold(tick) }
        tick.lacksBlock = false
        advance(past: tick.index, &tick)
        if ahead == nil { look = min(look, clock.now()) }
    }

    /// What the plan and the operator ask for now.
    private func orders(_ tick: Tick) -> Orders {
        var orders: Orders = []
        let interrupts = signals.interrupts.count
        if signals.returns.count > returnsTaken {
            returnsTaken = signals.returns.count
            orders.insert(.closeLoop)
        }
        if plan.arms, tick.safetyIndex == 0 { orders.insert(.arm) }
        if let ticks = plan.ticks, tick.index >= ticks - plan.rampTicks { orders.insert(.rampOff) }
        if interrupts == 1 || journalFailed() { orders.formUnion([.rampOff, .end]) }
        if interrupts > 1 { orders.formUnion([.stop, .end]) }
        return orders
    }

    /// The monitor is optional work: it is shed when a block or a safety tick is due.
    private func runMonitor(_ tick: Tick) async {
        if plan.pace == .real, clock.now() >= min(blockDue, nextSafety) {
            statistics.shedMonitors += 1
        } else {
            await stages.monitor.process(tick)
        }
        nextMonitor += plan.monitor
    }
}
