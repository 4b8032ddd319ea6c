/// Turns a sampled signal into ON and OFF events: one for each `threshold` that it moved since the last event.
///
///     var encoder = DeltaEncoder(threshold: 1)
///     encoder.encode(2.5)     // +2: the reference is now 2
///     encoder.encode(1.2)     //  0
///     encoder.encode(0.9)     // −1
///
/// Several events a sample are allowed up to `limit`; what is beyond it follows with the next samples, and the sample
/// counts as overloaded. Send-on-delta: the reference trails the signal by less than one threshold.
public struct DeltaEncoder: Sendable, BitwiseCopyable {
    /// In the signal's unit (µV).
    public let threshold: Float
    /// Events per sample at most.
    public let limit: Int32
    /// The signal as the receiver of the events knows it.
    public private(set) var reference: Float = 0
    /// True if the last sample moved further than `limit` thresholds.
    public private(set) var isOverloaded = false

    /// An encoder whose reference is 0.
    public init(threshold: Float, limit: Int32 = 16) {
        precondition(threshold > 0 && limit > 0)
        self.threshold = threshold
        self.limit = limit
    }

    /// Events of one sample: positive for ON, negative for OFF.
    ///
    /// A sample that is not finite gives none.
    public mutating func encode(_ sample: Float) -> Int32 {
        let moved = (sample - reference) / threshold
        guard moved.isFinite else { return 0 }
        let whole = min(max(moved, Float(-limit) - 1), Float(limit) + 1)
        var events = Int32(whole)
        isOverloaded = abs(events) > limit
        events = max(-limit, min(limit, events))
        reference += Float(events) * threshold
        return events
    }

    /// Takes `sample` as the new reference without events: after a gap.
    public mutating func resume(at sample: Float) {
        reference = sample
        isOverloaded = false
    }
}

/// Turns a value into events whose mean rate is proportional to it: ON for positive, OFF for negative values.
///
/// The remainder is carried, so that counts add up: n samples of value x give x·n / `unit` events within one.
public struct RateEncoder: Sendable, BitwiseCopyable {
    /// Value that gives one event a sample.
    public let unit: Float
    /// Events per sample at most.
    public let limit: Int32
    private var carried: Float = 0

    /// An encoder with nothing carried.
    public init(unit: Float, limit: Int32 = 16) {
        precondition(unit > 0 && limit > 0)
        self.unit = unit
        self.limit = limit
    }

    /// Events of one sample; a sample that is not finite gives none.
    public mutating func encode(_ sample: Float) -> Int32 {
        guard sample.isFinite else { return 0 }
        carried += min(max(sample / unit, Float(-limit)), Float(limit))
        let events = Int32(carried)
        carried -= Float(events)
        return events
    }
}
