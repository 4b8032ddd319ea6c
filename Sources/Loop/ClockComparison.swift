internal import Signal

/// Whether the device's clock and the host's run alike (IL-36).
///
/// The offset of a block is its host arrival less its device time. Delays only add to it, so the least offset of each
/// two seconds is compared with that of the first two: a quarter of a second apart, the clocks disagree. Host arrivals
/// are the world's: only the answer is recorded, and a replay takes the recorded one.
struct ClockComparison: Sendable {
    static let window: Int64 = 2_000_000_000
    static let tolerance: Int64 = 250_000_000
    private var start: Int64 = .min
    private var least: Int64 = .max
    private var reference: Int64?
    private(set) var agrees = true

    mutating func take(_ header: BlockHeader) {
        let offset = header.hostArrival &- header.deviceTime
        if start == .min { start = header.deviceTime }
        least = min(least, offset)
        guard header.deviceTime < start || header.deviceTime &- start >= Self.window else { return }
        if let reference {
            agrees = (least &- reference).magnitude <= Self.tolerance.magnitude
        } else {
            reference = least
        }
        (start, least) = (header.deviceTime, .max)
    }
}
