import Interlocks
public import Signal
public import Stimulation

/// The guard without its sockets: records and clock readings in, reports and device calls out.
///
///     var core = GuardCore(limits: limits, settings: settings, latch: [], device: device)
///     let report = core.handle(record, at: now)     // one record, one report
///     core.advance(to: now)                         // between records: token timeout, fallback
///     core.runtimeLost(at: now)                     // the socket has ended
///
/// It judges every proposal again with the gate on its own ledger and clock and mints its own permit; of the runtime's
/// evidence it believes what only the runtime can know (samples, decoder, misses). Whatever sets ``latch`` has already
/// ended output or started the signed fallback when the call returns.
public struct GuardCore<Device: LeasedStimulator & ~Copyable>: ~Copyable {
    public var device: Device
    public let limits: Limits
    public let settings: GuardSettings
    /// The mode, by the one machine of modes.
    public var mode: Mode { machine.mode }
    /// Interlocks that latched; empty: none.
    public var latch: InterlockSet { machine.latch }
    /// Why the last latch was acknowledged; empty before.
    public internal(set) var acknowledgement = ""
    /// Past the limits' expiry, as the wall clock says; the process sets it.
    public var limitsExpired = false
    /// The latch could not be written: no arming any more.
    public var stateFailed = false
    /// Past the end of the subject's consent; the process sets it.
    public var consentExpired = false
    /// Proposals refused.
    public internal(set) var refusals: Int64 = 0
    /// Records lost between two that arrived.
    public internal(set) var lostRecords: Int64 = 0

    var machine: ModeMachine
    var state: GateState
    var isVirtualTime: Bool
    var isRuntimePresent = true
    var stopRequested = false
    var lastSequence: UInt64 = 0
    var lastCounter: UInt64 = 0
    var lastToken = Microseconds(.min)
    /// When the newest proposal came, or output was last off.
    var lastProposal = Microseconds(0)
    var lastNow = Microseconds(.min)
    var leaseEnd = Microseconds(.min)
    var missingAcknowledgements: Int64 = 0
    /// By lead: the newest segment, what the guard itself plays, and what of it no report has told yet.
    var lastSegments: [Segment?]
    var programs: [FallbackProgram?]
    var played: [Segment?]
    var watch = DeviceWatch()
    /// The runtime may take over the fallback that runs.
    var handsOver = false
    /// Latches once the segment that runs has ended: the violation was denied, what was permitted goes on.
    var latchesAfter: (bits: InterlockSet, time: Microseconds)?

    /// A guard with output off; `latch` is what an earlier session left.
    public init(limits: Limits, settings: GuardSettings, latch: InterlockSet, device: consuming Device) {
        self.limits = limits
        self.settings = settings
        machine = ModeMachine(latch: latch)
        self.device = device
        state = GateState(limits: limits)
        lastSegments = Array(repeating: nil, count: state.leads.count)
        programs = Array(repeating: nil, count: state.leads.count)
        played = Array(repeating: nil, count: state.leads.count)
        // Until a history is recalled it is unknown, and counts as full windows: only emulations start empty.
        if !settings.isVirtual { state.fillWindows(at: Microseconds(0)) }
        isVirtualTime = settings.virtualTime
    }

    /// True while pulses may still leave the device by this guard's will.
    public var isOutputMode: Bool { mode == .openLoop || mode == .closedLoop || mode == .fallback }

    /// True when the runtime is gone and output has ended: the process may exit.
    public var isFinished: Bool { !isRuntimePresent && !isOutputMode }

    /// Answers one record whose MAC has been verified.
    ///
    /// In virtual time the clock is the record's; `now` is then ignored.
    public mutating func handle(_ record: RuntimeRecord, at now: Microseconds) -> GuardReport {
        let now = isVirtualTime ? record.now : now
        var verdict = sequenceFaults(record, now)
        var flags: GuardFlags = []
        var echo = Segment.rest(at: now)
        guard verdict.isEmpty else {
            // A faulty record's own time moves nothing: a leap must not deliver what is queued.
            endOutput(because: verdict, at: isVirtualTime ? max(lastNow, Microseconds(0)) : now)
            return report(record, verdict, flags.union(.orderRefused), echo)
        }
        lastNow = max(now, lastNow)
        device.now = lastNow
        switch record.order {
        case .token: (verdict, echo) = token(record)
        case .arm: verdict = arm(record)
        case .disarm: disarm()
        case .stop: endOutput(because: .stop, at: lastNow)
        case .acknowledge: verdict = acknowledge(record)
        }
        heed()
        if record.order != .token && !verdict.isEmpty { flags.insert(.orderRefused) }
        if record.order == .token && record.hasProposal && verdict.isEmpty { flags.insert(.permitted) }
        return report(record, verdict, flags, echo)
    }

    /// A record that was too short, too long, forged or unreadable: zero output, latched.
    public mutating func handleMalformed(at now: Microseconds) -> GuardReport {
        let time = isVirtualTime ? max(lastNow, Microseconds(0)) : now
        endOutput(because: [.tokenStale, .sequence], at: max(time, lastNow))
        return report(RuntimeRecord(), [.tokenStale, .sequence], .orderRefused, .rest(at: time))
    }

    /// Faults of order and time, which end output at once: session, sequence, counter, and a virtual clock that runs
    /// backwards or leaps by more than a second.
    private mutating func sequenceFaults(_ record: RuntimeRecord, _ now: Microseconds) -> InterlockSet {
        var faults: InterlockSet = []
        if record.session != settings.session { faults.insert(.tokenStale) }
        if record.counter <= lastCounter { faults.insert(.tokenStale) }
        if record.sequence <= lastSequence { faults.insert(.sequence) }
        if isVirtualTime {
            let leap = now.value.subtractingReportingOverflow(max(lastNow.value, 0))
            if leap.overflow || !(0...1_000_000).contains(leap.partialValue) { faults.insert(.clock) }
        }
        guard faults.isEmpty else { return faults }
        let lost = lostRecords.addingReportingOverflow(Int64(clamping: record.sequence - lastSequence - 1))
        lostRecords = lost.overflow ? .max : lost.partialValue
        lastSequence = record.sequence
        lastCounter = record.counter
        return []
    }

    private mutating func arm(_ record: RuntimeRecord) -> InterlockSet {
        var faults: InterlockSet = []
        if !settings.limitsArmable || limitsExpired { faults.insert(.limitsInvalid) }
        if !latch.isEmpty { faults.insert(.latchSet) }
        if stopRequested { faults.insert(.stop) }
        if !isRealtimeOrVirtual { faults.insert(.realtime) }
        if consentExpired || !limits.consentsToStimulation { faults.insert(.consent) }
        if stateFailed { faults.insert(.logAndDisk) }
        if mode != .off && mode != .latched { faults.insert(.sequence) }
        faults.formUnion(selfTest())
        guard faults.isEmpty else { return faults }
        return move { $0.arm() } ? [] : .sequence
    }

    /// Off at once where output may end in one step of the signed ramp; else the guard itself ramps off.
    ///
    /// In virtual time, which only emulations have, no record would carry the ramp: off at once.
    private mutating func disarm() {
        let hadOutput = isOutputMode
        move { $0.disarm() }
        guard hadOutput else { return quench() }
        stopPlaying()
        if isVirtualTime || mayEndAtOnce || !play(.rampOff) { endFallback() }
    }

    /// Every lead's output may end in one step of the signed ramp.
    private var mayEndAtOnce: Bool {
        for lead in programs.indices {
            if let segment = running(lead: lead), !mayEndAtOnce(segment) { return false }
        }
        return true
    }

    private func mayEndAtOnce(_ segment: Segment) -> Bool {
        let step = limits.rampDown.multipliedReportingOverflow(by: segment.period.value)
        return step.overflow || segment.amplitude.value <= step.partialValue / 1_000_000
    }

    private mutating func acknowledge(_ record: RuntimeRecord) -> InterlockSet {
        guard !record.reason.isEmpty else { return .acknowledgement }
        guard !isOutputMode else { return .sequence }
        acknowledgement = record.reason.text
        stopRequested = false
        // Quits a stop button that was pressed.
        quench()
        watch.pending = []
        let hadLatch = move { $0.acknowledge() }
        if !hadLatch { move { $0.disarm() } }
        return []
    }

    /// One event of the machine of modes; a change of mode clears the gate's ramp credit, never its ledger.
    mutating func move<Answer>(_ event: (inout ModeMachine) -> Answer) -> Answer {
        let before = machine.mode
        let answer = event(&machine)
        if machine.mode != before { state.modeChanged() }
        return answer
    }

    /// The device's output to 0, whatever it answers: a device that cannot be reached ends by its lease.
    mutating func quench() {
        do throws(DeliveryError) {
            try device.zero()
            watch.isOff = true
            watch.pulsesWhenOff = device.report.deliveredPulses
            takeIn()
        } catch {
            move { $0.latch(.leaseExpired) }
        }
    }

    /// Z and L: zero output now, latch.
    mutating func endOutput(because reasons: InterlockSet, at now: Microseconds) {
        lastNow = max(now, lastNow)
        device.now = lastNow
        if reasons.contains(.stop) { stopRequested = true }
        move { $0.latch(reasons) }
        quench()
        stopPlaying()
        latchesAfter = nil
        if reasons != .stop { state.lockOut(at: lastNow) }
    }

    /// A fallback has come to rest: off, or latched where it carried the flag.
    mutating func endFallback() {
        guard latch.isEmpty else { return endOutput(because: latch, at: lastNow) }
        quench()
        stopPlaying()
        move { $0.rampEnded() }
    }

    /// A stop input other than the runtime's: SIGTERM to the guard.
    public mutating func stopInput(at now: Microseconds) { endOutput(because: .stop, at: max(now, lastNow)) }

    /// The host was suspended: BOOTTIME − MONOTONIC has changed.
    public mutating func clockJumped(at now: Microseconds) {
        watch.clocksAgree = false
        guard isOutputMode || mode == .armed else { return }
        endOutput(because: .clock, at: max(now, lastNow))
    }

    private mutating func report(
        _ record: RuntimeRecord, _ verdict: InterlockSet, _ flags: GuardFlags, _ echo: Segment
    ) -> GuardReport {
        var report = GuardReport()
        let answer = device.report
        report.mode = mode
        report.flags = flags
        report.flags.formUnion(conditions(answer, lead: Int(record.lead)))
        report.lead = record.lead
        report.sequence = record.sequence
        report.counter = record.counter
        report.now = lastNow
        report.latch = latch.rawValue
        report.verdict = verdict.rawValue
        report.segment = echo
        let lead = Int(record.lead)
        if echo.isRest, played.indices.contains(lead), let segment = played[lead] {
            report.segment = segment
            report.flags.insert(.fallbackSegment)
            played[lead] = nil
        }
        report.cancelledFrom = watch.cancelledFrom
        watch.cancelledFrom = Microseconds(.max)
        report.deliveredPulses = answer.deliveredPulses
        report.deliveredCharge = answer.deliveredCharge
        report.maximumAmplitude = answer.maximumAmplitude
        report.refusals = refusals
        report.leaseEnd = answer.leaseEnd
        report.measured = answer.measured
        report.measured.complianceEvents = watch.complianceEvents - watch.complianceEventsAtArming
        report.uncertainDeliveries = watch.uncertain
        report.acknowledged = settings.acknowledged
        report.leads = answer.leads
        return report
    }

    /// The flags that say what is the case, whatever was asked.
    private func conditions(_ answer: StimulatorReport, lead: Int) -> GuardFlags {
        var flags: GuardFlags = []
        if missingAcknowledgements > 0 || watch.uncertain > 0 { flags.insert(.uncertain) }
        if watch.isAtCompliance(lead: lead) { flags.insert(.compliance) }
        if answer.isActive { flags.insert(.outputActive) }
        if watch.cancelledFrom.value < .max { flags.insert(.cancelled) }
        if limitsExpired { flags.insert(.limitsExpired) }
        if consentExpired { flags.insert(.consentExpired) }
        if watch.deviceMatches { flags.insert(.deviceMatches) }
        if watch.readBackMatches { flags.insert(.readBackMatches) }
        if watch.clocksAgree { flags.insert(.clocksAgree) }
        if !stateFailed { flags.insert(.logHealthy) }
        if watch.selfTestPassed { flags.insert(.selfTestPassed) }
        let isResidualLow = isMagnitude(answer.measured.residualVoltage, atMost: settings.residualAlarm)
        if !isResidualLow { flags.insert(.residualAlarm) }
        if watch.isPowerRemoved { flags.insert(.powerRemoved) }
        return flags
    }
}

extension GuardCore where Device: ~Copyable {
    /// Leading-phase charge that this guard's ledger holds for `contact` in dose window `window`.
    public func windowCharge(contact: Int, window: Int, at time: Microseconds) -> Femtocoulombs {
        state.windowCharge(contact: contact, window: window, at: time)
    }
}
