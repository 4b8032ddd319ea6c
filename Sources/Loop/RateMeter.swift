internal import Signal

/// How far a device's sampling rate is from what it states, by the device's own clock (IL-26).
///
/// Over the last two seconds, from anchors a quarter of a second apart: |stated time / device time − 1| in ppm. 0
/// until two seconds have passed, and where device time is made of the sample index, as in virtual time.
struct RateMeter: Sendable {
    private static let anchors = 8
    private static let spacing: Int64 = 250_000_000
    private var stated = InlineArray<8, Int64>(repeating: 0)
    private var device = InlineArray<8, Int64>(repeating: 0)
    private var count = 0
    private var last: Int64 = .min
    private(set) var deviation = PartsPerMillion(0)

    /// Takes in a block's start in nanoseconds, by its sample index and by the device's clock.
    mutating func take(stated time: Int64, device clock: Int64) {
        guard last == .min || time - last >= Self.spacing else { return }
        last = time
        let slot = count % Self.anchors
        if count >= Self.anchors {
            let (wanted, measured) = (time - stated[slot], clock - device[slot])
            deviation = Self.deviation(wanted, measured)
        }
        (stated[slot], device[slot]) = (time, clock)
        count += 1
    }

    /// A clock that stood still or ran backwards is off without bound.
    private static func deviation(_ wanted: Int64, _ measured: Int64) -> PartsPerMillion {
        guard wanted > 0, measured > 0 else { return PartsPerMillion(.max) }
        let far = wanted.subtractingReportingOverflow(measured)
        guard !far.overflow else { return PartsPerMillion(.max) }
        let scaled = far.partialValue.magnitude.multipliedReportingOverflow(by: 1_000_000)
        guard !scaled.overflow else { return PartsPerMillion(.max) }
        return PartsPerMillion(Int64(clamping: scaled.partialValue / measured.magnitude))
    }

    /// After a counter that ran backwards nothing is known.
    mutating func restart() { self = RateMeter() }
}
