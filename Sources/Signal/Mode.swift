/// The mode of the stimulation controller (reference: IEC 60601-1-10's fallback modes; Safety.md has the machine).
public enum Mode: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case off = 0
    case armed = 1
    case openLoop = 2
    case closedLoop = 3
    case fallback = 4
    case latched = 5
}

/// What the signed file lets run when the loop cannot.
public enum Fallback: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case stop = 0
    case rampOff = 1
    case holdThenOff = 2
    case openLoopBaseline = 3
}
