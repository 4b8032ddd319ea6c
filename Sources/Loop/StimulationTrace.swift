public import Sessions
import Signal

/// What a journal says about stimulation, in order: segments that the device accepted and segments that were refused.
///
/// Read from the journal alone. A cancellation takes pulses off the segments that it cut.
public struct StimulationTrace: Sendable {
    /// One accepted or refused segment.
    public struct Event: Hashable, Sendable {
        /// Tick of the proposal; nil: the guard's own fallback played it.
        public var tick: Int64?
        /// Place of its loop among the profile's loops.
        public var lane = 0
        /// The safety tick at which the guard's answer was consumed; nil where the runtime itself refused.
        public var safetyIndex: Int64?
        /// Index of the pair in the limits.
        public var pair: Int64
        /// nA, and µs of the leading phase.
        public var amplitude: Int64, width: Int64
        /// µs since the start of the session.
        public var firstPulse: Int64
        public var period: Int64
        /// 0 in a refusal, and where every pulse was cancelled.
        public var pulses: Int64
        /// Interlocks of the two gates; 0: permitted, nil: never judged.
        public var runtimeVerdict: UInt64?
        public var guardVerdict: UInt64?

        public var isRefusal: Bool { (runtimeVerdict ?? 0) != 0 || (guardVerdict ?? 0) != 0 }

        /// The pulse `index` (from 0) starts here.
        public func time(ofPulse index: Int64) -> Int64 { firstPulse + index * period }
    }

    public private(set) var events: [Event] = []
    /// The newest proposal of each loop.
    private var waiting: [Int: (tick: Int64, proposal: ProposalRecord)] = [:]
    private var recent: [(tick: Int64, proposal: ProposalRecord)] = []

    /// The events of `reader` up to its end.
    ///
    /// - Throws: where a record is damaged.
    public init(_ reader: JournalReader) throws(JournalError) {
        while let record = try reader.next() { follow(record) }
    }

    /// Pulses that left the device, as far as the journal says.
    public var pulses: Int64 { events.reduce(0) { $0 + $1.pulses } }

    /// The event that delivered pulse `number` (from 1), and the pulse's index in it; nil where there is none.
    public func event(ofPulse number: Int64) -> (event: Event, index: Int64)? {
        var before: Int64 = 0
        for event in events {
            if number > before, number <= before + event.pulses { return (event, number - before - 1) }
            before += event.pulses
        }
        return nil
    }

    /// The last event that began at or before `time` (µs since the start of the session).
    public func event(at time: Int64) -> Event? { events.last { $0.firstPulse <= time } }

    private mutating func follow(_ record: JournalRecord) {
        let lane = StageNumber.lane(ofNumber: record.stage)
        switch record.kind {
        case .proposal:
            if let proposal = ProposalRecord(payload: record.payload) { follow(proposal, lane, tick: record.tick) }
        case .recordedInput:
            if let safety = SafetyRecord(payload: record.payload), safety.hasReport != 0 { follow(safety, lane) }
        default: break
        }
    }

    private mutating func follow(_ proposal: ProposalRecord, _ lane: Int, tick: Int64) {
        waiting[lane] = (tick, proposal)
        if recent.count == 64 { recent.removeFirst() }
        recent.append((tick, proposal))
        guard proposal.broken != 0, proposal.pulses > 0 else { return }
        events.append(
            Event(
                tick: tick, lane: lane, safetyIndex: nil, pair: proposal.pair, amplitude: proposal.amplitude,
                width: proposal.width, firstPulse: proposal.firstPulse, period: proposal.period, pulses: 0,
                runtimeVerdict: proposal.broken, guardVerdict: nil))
    }

    private mutating func follow(_ safety: SafetyRecord, _ lane: Int) {
        if safety.cancelledFrom < .max { cancel(from: safety.cancelledFrom) }
        if safety.echoPulses > 0 {
            let match = recent.last {
                $0.proposal.firstPulse == safety.echoFirstPulse && $0.proposal.amplitude == safety.echoAmplitude
                    && $0.proposal.pair == safety.echoPair
            }
            events.append(
                Event(
                    tick: match?.tick, lane: lane, safetyIndex: safety.safetyIndex, pair: safety.echoPair,
                    amplitude: safety.echoAmplitude,
                    width: safety.echoWidth, firstPulse: safety.echoFirstPulse, period: safety.echoPeriod,
                    pulses: safety.echoPulses, runtimeVerdict: match?.proposal.broken, guardVerdict: safety.verdict))
        } else if safety.verdict != 0, let (tick, proposal) = waiting[lane], proposal.pulses > 0,
            proposal.broken == 0
        {
            events.append(
                Event(
                    tick: tick, lane: lane, safetyIndex: safety.safetyIndex, pair: proposal.pair,
                    amplitude: proposal.amplitude, width: proposal.width, firstPulse: proposal.firstPulse,
                    period: proposal.period, pulses: 0, runtimeVerdict: 0, guardVerdict: safety.verdict))
            waiting[lane] = nil
        }
    }

    /// What the device cancelled from `time` on never left it.
    private mutating func cancel(from time: Int64) {
        for index in events.indices.reversed() {
            let event = events[index]
            guard event.pulses > 0 else { continue }
            let last = event.time(ofPulse: event.pulses - 1)
            // Leads take turns in the journal: an older segment of one may reach beyond a newer one of the other.
            if last < time - 1_000_000 { return }
            guard last >= time else { continue }
            events[index].pulses = time <= event.firstPulse ? 0 : (time - event.firstPulse - 1) / event.period + 1
        }
    }
}

extension ProposalRecord {
    /// The proposal in the bytes of a journal's payload; nil when their number is wrong.
    public init?(payload: [UInt8]) {
        guard payload.count == MemoryLayout<ProposalRecord>.size else { return nil }
        self = unsafe payload.withUnsafeBytes { unsafe $0.loadUnaligned(as: ProposalRecord.self) }
    }
}
