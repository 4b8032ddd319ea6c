public import Interlocks
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
    public internal(set) var mode: Mode = .off
    /// Interlocks that latched; empty: none.
    public internal(set) var latch: InterlockSet
    /// Why the last latch was acknowledged; empty before.
    public internal(set) var acknowledgement = ""
    /// Past the limits' expiry, as the wall clock says; the process sets it.
    public var limitsExpired = false
    /// Proposals refused.
    public internal(set) var refusals: Int64 = 0
    /// Records lost between two that arrived.
    public internal(set) var lostRecords: Int64 = 0

    var state: GateState
    var isVirtualTime: Bool
    var isRuntimePresent = true
    var isSupervised = false
    var stopRequested = false
    var lastSequence: UInt64 = 0
    var lastCounter: UInt64 = 0
    var lastToken = Microseconds(.min)
    var lastNow = Microseconds(.min)
    var leaseEnd = Microseconds(.min)
    var missingAcknowledgements: Int64 = 0
    var lastSegment: Segment?
    var fallback: FallbackProgram?

    /// A guard with output off; `latch` is what an earlier session left.
    public init(limits: Limits, settings: GuardSettings, latch: InterlockSet, device: consuming Device) {
        self.limits = limits
        self.settings = settings
        self.latch = latch
        self.device = device
        state = GateState(limits: limits)
        // No ledger survives a restart yet, and an unknown history counts as a full window: only emulations start
        // empty.
        if !settings.isVirtual { state.fillWindows(at: Microseconds(0)) }
        isVirtualTime = settings.virtualTime
        mode = latch.isEmpty ? .off : .latched
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
            endOutput(because: verdict, at: max(now, lastNow))
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
        if isVirtualTime && lastNow.value > .min && (now < lastNow || now.value - lastNow.value > 1_000_000) {
            faults.insert(.clock)
        }
        guard faults.isEmpty else { return faults }
        lostRecords += Int64(clamping: record.sequence - lastSequence - 1)
        lastSequence = record.sequence
        lastCounter = record.counter
        return []
    }

    private mutating func arm(_ record: RuntimeRecord) -> InterlockSet {
        var faults: InterlockSet = []
        if !settings.limitsArmable || limitsExpired { faults.insert(.limitsInvalid) }
        if !latch.isEmpty { faults.insert(.latchSet) }
        if stopRequested { faults.insert(.stop) }
        if !settings.isVirtual && !record.evidence.realtimeOrVirtual { faults.insert(.realtime) }
        if mode != .off && mode != .latched { faults.insert(.sequence) }
        guard faults.isEmpty else { return faults }
        change(to: .armed)
        return []
    }

    private mutating func disarm() {
        quench()
        fallback = nil
        if mode != .latched { change(to: .off) }
    }

    private mutating func acknowledge(_ record: RuntimeRecord) -> InterlockSet {
        guard !record.reason.isEmpty else { return .acknowledgement }
        guard !isOutputMode else { return .sequence }
        acknowledgement = record.reason.text
        latch = []
        stopRequested = false
        change(to: .off)
        return []
    }

    mutating func change(to next: Mode) {
        guard next != mode else { return }
        mode = next
        isSupervised = next == .openLoop || next == .closedLoop || next == .fallback
        state.modeChanged()
    }

    /// The device's output to 0, whatever it answers: a device that cannot be reached ends by its lease.
    mutating func quench() {
        do throws(DeliveryError) {
            try device.zero()
        } catch {
            latch.insert(.leaseExpired)
            mode = .latched
        }
    }

    /// Z and L: zero output now, latch.
    mutating func endOutput(because reasons: InterlockSet, at now: Microseconds) {
        lastNow = max(now, lastNow)
        device.now = lastNow
        latch.formUnion(reasons)
        if reasons.contains(.stop) { stopRequested = true }
        quench()
        fallback = nil
        if reasons != .stop { state.lockOut(at: lastNow) }
        change(to: .latched)
        isSupervised = false
    }

    /// A stop input other than the runtime's: SIGTERM to the guard.
    public mutating func stopInput(at now: Microseconds) { endOutput(because: .stop, at: max(now, lastNow)) }

    /// The device's link has ended.
    public mutating func deviceLost(at now: Microseconds) { endOutput(because: .leaseExpired, at: max(now, lastNow)) }

    private func report(
        _ record: RuntimeRecord, _ verdict: InterlockSet, _ flags: GuardFlags, _ echo: Segment
    ) -> GuardReport {
        var report = GuardReport()
        let answer = device.report
        report.mode = mode
        report.flags = flags
        if missingAcknowledgements > 0 { report.flags.insert(.uncertain) }
        if answer.complianceReached { report.flags.insert(.compliance) }
        if answer.isActive { report.flags.insert(.outputActive) }
        if answer.cancelledFrom.value < .max { report.flags.insert(.cancelled) }
        if limitsExpired { report.flags.insert(.limitsExpired) }
        report.sequence = record.sequence
        report.counter = record.counter
        report.now = lastNow
        report.latch = latch.rawValue
        report.verdict = verdict.rawValue
        report.segment = echo
        report.cancelledFrom = answer.cancelledFrom
        report.deliveredPulses = answer.deliveredPulses
        report.deliveredCharge = answer.deliveredCharge
        report.maximumAmplitude = answer.maximumAmplitude
        report.refusals = refusals
        report.leaseEnd = answer.leaseEnd
        report.impedance = answer.impedance
        return report
    }
}

extension GuardCore where Device: ~Copyable {
    /// Leading-phase charge that this guard's ledger holds for `contact` in dose window `window`.
    public func windowCharge(contact: Int, window: Int, at time: Microseconds) -> Femtocoulombs {
        state.windowCharge(contact: contact, window: window, at: time)
    }
}
