public import Interlocks
public import Signal

/// Why a stimulator did not say that it delivers.
public enum DeliveryError: Error, Hashable, Sendable {
    /// The device refused, with its own code; nothing will be delivered.
    case refused(code: Int32)
    /// Sent, and unknown whether it arrived: the ledger counts it as delivered.
    case uncertain
    /// The link to the device is gone; its lease ends output.
    case disconnected
}

/// Whatever delivers pulses.
///
/// It takes nothing but a permit, which only Interlocks makes, and uses it up.
public protocol Stimulator: ~Copyable {
    /// Hands the permit's segment to the device, under a lease that ends no later than the permit.
    mutating func deliver(_ permit: consuming Permit) throws(DeliveryError)
}

/// A stimulator whose output ends by itself unless its lease is renewed.
public protocol LeasedStimulator: Stimulator, ~Copyable {
    /// The host's time in µs since the start of the session; set before each call.
    var now: Microseconds { get set }
    /// The device's last answer.
    var report: StimulatorReport { get }
    /// Moves the end of the lease to `leaseEnd`; output that is queued goes on.
    mutating func renew(until leaseEnd: Microseconds) throws(DeliveryError)
    /// No pulse from ``now`` on.
    mutating func zero() throws(DeliveryError)
    /// Asks for a report; nothing changes.
    mutating func poll() throws(DeliveryError)
    /// Takes power from the output stage, whatever the device makes of ``zero()``.
    mutating func removePower() throws(DeliveryError)
}
