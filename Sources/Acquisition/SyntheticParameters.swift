import Signal

/// What a synthetic signal is made of, in the base units of device files.
public struct SyntheticParameters: Hashable, Sendable {
    /// Frequency of the sine in mHz; each channel has a phase of its own.
    public var sineFrequency: Int64 = 20_000
    /// Peak of the sine in nV.
    public var sineAmplitude: Int64 = 20_000
    /// Standard deviation of the white noise in nV.
    public var noise: Int64 = 8_000
    /// Planted spikes in each channel, in mHz; 0 plants none.
    public var spikeRate: Int64 = 10_000
    /// Depth of a planted spike in nV.
    public var spikeAmplitude: Int64 = 120_000
    /// A gap begins at each multiple of this time in µs; 0: no gaps.
    public var gapEvery: Int64 = 0
    /// Length of a gap in µs.
    public var gapLength: Int64 = 0

    /// The defaults.
    public init() {}

    /// What the options of a request say: sine_frequency, sine_amplitude, noise, spike_rate, spike_amplitude,
    /// gap_every and gap_length; the defaults where they say nothing.
    public init(_ request: SourceRequest) throws(SourceError) {
        sineFrequency = try request.integer("sine_frequency", default: sineFrequency)
        sineAmplitude = try request.integer("sine_amplitude", default: sineAmplitude)
        noise = try request.integer("noise", default: noise)
        spikeRate = try request.integer("spike_rate", default: spikeRate)
        spikeAmplitude = try request.integer("spike_amplitude", default: spikeAmplitude)
        gapEvery = try request.integer("gap_every", default: gapEvery)
        gapLength = try request.integer("gap_length", default: gapLength)
    }

    /// Refuses what cannot be made at the rate of `format`.
    func check(_ format: BlockFormat) throws(SourceError) {
        let fields = [
            ("sine_frequency", sineFrequency), ("sine_amplitude", sineAmplitude), ("noise", noise),
            ("spike_rate", spikeRate), ("spike_amplitude", spikeAmplitude), ("gap_every", gapEvery),
            ("gap_length", gapLength),
        ]
        for (key, value) in fields where !(0...1_000_000_000_000).contains(value) {
            throw .option(key: key, text: "\(value) is not in 0...1000000000000")
        }
        guard Double(sineFrequency) * 0.001 < format.rate / 2 else {
            throw .option(key: "sine_frequency", text: "\(sineFrequency) mHz is not below half the sampling rate")
        }
        guard gapEvery == 0 || gapLength < gapEvery else {
            throw .option(key: "gap_length", text: "\(gapLength) µs is not shorter than gap_every, \(gapEvery) µs")
        }
    }
}
