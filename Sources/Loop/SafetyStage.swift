public import Acquisition
internal import Interlocks
internal import Sessions
internal import Signal
internal import Stimulation

/// The runtime's end of the guard, as the safety stage sees it.
enum SafetyPort {
    /// A guard process. In lock-step the answer is waited for, but consumed at the next safety tick all the same.
    case live(GuardLink, lockStep: Bool)
    /// A replay: the tick carries what was consumed.
    case recorded
    /// No stimulator: safety ticks still count and are journalled.
    case none
}

/// Every safety tick: takes in the guard's reports, gives the tokens, sends the latest proposals, one a loop.
///
/// This stage holds the one bracket in which a tick makes system calls: one receive and one send a loop, none waiting
/// (in virtual time the receive waits, because the guard runs in lock-step).
@safe actor SafetyStage {
    nonisolated let unownedExecutor: UnownedSerialExecutor
    private let port: SafetyPort
    private let state: StimulationState
    private let source: (any Source)?
    private let log: StageLog
    private let outputMode: Mode
    private let arms: Bool
    private let startTime: Int64
    private let realtimeOrVirtual: Bool
    private let hasArmingEvidence: Bool
    /// In lock-step: the answers to the newest records, one a loop, and how many of them were consumed.
    private var waiting: [GuardReport?]
    private var consumedAnswers = 0
    /// Of the newest token that was sent.
    private var sentCounter: Int64 = 0

    init(
        on executor: RealtimeExecutor, port: SafetyPort, state: StimulationState, source: (any Source)?,
        log: StageLog, outputMode: Mode, arms: Bool, startTime: Int64, realtimeOrVirtual: Bool,
        hasArmingEvidence: Bool
    ) {
        unsafe unownedExecutor = executor.asUnownedSerialExecutor()
        self.port = port
        self.state = state
        self.source = source
        self.log = log
        self.outputMode = outputMode
        self.arms = arms
        self.startTime = startTime
        self.realtimeOrVirtual = realtimeOrVirtual
        self.hasArmingEvidence = hasArmingEvidence
        waiting = Array(repeating: nil, count: state.lanes.count)
    }

    /// The first half of a safety tick: what the world decided.
    func take(_ tick: inout Tick) {
        var record = tick.recorded ?? consumed(tick)
        tick.recorded = nil
        absorb(record, tick)
        while let next = nextAnswer(after: record, tick) {
            record = next
            absorb(record, tick)
        }
    }

    /// The second half: a token and the newest proposal of each loop.
    ///
    /// True: the session is over (a latch, or the end that was ordered with output off).
    func give(_ tick: Tick) -> Bool {
        for lane in state.lanes.indices { give(token(tick, lane), lane) }
        consumedAnswers = 0
        return state.isOver
    }

    private func absorb(_ record: SafetyRecord, _ tick: Tick) {
        state.consume(record)
        if record.hasReport != 0 { feedBack(record) }
        let lane = state.lane(ofLead: Int(clamping: record.lead)) ?? 0
        log.append(.recordedInput, .safety, lane: lane, tick: tick.index, record)
    }

    /// Each loop's record has an answer, and after a late one more wait: all are taken in, so that the runtime does not
    /// stay behind for good.
    private func nextAnswer(after record: SafetyRecord, _ tick: Tick) -> SafetyRecord? {
        guard case .live = port, record.hasReport != 0, record.reportCounter < sentCounter, let report = answer()
        else { return nil }
        var next = world(tick)
        (next.orders, next.lacksBlock) = (0, 0)
        next.take(report)
        return next
    }

    /// What the world decided since the last safety tick.
    private func consumed(_ tick: Tick) -> SafetyRecord {
        var record = world(tick)
        guard let report = answer() else { return record }
        record.take(report)
        return record
    }

    /// All that is not the guard's report.
    private func world(_ tick: Tick) -> SafetyRecord {
        var record = SafetyRecord()
        record.safetyIndex = tick.safetyIndex
        record.time = tick.safetyTime
        record.orders = tick.orders.rawValue
        record.missesInWindow = tick.missesInWindow
        record.realtimeOrVirtual = realtimeOrVirtual ? 1 : 0
        record.lacksBlock = tick.lacksBlock ? 1 : 0
        record.logHealthy = tick.isLogHealthy ? 1 : 0
        record.clocksAgree = tick.clocksAgree ? 1 : 0
        record.armingEvidence = hasArmingEvidence ? 1 : 0
        record.consentExpired = tick.isConsentOver ? 1 : 0
        record.lead = Int64(state.lanes[0].lead)
        return record
    }

    private func answer() -> GuardReport? {
        switch port {
        case .live(let link, lockStep: false): return link.receive()
        case .live:
            guard consumedAnswers < waiting.count else { return nil }
            consumedAnswers += 1
            return waiting[consumedAnswers - 1]
        case .recorded, .none: return nil
        }
    }

    /// The device's echo goes to the source: a twin answers what was accepted, after what was cancelled before it.
    private func feedBack(_ record: SafetyRecord) {
        if let cancellation = record.cancellation { source?.stimulate(cancellation) }
        if let echo = record.echo { source?.stimulate(echo) }
    }

    private func token(_ tick: Tick, _ lane: Int) -> RuntimeRecord {
        var record = RuntimeRecord()
        record.now = Microseconds(tick.safetyTime / 1_000)
        record.tick = tick.index
        record.health = tick.health
        record.lead = UInt8(clamping: state.lanes[lane].lead)
        record.order = lane == 0 ? order(tick.orders) : .token
        record.mode = wantedMode(tick, lane)
        record.evidence.stopRequested = state.isStopped
        record.evidence.latch = state.last.latch
        record.evidence.realtimeOrVirtual = state.last.realtimeOrVirtual != 0
        record.evidence.armingEvidenceValid = state.last.armingEvidence != 0
        record.evidence.logHealthy = state.last.logHealthy != 0
        record.evidence.clocksAgree = state.last.clocksAgree != 0
        record.evidence.consentExpired = state.last.consentExpired != 0
        if let proposal = state.lanes[lane].proposal {
            record.hasProposal = true
            record.segment = proposal.segment
            record.evidence = proposal.evidence
            record.runtimeVerdict = proposal.broken.rawValue
            state.lanes[lane].proposal = nil
        }
        if record.mode == .latched { record.evidence.latch = state.latchReasons.rawValue }
        return record
    }

    private func order(_ orders: Orders) -> RuntimeOrder {
        if orders.contains(.stop) { return .stop }
        return orders.contains(.arm) && state.refusedArming.isEmpty ? .arm : .token
    }

    /// Output starts when the guard is armed, the filters have settled and the entry criteria hold.
    ///
    /// A sensing fault asks for the fallback; what must latch asks for the latch.
    private func wantedMode(_ tick: Tick, _ lane: Int) -> Mode {
        if !state.latchReasons.isEmpty { return .latched }
        if state.wantsFallback, state.mode == .openLoop || state.mode == .closedLoop {
            // A loop that proposed before another one left is judged as it was; the other's record follows.
            return state.lanes[lane].proposal?.evidence.mode == state.mode ? state.mode : .fallback
        }
        if state.mode == .fallback, !state.wantsFallback, !state.isRampingOff, arms { return outputMode }
        guard arms, state.mode == .armed else { return state.mode }
        return tick.safetyTime >= startTime && state.mayEnter ? outputMode : .armed
    }

    private func give(_ token: RuntimeRecord, _ lane: Int) {
        guard case .live(let link, let lockStep) = port else { return }
        var record = token
        let isSent = link.send(&record)
        if isSent { sentCounter = Int64(bitPattern: record.counter) }
        waiting[lane] = lockStep && isSent ? link.receiveBlocking(timeoutMilliseconds: 10_000) : nil
        state.linkIsClosed = link.isClosed
    }
}

extension SafetyRecord {
    /// What the stimulator cancelled of earlier segments, for a twin to forget; nil where it cancelled nothing.
    public var cancellation: SegmentEcho? {
        cancelledFrom == .max ? nil : .cancel(from: Microseconds(cancelledFrom))
    }

    /// What the stimulator accepted, for a twin to feel after ``cancellation``; nil where it accepted nothing.
    public var echo: SegmentEcho? {
        guard echoPulses > 0 else { return nil }
        return SegmentEcho(
            firstPulse: Microseconds(echoFirstPulse), period: Microseconds(echoPeriod), width: Microseconds(echoWidth),
            amplitude: Nanoamperes(echoAmplitude), pulses: echoPulses, lead: Int32(clamping: lead))
    }

    /// Takes over what the guard reported.
    mutating func take(_ report: GuardReport) {
        hasReport = 1
        reportCounter = Int64(bitPattern: report.counter)
        mode = Int64(report.mode.rawValue)
        latch = report.latch
        verdict = report.verdict
        leaseEnd = report.leaseEnd.value
        lead = Int64(report.lead)
        echoPair = Int64(report.segment.pair)
        echoFirstPulse = report.segment.firstPulse.value
        echoPeriod = report.segment.period.value
        echoWidth = report.segment.width.value
        echoAmplitude = report.segment.amplitude.value
        echoPulses = report.segment.pulses
        cancelledFrom = report.cancelledFrom.value
        deliveredPulses = report.deliveredPulses
        deliveredCharge = report.deliveredCharge.value
        maximumAmplitude = report.maximumAmplitude.value
        guardRefusals = report.refusals
        flags = Int64(report.flags.rawValue)
        let measured = report.measured
        (impedance, impedanceTime) = (measured.impedance, measured.impedanceTime.value)
        residualVoltage = measured.residualVoltage
        (voltageLow, voltageHigh) = (measured.electrodeVoltageLow, measured.electrodeVoltageHigh)
        (measuredImbalance, measuredNetCharge) = (measured.imbalance.value, measured.netCharge.value)
        complianceEvents = measured.complianceEvents
        uncertainDeliveries = report.uncertainDeliveries
        acknowledged = Int64(report.acknowledged.rawValue)
    }
}
