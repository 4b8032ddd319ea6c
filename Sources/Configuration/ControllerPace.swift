public import Signal

/// How often a controller asks for a new target, and how long it holds one, from its parameters.
///
/// Changes a minute were measured on the virtual patient with thresholds at percentiles of its own envelope, the worst
/// of all 60 s windows: dual-threshold 141, on-off without a dwell 449 and with 200 ms 176, proportional 4,200. A dwell
/// comes on top of the time that a change takes without one: 60 s / (200 ms + 60 s / 449) is 179, beside the 176 found.
public struct ControllerPace: Hashable, Sendable {
    /// A target stays at least as long.
    public var hold: Microseconds
    /// Changes in the worst minute.
    public var changesPerMinute: Int64
    let field: String

    /// The pace of `controller`.
    public init(_ controller: ControllerSpec) {
        switch controller {
        case .onOff(_, let dwell, _, _, _):
            hold = dwell
            let interval = max(0, min(dwell.value, Self.minute)) + Self.minute / Self.onOffChanges
            changesPerMinute = Self.minute / interval
            field = "controller.dwell"
        case .dualThreshold: (hold, changesPerMinute, field) = (Microseconds(0), 141, "controller")
        case .proportional: (hold, changesPerMinute, field) = (Microseconds(0), 4_200, "controller")
        case .openLoop, .none: (hold, changesPerMinute, field) = (Microseconds(.max), 0, "controller")
        }
    }

    private static let minute: Int64 = 60_000_000
    private static let onOffChanges: Int64 = 449

    /// In a window of another length, rounded up.
    public func changes(in window: Microseconds) -> Int64 {
        let wide = UInt128(max(0, changesPerMinute)) * UInt128(max(0, window.value)) + UInt128(Self.minute - 1)
        return Int64(exactly: wide / UInt128(Self.minute)) ?? .max
    }
}
