import Sessions
import Signal

/// What a journal tells besides its samples, in seconds since the session's first sample.
struct SessionStory {
    let format: BlockFormat
    /// The date of the session's first label, where it has one.
    let start: String?
    /// In order of time.
    private(set) var events: [RecordedEvent] = []
    /// One decision and its tick.
    struct Decided {
        let tick: Int64
        let record: DecisionRecord
    }

    /// By loop, in order of their ticks.
    private(set) var decisions: [[Decided]] = []
    private(set) var ticks: Int64 = 0

    init(_ directory: String, spikes: Bool) throws(JournalError) {
        let reader = try JournalReader(directory)
        format = reader.header.format
        start = reader.labels.first { $0.name == "date" }?.value
        var state = State()
        while let record = try reader.next() {
            switch record.kind {
            case .block: ticks = max(ticks, record.tick + 1)
            case .decision: add(record)
            case .recordedInput:
                if let safety = SafetyRecord(payload: record.payload) { follow(safety, &state) }
            case .spikes where spikes && StageNumber(number: record.stage) == .decoding: addSpikes(record.payload)
            default: break
            }
        }
        reader.rewind()
        addStimulation(try StimulationTrace(reader))
        events = events.enumerated().sorted { ($0.element.onset, $0.offset) < ($1.element.onset, $1.offset) }
            .map(\.element)
    }

    /// The mode and latch of each lead as they were last reported.
    private struct State {
        var modes: [Int64: Int64] = [:]
        var latches: [Int64: UInt64] = [:]
    }

    private mutating func add(_ record: JournalRecord) {
        let lane = StageNumber.lane(ofNumber: record.stage)
        guard let decision = DecisionRecord(payload: record.payload) else { return }
        while decisions.count <= lane { decisions.append([]) }
        guard record.tick > decisions[lane].last?.tick ?? -1 else { return }
        decisions[lane].append(Decided(tick: record.tick, record: decision))
        ticks = max(ticks, record.tick + 1)
    }

    private mutating func follow(_ safety: SafetyRecord, _ state: inout State) {
        guard safety.hasReport != 0 else { return }
        let onset = Double(safety.time) / 1e9
        if state.modes[safety.lead] != safety.mode {
            state.modes[safety.lead] = safety.mode
            let name = Mode(rawValue: UInt8(truncatingIfNeeded: safety.mode)).map { "\($0)" } ?? "unknown"
            events.append(RecordedEvent(onset: onset, text: "mode \(name), lead \(safety.lead)"))
        }
        if state.latches[safety.lead, default: 0] != safety.latch {
            state.latches[safety.lead] = safety.latch
            let text = safety.latch == 0 ? "latch released" : "latched: \(SessionStory.names(safety.latch))"
            events.append(RecordedEvent(onset: onset, text: "\(text), lead \(safety.lead)"))
        }
    }

    /// A spike is i64 sample, i32 unit, i32 polarity.
    private mutating func addSpikes(_ payload: [UInt8]) {
        for at in stride(from: 0, to: payload.count - 15, by: 16) {
            let sample = (0..<8).reduce(Int64(0)) { $0 | Int64(payload[at + $1]) << Int64(8 * $1) }
            let unit = (0..<4).reduce(UInt32(0)) { $0 | UInt32(payload[at + 8 + $1]) << UInt32(8 * $1) }
            events.append(
                RecordedEvent(
                    onset: Double(sample) / format.rate, text: "spike unit \(Int32(bitPattern: unit))"))
        }
    }

    private mutating func addStimulation(_ trace: StimulationTrace) {
        for event in trace.events {
            let onset = Double(event.firstPulse) / 1e6
            let shape = "pair \(event.pair), \(event.amplitude) nA, \(event.width) us"
            if event.pulses > 0 {
                events.append(
                    RecordedEvent(
                        onset: onset, duration: Double(event.pulses * event.period) / 1e6,
                        text: "pulses \(event.pulses) every \(event.period) us, \(shape)"))
            } else if event.isRefusal {
                let runtime = event.runtimeVerdict ?? 0
                let verdict = runtime != 0 ? runtime : event.guardVerdict ?? 0
                let who = runtime != 0 ? "runtime" : "guard"
                events.append(
                    RecordedEvent(onset: onset, text: "refused by \(who): \(SessionStory.names(verdict)), \(shape)"))
            }
        }
    }

    private static func names(_ bits: UInt64) -> String {
        (0..<64).filter { bits & (1 << UInt64($0)) != 0 }.map { InterlockSet.name(ofBit: $0).description }
            .joined(separator: " ")
    }
}
