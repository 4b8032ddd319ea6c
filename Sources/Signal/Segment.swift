/// The shape of a stimulation pulse.
public enum Waveform: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    case biphasicCathodicFirstSymmetric = 0
    case biphasicAnodicFirstSymmetric = 1
    case biphasicCathodicFirstAsymmetric = 2
    case passiveRecharge = 3
}

/// A run of equal pulses: what a controller proposes, the gate judges and a stimulator delivers.
public struct Segment: Hashable, Sendable, BitwiseCopyable {
    /// Index into ``Limits/pairs``; -1 where the proposer named a pair that does not exist.
    public var pair: Int32
    public var waveform: Waveform
    /// Of the leading phase, per pair.
    public var amplitude: Nanoamperes
    /// Of the leading phase.
    public var width: Microseconds
    public var interphase: Microseconds
    /// From the start of a pulse to the start of the next.
    public var period: Microseconds
    /// At least 1; 0 only in ``rest(at:)``.
    public var pulses: Int64
    /// Start of the first pulse, in µs since the start of the session.
    public var firstPulse: Microseconds
    /// Commanded |Q1 + Q2| / |Q1|; 0 in a symmetric pulse.
    public var imbalance: PartsPerMillion

    /// A segment; every field is said.
    public init(
        pair: Int32, waveform: Waveform, amplitude: Nanoamperes, width: Microseconds, interphase: Microseconds,
        period: Microseconds, pulses: Int64, firstPulse: Microseconds, imbalance: PartsPerMillion = PartsPerMillion(0)
    ) {
        (self.pair, self.waveform, self.amplitude) = (pair, waveform, amplitude)
        (self.width, self.interphase, self.period) = (width, interphase, period)
        (self.pulses, self.firstPulse, self.imbalance) = (pulses, firstPulse, imbalance)
    }

    /// A proposal of no pulse.
    public static func rest(at time: Microseconds) -> Segment {
        Segment(
            pair: -1, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(0), width: Microseconds(0),
            interphase: Microseconds(0), period: Microseconds(0), pulses: 0, firstPulse: time)
    }

    /// True for a proposal of no pulse.
    public var isRest: Bool { pulses == 0 && amplitude.value == 0 && width.value == 0 && pair == -1 }
}
