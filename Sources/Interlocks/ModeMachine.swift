public import Signal

/// The machine of modes (Safety.md has it as a table), one method an event; a refused event changes nothing.
///
/// It decides no interlock: callers tell it what ``reaction(of:evidence:under:)`` asked for.
public struct ModeMachine: Hashable, Sendable {
    public private(set) var mode: Mode = .off
    /// What must be acknowledged before arming; in a fallback, a non-empty word is its latch flag.
    public private(set) var latch: InterlockSet = []
    /// Which fallback runs; nil in every other mode.
    public private(set) var fallback: Fallback?

    /// Off, unless a `latch` was left by an earlier session: then latched.
    public init(latch: InterlockSet = []) {
        self.latch = latch
        mode = latch.isEmpty ? .off : .latched
    }

    /// The two keys were turned; false unless off and nothing waits to be acknowledged.
    public mutating func arm() -> Bool {
        guard mode == .off, latch.isEmpty else { return false }
        mode = .armed
        return true
    }

    /// Output starts; false unless armed; open loop may go on to closed loop.
    public mutating func start(closedLoop: Bool) -> Bool {
        guard mode == .armed || (mode == .openLoop && closedLoop) else { return false }
        mode = closedLoop ? .closedLoop : .openLoop
        return true
    }

    /// The operator leaves the closed loop for the open one, at any time; false in every other mode.
    public mutating func leaveClosedLoop() -> Bool {
        guard mode == .closedLoop else { return false }
        mode = .openLoop
        return true
    }

    /// From a fallback without latch flag back to the closed loop, by hand or by the signed automatic return.
    public mutating func resume() -> Bool {
        let isRunning = fallback == .openLoopBaseline || fallback == .holdThenOff
        guard latch.isEmpty, isRunning else { return false }
        (mode, fallback) = (.closedLoop, nil)
        return true
    }

    /// Needs nothing: off at once without output, by a ramp with output; a latch stays.
    public mutating func disarm() {
        switch mode {
        case .off, .latched: break
        case .armed: mode = .off
        case .openLoop, .closedLoop, .fallback: (mode, fallback) = (.fallback, .rampOff)
        }
    }

    /// An R reaction: output goes on as the signed file's `fallback`; a non-empty `flag` is kept as its latch flag.
    ///
    /// In a fallback that runs, the new one takes its place and the flag is never lost. Without output nothing changes.
    public mutating func degrade(to fallback: Fallback, flag: InterlockSet = []) {
        switch mode {
        case .off, .armed, .latched: break
        case .openLoop, .closedLoop, .fallback:
            latch.formUnion(flag)
            (mode, self.fallback) = (.fallback, fallback)
        }
    }

    /// The ramp of the fallback has reached zero: off; its latch flag stays, and without a fallback nothing changes.
    public mutating func rampEnded() {
        guard mode == .fallback else { return }
        (mode, fallback) = (.off, nil)
    }

    /// An L reaction, an e-stop or a patient's stop, from any mode; an empty set is a stop.
    public mutating func latch(_ bits: InterlockSet) {
        latch.formUnion(bits.isEmpty ? .stop : bits)
        (mode, fallback) = (.latched, nil)
    }

    /// A clinician acknowledges the cause: latched goes off, never to output; false where nothing was latched.
    public mutating func acknowledge() -> Bool {
        guard !latch.isEmpty else { return false }
        latch = []
        if mode == .latched { mode = .off }
        return true
    }
}
