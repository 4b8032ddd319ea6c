internal import Interlocks
internal import Signal

/// The runtime's one gate: every loop's proposals are judged by one history, as the guard judges them.
///
/// Shared by the stimulation stages, all on the loop's one thread.
@safe final class SessionGate: @unchecked Sendable {
    var state: GateState
    /// The mode that the history was last told of.
    private var mode = Mode.off
    /// When the newest impedance was measured that the gate was told of; 0: none.
    private var impedanceTime: Int64 = 0

    /// A gate without history.
    init(limits: Limits) { state = GateState(limits: limits) }

    /// The next proposals are made in `mode`.
    func follow(_ mode: Mode) {
        guard mode != self.mode else { return }
        self.mode = mode
        state.modeChanged()
    }

    /// What the device measured of `contacts`, once for each measurement (IL-25).
    func measure(_ record: SafetyRecord, contacts: Int) {
        guard record.impedance > 0, record.impedanceTime != impedanceTime else { return }
        impedanceTime = record.impedanceTime
        for contact in 0..<contacts {
            state.measured(record.impedance, contact: contact, at: Microseconds(impedanceTime))
        }
    }
}
