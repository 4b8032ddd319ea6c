import Foundation
import Loop
import Sessions
public import Signal

/// What one session of a campaign came to, from its journal and from the stimulator's own record.
public struct CampaignTrace: Sendable {
    /// A refusal, an alarm or a latch that names interlocks, in µs since the session's start.
    public struct Denial: Sendable {
        public var time: Int64
        public var interlocks: InterlockSet
    }
    /// A stretch in a mode, from the guard's reports.
    public struct Stretch: Sendable {
        public var time: Int64
        public var mode: Mode
    }

    /// Modes in order, each where it begins.
    public private(set) var modes: [Stretch] = []
    public private(set) var denials: [Denial] = []
    /// Blocks that said that samples are missing.
    public private(set) var gaps: Int64 = 0
    /// Times of the pulses in the stimulator's own record.
    public private(set) var pulses: [Int64] = []
    /// Amplitude × width of every pulse of that record: nA × µs = fC.
    public private(set) var recordedCharge: Int64 = 0
    /// What the guard's ledger says was delivered, fC.
    public private(set) var ledgerCharge: Int64 = 0
    /// The last time of the journal.
    public private(set) var end: Int64 = 0
    public let exitCode: Int32
    /// Interlocks with an alarm.
    public let alarms: InterlockSet
    /// Where a replay first differs; nil: nowhere, or none was asked for.
    public var divergence: String?

    /// Reads the session in `folder`, whose blocks are `block` µs long.
    ///
    /// - Throws: `JournalError` where the journal is damaged, an error of the system where the record cannot be read.
    public init(folder: String, block: Int64, exitCode: Int32, alarms: InterlockSet) throws {
        (self.exitCode, self.alarms) = (exitCode, alarms)
        let reader = try JournalReader(folder)
        while let record = try reader.next() {
            switch record.kind {
            case .proposal:
                guard let proposal = ProposalRecord(payload: record.payload), proposal.broken != 0 else { continue }
                // Before the loop is closed every proposal is refused, as not armed: that is no reaction to a fault.
                guard proposal.mode != Int64(Mode.off.rawValue) else { continue }
                denials.append(
                    Denial(
                        time: (record.tick + 1) * block, interlocks: InterlockSet(rawValue: proposal.broken)))
            case .recordedInput: if let input = SafetyRecord(payload: record.payload) { take(input) }
            case .block: if let block = BlockRecord(payload: record.payload), block.flags.contains(.gap) { gaps += 1 }
            default: break
            }
        }
        try readStimulator(folder + "/stimulator.jsonl")
    }

    private mutating func take(_ input: SafetyRecord) {
        let time = input.time / 1_000
        end = max(end, time)
        guard input.hasReport != 0 else { return }
        ledgerCharge = input.deliveredCharge
        if let mode = Mode(rawValue: UInt8(truncatingIfNeeded: input.mode)), modes.last?.mode != mode {
            modes.append(Stretch(time: time, mode: mode))
        }
        let named = InterlockSet(rawValue: input.verdict).union(InterlockSet(rawValue: input.latch))
        if !named.isEmpty { denials.append(Denial(time: time, interlocks: named)) }
    }

    /// One line of the record; keys as the device writes them.
    private struct Line: Decodable {
        var event: String
        var at_us: Int64
        var amplitude_na: Int64?
        var width_us: Int64?
    }

    private mutating func readStimulator(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let decoder = JSONDecoder()
        for line in try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n")) {
            let event = try decoder.decode(Line.self, from: Data(line))
            guard event.event == "pulse" else { continue }
            pulses.append(event.at_us)
            recordedCharge += (event.amplitude_na ?? 0) * (event.width_us ?? 0)
        }
    }

    /// When `mode` was first reported at or after `time`.
    public func first(_ mode: Mode, from time: Int64) -> Int64? {
        if let before = modes.last(where: { $0.time <= time }), before.mode == mode { return time }
        return modes.first { $0.time >= time && $0.mode == mode }?.time
    }

    /// When either gate first named `interlock` at or after `time`.
    public func first(_ interlock: InterlockSet, from time: Int64) -> Int64? {
        denials.filter { $0.time >= time && !$0.interlocks.isDisjoint(with: interlock) }.map(\.time).min()
    }
}
