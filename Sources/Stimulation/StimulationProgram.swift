public import Interlocks
public import Signal

/// The fixed part of a stimulation: where, with which pulse, how often.
///
/// A controller adds the amplitude.
public struct StimulationProgram: Hashable, Sendable, BitwiseCopyable {
    /// Index into ``Limits/pairs``.
    public var pair: Int32
    public var waveform: Waveform
    public var width: Microseconds
    public var interphase: Microseconds
    /// From the start of a pulse to the start of the next; 130 Hz is 7,692 µs.
    public var period: Microseconds
    /// nA/s, upwards; at most the signed file's.
    public var rampUp: Int64
    /// nA/s, downwards.
    public var rampDown: Int64
    /// Largest step between two segments (the signed file's `max_step`).
    public var maximumStep: Nanoamperes
    /// The device's resolution; amplitudes are rounded down to it.
    public var amplitudeStep: Nanoamperes

    /// A program; a period below 1 µs or a resolution below 1 nA counts as 1.
    public init(
        pair: Int32, waveform: Waveform = .biphasicCathodicFirstSymmetric, width: Microseconds,
        interphase: Microseconds = Microseconds(0), period: Microseconds, rampUp: Int64, rampDown: Int64,
        maximumStep: Nanoamperes, amplitudeStep: Nanoamperes = Nanoamperes(1)
    ) {
        self.pair = pair
        self.waveform = waveform
        self.width = width
        self.interphase = interphase
        self.period = max(period, Microseconds(1))
        self.rampUp = max(rampUp, 0)
        self.rampDown = max(rampDown, 0)
        self.maximumStep = max(maximumStep, Nanoamperes(0))
        self.amplitudeStep = max(amplitudeStep, Nanoamperes(1))
    }
}
