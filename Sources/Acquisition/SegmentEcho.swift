public import Signal

/// What a stimulator says that it will deliver, so that a twin can feel it: a run of equal pulses.
///
/// Two echoes of one lead with the same ``firstPulse`` speak of the same run; the later one can only take pulses away.
public struct SegmentEcho: Hashable, Sendable, BitwiseCopyable {
    /// Start of the first pulse, µs since the start of the session.
    public var firstPulse: Microseconds
    /// From the start of a pulse to the start of the next.
    public var period: Microseconds
    /// Of the leading phase.
    public var width: Microseconds
    /// Of the leading phase.
    public var amplitude: Nanoamperes
    /// Pulses in the run; 0 in an echo that only cancels.
    public var pulses: Int64
    /// From here on nothing is delivered, of this run and of every earlier one of any lead.
    ///
    /// `Int64.max`: nothing was cancelled.
    public var cancelledFrom: Microseconds
    /// The lead that delivers it, by its place in the limits; a cancellation means every lead.
    public var lead: Int32

    /// A run of pulses.
    public init(
        firstPulse: Microseconds, period: Microseconds, width: Microseconds, amplitude: Nanoamperes, pulses: Int64,
        cancelledFrom: Microseconds = Microseconds(.max), lead: Int32 = 0
    ) {
        self.firstPulse = firstPulse
        self.period = period
        self.width = width
        self.amplitude = amplitude
        self.pulses = pulses
        self.cancelledFrom = cancelledFrom
        self.lead = lead
    }

    /// Says only that from `time` on nothing is delivered.
    public static func cancel(from time: Microseconds) -> SegmentEcho {
        SegmentEcho(
            firstPulse: time, period: Microseconds(0), width: Microseconds(0), amplitude: Nanoamperes(0), pulses: 0,
            cancelledFrom: time)
    }

    /// The start of pulse `index`.
    public func time(ofPulse index: Int64) -> Microseconds {
        Microseconds(firstPulse.value &+ index &* period.value)
    }
}
