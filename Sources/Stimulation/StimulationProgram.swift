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

    /// A program as it is said; one that makes no sense proposes no pulse.
    public init(
        pair: Int32, waveform: Waveform = .biphasicCathodicFirstSymmetric, width: Microseconds,
        interphase: Microseconds = Microseconds(0), period: Microseconds, rampUp: Int64, rampDown: Int64,
        maximumStep: Nanoamperes, amplitudeStep: Nanoamperes = Nanoamperes(1)
    ) {
        self.pair = pair
        self.waveform = waveform
        self.width = width
        self.interphase = interphase
        self.period = period
        self.rampUp = rampUp
        self.rampDown = rampDown
        self.maximumStep = maximumStep
        self.amplitudeStep = amplitudeStep
    }

    /// Period and resolution are above 0, and no slope or step is negative.
    public var isUsable: Bool {
        period.value > 0 && amplitudeStep.value > 0 && rampUp >= 0 && rampDown >= 0 && maximumStep.value >= 0
    }
}
