import Interlocks
public import Signal

/// Fixed memory that holds a copy of the gate's dose ledger: made once, filled by the tick without allocating.
///
/// For each contact and ring 65 amounts, the newest first; the rings are those of
/// ``GateState/bucket(contact:ring:age:at:)``.
@safe public final class LedgerSnapshot: @unchecked Sendable {
    static let slots = 65
    /// µs that a debit may lie ahead of the clock: a segment never runs beyond the longest lease.
    static let ahead = CompiledCeilings.lease.value

    let contacts: Int
    let rings: Int
    /// CLOCK_REALTIME µs and CLOCK_BOOTTIME ns of the copy.
    public var wall: Int64 = 0
    public var bootTime: UInt64 = 0
    /// µs that the lockout still ran; 0: none.
    var lockout: Int64 = 0
    /// The session goes on: what follows the copy is in no file.
    public var isOpen = true
    let amounts: UnsafeMutableBufferPointer<Int64>

    /// Room for the rings of `limits`.
    public init(limits: Limits) {
        contacts = limits.contacts.count
        rings = 2 * limits.doseWindows.count + 1
        unsafe amounts = .allocate(capacity: max(1, contacts * rings * Self.slots))
        unsafe amounts.initialize(repeating: 0)
    }

    deinit { unsafe amounts.deallocate() }

    /// Copies the ledger of `state` at `now`; neither allocates nor waits.
    func copy(_ state: GateState, at now: Microseconds) {
        let end = Microseconds(now.value + Self.ahead)
        lockout = max(0, state.lockoutEnd.value.subtractingReportingOverflow(now.value).partialValue)
        if state.lockoutEnd.value == .min { lockout = 0 }
        for contact in 0..<contacts {
            for ring in 0..<rings {
                for age in 0..<Self.slots {
                    let bucket = state.bucket(contact: contact, ring: ring, age: Int64(age), at: end)
                    unsafe amounts[(contact * rings + ring) * Self.slots + age] = bucket?.amount ?? 0
                }
            }
        }
    }
}
