import Interlocks
import Signal
public import Stimulation

/// The wall and the boot clock at one moment.
public struct LedgerClock: Hashable, Sendable {
    /// CLOCK_REALTIME, µs since 1970.
    public var wall: Int64
    /// CLOCK_BOOTTIME, ns, and which boot.
    public var bootTime: UInt64
    public var boot: Words32

    /// A moment.
    public init(wall: Int64, bootTime: UInt64, boot: Words32) {
        (self.wall, self.bootTime, self.boot) = (wall, bootTime, boot)
    }
}

extension LedgerRecord {
    /// µs that passed since the copy, as few as the clocks allow; nil where one of them ran backwards.
    public func elapsed(until now: LedgerClock) -> Int64? {
        let (wall, overflow) = now.wall.subtractingReportingOverflow(self.wall)
        guard !overflow, wall >= 0 else { return nil }
        guard now.boot == boot else { return wall }
        guard now.bootTime >= bootTime else { return nil }
        return min(wall, Int64(clamping: (now.bootTime - bootTime) / 1_000))
    }

    /// Puts this history before a session whose time 0 is `now`; ages go on by what has passed.
    ///
    /// What the file does not know counts as full: a contact or a window that it does not name, and, after a session
    /// that was cut, a second at the fullest rate. False: the clock ran backwards, nothing was recalled.
    func recall(into state: inout GateState, limits: Limits, names: [String], at now: LedgerClock) -> Bool {
        guard let elapsed = elapsed(until: now) else { return false }
        for (contact, name) in names.enumerated() where contact < limits.contacts.count {
            let known = contacts.firstIndex(of: Words32(bytes: [UInt8](name.utf8)))
            for (ring, wanted) in Self.rings(of: limits).enumerated() {
                guard let known, let place = rings.firstIndex(of: wanted) else {
                    state.recall(Self.full(wanted, limits), contact: contact, ring: ring, at: Microseconds(0))
                    continue
                }
                recall(known, place, into: &state, contact: contact, ring: ring, elapsed: elapsed)
                guard isOpen else { continue }
                let second = Self.second(wanted, limits)
                state.recall(second, contact: contact, ring: ring, at: Microseconds(min(0, 1_000_000 - elapsed)))
            }
        }
        if lockout > elapsed {
            let end = lockout - elapsed
            state.lockOut(
                at: Microseconds(end.subtractingReportingOverflow(limits.lockoutAfterFault.value).partialValue))
        }
        return true
    }

    /// One ring, oldest first; each bucket at its newest edge, so that it never expires too early.
    private func recall(
        _ from: Int, _ place: Int, into state: inout GateState, contact: Int, ring: Int, elapsed: Int64
    ) {
        let length = max(16, (rings[place].window + 63) / 64)
        let first = (from * rings.count + place) * LedgerSnapshot.slots
        for age in (0..<LedgerSnapshot.slots).reversed() {
            let amount = amounts[first + age]
            guard amount != 0 else { continue }
            let time = LedgerSnapshot.ahead - elapsed - (Int64(age) - 1) * length
            state.recall(amount, contact: contact, ring: ring, at: Microseconds(min(0, time)))
        }
    }

    /// As much as fills a window.
    private static func full(_ ring: Ring, _ limits: Limits) -> Int64 {
        switch ring.kind {
        case 0: limits.doseWindows.first { $0.length.value == ring.window }?.charge.value ?? .max
        case 1: limits.netCharge.value
        default: ring.window
        }
    }

    /// What one second at the fullest permitted rate adds to a ring.
    private static func second(_ ring: Ring, _ limits: Limits) -> Int64 {
        switch ring.kind {
        case 0:
            let pulses = 1_000_000 / max(1, limits.period.lowerBound.value) + 1
            let most = limits.chargePerPhase.value.multipliedReportingOverflow(by: pulses)
            let windows = limits.doseWindows.filter { $0.length.value <= 1_000_000 }.map(\.charge.value)
            return min(most.overflow ? .max : most.partialValue, windows.min() ?? .max)
        case 1: return limits.netCharge.value
        default: return 1_000_000
        }
    }
}

extension GuardCore where Device: ~Copyable {
    /// Copies the ledger for a writer; neither allocates nor waits.
    public func copyLedger(into snapshot: LedgerSnapshot) { snapshot.copy(state, at: max(lastNow, Microseconds(0))) }

    /// Takes over a history from before this session, `names` being those of the limits' contacts.
    ///
    /// Nil, or clocks that ran backwards: the history is unknown, and every window counts as full.
    public mutating func recallLedger(_ record: LedgerRecord?, names: [String], at now: LedgerClock) {
        var known = GateState(limits: limits)
        if let record, record.recall(into: &known, limits: limits, names: names, at: now) {
            state = known
        } else {
            state.fillWindows(at: Microseconds(0))
        }
    }
}
