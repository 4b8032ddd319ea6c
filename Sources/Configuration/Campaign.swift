public import Signal

/// What a campaign file says: devices, a profile, and cases in which something goes wrong at a stated time.
public struct Campaign: Hashable, Sendable {
    public var name: String
    public var summary: String
    /// A folder in Profiles, or a path beside the campaign file.
    public var profile: Word
    public var seed: UInt64
    public var devices: [CampaignDevice]
    /// Tiers that may not be skipped.
    public var requiredTiers: [Int]
    public var cases: [CampaignCase]
}

/// A device of a campaign, and where it is emulated; nil: the real one.
public struct CampaignDevice: Hashable, Sendable {
    public var id: Word
    public var tier: Int?
}

/// One run of the loop with faults, steps and what must come of it.
public struct CampaignCase: Hashable, Sendable {
    public var name: Word
    public var summary: String
    /// Length of the session, µs.
    public var duration: Int64
    /// Each with a seed of its own.
    public var repetitions: Int
    public var faults: [CampaignFault]
    public var steps: [CampaignStep]
    public var expectations: [CampaignExpectation]
    /// The operator arms.
    public var arms: Bool { steps.contains { $0.action == .arm } }

    /// When the first fault with a stated time begins, µs; 0 where none has.
    public var firstFault: Int64 { faults.map(\.schedule.earliest).min() ?? 0 }
}

/// When something happens, in µs since the session's start.
public enum CampaignSchedule: Hashable, Sendable {
    case at(Int64)
    /// From `from` on, a period apart, before `to`.
    case every(Int64, from: Int64, to: Int64)
    /// So many times, drawn from the seed.
    case random(count: Int, from: Int64, to: Int64)

    /// No occurrence is earlier.
    public var earliest: Int64 {
        switch self {
        case .at(let time): time
        case .every(_, let start, _), .random(_, let start, _): start
        }
    }
}

/// What goes wrong, with its numbers: those that a kind does not take are nil.
public struct CampaignFault: Hashable, Sendable {
    public var schedule: CampaignSchedule
    public var kind: CampaignFaultKind
    /// How long, µs.
    public var duration: Int64?
    public var count: Int64?
    /// A delay, µs.
    public var delay: Int64?
    /// µV.
    public var microvolts: Double?
    /// mHz.
    public var frequency: Int64?
    /// Parts per million.
    public var rate: Int64?
    /// nA.
    public var current: Int64?
    /// mΩ.
    public var impedance: Int64?
    /// The place of one channel; nil: all.
    public var channel: Int?
}

/// The kinds of faults: `signal` for the amplifier, `stimulator` for the stimulator.
public enum CampaignFaultKind: Hashable, Sendable {
    case signal(SignalKind)
    case stimulator(StimulatorKind)

    /// What happens between an electrode and the loop.
    public enum SignalKind: String, CaseIterable, Sendable {
        case drop, duplicate, reorder, delay, jitter, nan, saturation, flat
        case lineNoise = "line-noise"
        case drift, unplug, stall, flood
        case counterWrap = "counter-wrap"
    }

    /// What happens in the stimulator or on its link.
    public enum StimulatorKind: String, CaseIterable, Sendable {
        case nack
        case lostAck = "lost-ack"
        case wrongEcho = "wrong-echo"
        case compliance
        case residualVoltage = "residual-voltage"
        case reboot
        case ignoresOff = "ignores-off"
        case unplug
        case wrongSerial = "wrong-serial"
        case wrongFirmware = "wrong-firmware"
        case impedance
        case stopButton = "stop-button"
    }

    /// The word of the file.
    public var name: String {
        switch self {
        case .signal(let kind): kind.rawValue
        case .stimulator(let kind): kind.rawValue
        }
    }
}

/// What an operator does.
public struct CampaignStep: Hashable, Sendable {
    /// What a person can do to a session that runs.
    public enum Action: String, CaseIterable, Sendable {
        /// Before the first block: `ansa run --arm`.
        case arm
        /// As one Ctrl-C.
        case stop
        /// Back from a fallback to the closed loop.
        case acknowledge
    }
    /// µs since the session's start.
    public var time: Int64
    public var action: Action
}

/// What must come of a case, and by when.
public struct CampaignExpectation: Hashable, Sendable {
    /// What is looked at.
    public enum Subject: Hashable, Sendable {
        /// The guard's report says the mode (`within`), or never does.
        case state(Mode, happens: Bool)
        /// Either gate refuses by the interlock, an alarm names it, or it latches; or none of them ever.
        case interlock(Int, happens: Bool)
        /// The stimulator's own record holds no pulse later than this, µs.
        case noPulseAfter(Int64)
        /// Blocks that said that samples are missing.
        case gapReported(ClosedRange<Int64>)
        /// Pulses in the stimulator's own record.
        case pulses(ClosedRange<Int64>)
        /// The exit code that `ansa run` would have.
        case exit(Int64)
        /// The stimulator's record, integrated, equals the ledger to the femtocoulomb.
        case ledger
        /// A replay of the journal recomputes every bit.
        case replay
    }
    public var subject: Subject
    /// Counted from here, µs; nil: from the first fault.
    public var after: Int64?
    /// µs.
    public var within: Int64?
    public var position: Position
}
