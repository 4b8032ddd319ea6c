internal import Interlocks
internal import Signal
internal import Stimulation

/// What the runtime knows about stimulation, as of the last report that it consumed.
///
/// Shared by the stimulation and the safety stage, both on the loop's one thread. It changes only by recorded inputs,
/// so that a replay has the same state at the same tick.
@safe final class StimulationState: @unchecked Sendable {
    /// A guard owns a stimulator; without one no proposal leaves the runtime.
    let hasGuard: Bool
    /// Nanoseconds from one safety tick to the next.
    let safetyPeriod: Int64
    private(set) var last = SafetyRecord()
    private(set) var mode = Mode.off
    /// The guard has said at least once that it is armed.
    private(set) var wasArmed = false
    private(set) var reportsMissing: Int64 = 0
    private(set) var isRampingOff = false
    private(set) var isStopped = false
    private(set) var endsWhenOff = false
    /// Arming was asked for and the guard was not even asked: what it rests on is not there.
    private(set) var refusedArming: InterlockSet = []
    /// By the loop's place in the profile.
    var lanes: [LaneState]
    /// Why the runtime's gate left for the signed fallback; empty again after the return.
    var fallbackReasons: InterlockSet = []
    /// What the runtime's gate wants latched: the guard is asked for zero output and a latch (Z, L).
    var latchReasons: InterlockSet = []
    /// A person asked for the closed loop since it was left.
    var wantsReturn = false
    /// What was worth an alarm, once for each cause.
    var alarms = AlarmBook()
    /// How often the device had reached its compliance limit before it was armed.
    private(set) var complianceEventsAtArming: Int64 = 0
    /// The guard's end of the socket is closed.
    var linkIsClosed = false

    /// `leads`: the lead of each loop, by its place in the limits.
    init(hasGuard: Bool, safetyPeriod: Int64, leads: [Int] = [0]) {
        lanes = leads.map(LaneState.init)
        self.hasGuard = hasGuard
        self.safetyPeriod = safetyPeriod
    }

    /// The entry criteria of the profile's mode hold for every loop.
    var mayEnter: Bool { lanes.allSatisfy { $0.mayEnter } }

    /// Nothing runs on any lead, and nothing more will be asked for.
    var isAtRest: Bool { lanes.allSatisfy { $0.isAtRest } }

    /// The loop for `lead`; nil where none is.
    func lane(ofLead lead: Int) -> Int? { lanes.firstIndex { $0.lead == lead } }

    var wantsFallback: Bool { !fallbackReasons.isEmpty }

    /// The mode that the next proposal is made for: a loop that has been left is a fallback before the guard says so.
    var judgedMode: Mode {
        wantsFallback && (mode == .openLoop || mode == .closedLoop) ? .fallback : mode
    }

    /// What the guard last said of itself.
    var flags: GuardFlags { GuardFlags(rawValue: UInt32(truncatingIfNeeded: last.flags)) }

    /// The session is over: latched, not armed, without a guard, or ended by order with output off.
    var isOver: Bool {
        if hasGuard && (linkIsClosed || mode == .latched || flags.contains(.orderRefused)) { return true }
        if hasGuard && !refusedArming.isEmpty { return true }
        return endsWhenOff && (isAtRest || isStopped)
    }

    /// Takes in what one safety tick consumed.
    func consume(_ record: SafetyRecord) {
        let orders = Orders(rawValue: record.orders)
        if orders.contains(.rampOff) { isRampingOff = true }
        if orders.contains(.stop) { isStopped = true }
        if orders.contains(.end) { endsWhenOff = true }
        if orders.contains(.closeLoop), wantsFallback { wantsReturn = true }
        if orders.contains(.arm) { refusedArming = record.armingRefusal }
        guard record.hasReport != 0 else {
            reportsMissing += hasGuard && record.safetyIndex > 0 ? 1 : 0
            last.takeWorld(record)
            return
        }
        reportsMissing = 0
        last = record
        let before = mode
        mode = Mode(rawValue: UInt8(truncatingIfNeeded: record.mode)) ?? .latched
        // The guard left by its own verdict, or because proposals stayed away: the runtime follows.
        if mode == .fallback, before == .openLoop || before == .closedLoop, !wantsFallback, !isRampingOff {
            fallbackReasons = record.verdict == 0 ? .sampleAge : InterlockSet(rawValue: record.verdict)
        }
        if !wasArmed { complianceEventsAtArming = record.complianceEvents }
        if mode == .armed || mode == .openLoop || mode == .closedLoop { wasArmed = true }
        if let lane = lane(ofLead: Int(clamping: record.lead)) { lanes[lane].consume(record) }
        if record.verdict != 0, before == .openLoop || before == .closedLoop || before == .fallback {
            alarms.take(InterlockSet(rawValue: record.verdict), at: Microseconds(record.time / 1_000))
        }
    }
}

/// What is known of one loop and its lead.
struct LaneState {
    /// Place of the lead in the limits.
    let lead: Int
    /// For the monitor.
    var decoded: Float = 0
    var confidence: Float = 0
    var amplitude = Nanoamperes(0)
    /// The entry criteria of the profile's mode hold.
    var mayEnter = false
    /// A fallback could end here and now.
    var mayReturn = false
    /// The guard refused a proposal since the stimulation stage last looked.
    var wasRefused = false
    /// What the stimulator accepted last: amplitude, first and last pulse, period.
    private(set) var accepted: SegmentTimes?
    /// The device flagged its compliance limit on this lead.
    private(set) var isAtCompliance = false
    /// Nothing runs, and nothing more will be asked for.
    var isAtRest = true
    /// The proposal that the next safety tick sends.
    var proposal: PendingProposal?

    init(lead: Int) { self.lead = lead }

    /// Takes in a report on this lead.
    mutating func consume(_ record: SafetyRecord) {
        let flags = GuardFlags(rawValue: UInt32(truncatingIfNeeded: record.flags))
        isAtCompliance = flags.contains(.compliance)
        if record.verdict != 0 { wasRefused = true }
        if record.echoPulses > 0 { accepted = SegmentTimes(record) }
    }
}

extension SafetyRecord {
    /// What arming lacks: evidence (IL-44), a journal (IL-35).
    var armingRefusal: InterlockSet {
        var reasons: InterlockSet = []
        if armingEvidence == 0 { reasons.insert(.armingEvidence) }
        if logHealthy == 0 { reasons.insert(.logAndDisk) }
        return reasons
    }

    /// Takes over all that is not the guard's report.
    mutating func takeWorld(_ record: SafetyRecord) {
        (safetyIndex, time, orders) = (record.safetyIndex, record.time, record.orders)
        (missesInWindow, realtimeOrVirtual) = (record.missesInWindow, record.realtimeOrVirtual)
        (lacksBlock, logHealthy, clocksAgree) = (record.lacksBlock, record.logHealthy, record.clocksAgree)
        (armingEvidence, consentExpired) = (record.armingEvidence, record.consentExpired)
    }
}

/// Amplitude and times of a segment that the stimulator accepted.
struct SegmentTimes {
    var amplitude: Nanoamperes
    var first: Microseconds
    var last: Microseconds
    var period: Microseconds

    init(_ record: SafetyRecord) {
        amplitude = Nanoamperes(record.echoAmplitude)
        first = Microseconds(record.echoFirstPulse)
        last = Microseconds(record.echoFirstPulse + (record.echoPulses - 1) * record.echoPeriod)
        period = Microseconds(record.echoPeriod)
    }
}

/// A segment that the runtime's gate permitted, on its way to the guard.
struct PendingProposal {
    var segment: Segment
    var evidence: Evidence
    var broken: InterlockSet
}
