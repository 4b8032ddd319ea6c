import Interlocks
public import Signal

/// How a decoded value becomes a target amplitude.
///
/// Thresholds in nanovolts of the decoder's envelope.
public enum ControlLaw: Hashable, Sendable, BitwiseCopyable {
    /// Above the threshold `amplitude`, else 0; a new target stays for at least `dwell`.
    case onOff(threshold: Int64, dwell: Microseconds, amplitude: Nanoamperes)
    /// Above `upper` `amplitude`, below `lower` 0, between them the target stays as it is.
    case dualThreshold(lower: Int64, upper: Int64, amplitude: Nanoamperes)
    /// 0 at `lower`, `amplitude` at `upper`, a straight line between them.
    case proportional(lower: Int64, upper: Int64, amplitude: Nanoamperes)
    /// Always `amplitude`, whatever the decoder says.
    case openLoop(amplitude: Nanoamperes)
    /// No stimulation.
    case none

    /// True where the decision moves the target.
    public var isClosedLoop: Bool {
        switch self {
        case .onOff, .dualThreshold, .proportional: true
        case .openLoop, .none: false
        }
    }
}

/// Why a controller proposed what it did.
public enum ProposalReason: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// The law's target, as the decision asks.
    case followed = 0
    /// The law keeps its target (between thresholds, or inside the dwell).
    case held = 1
    /// The decision is invalid or not finite: the target is held, and the interlocks decide for how long.
    case invalidDecision = 2
    /// ``Controller/release()`` was called: the target is 0.
    case released = 3
}
