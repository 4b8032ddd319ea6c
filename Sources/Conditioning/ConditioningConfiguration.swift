public import Signal

/// How channels are referred to each other before they are filtered.
public enum Rereference: Hashable, Sendable {
    /// As recorded.
    case none
    /// Each channel minus the mean of all selected channels.
    case commonAverage
    /// One output for each pair: first minus second. The indices count selected channels.
    case bipolar([ChannelDifference])
}

/// Two selected channels whose difference is an output.
public struct ChannelDifference: Hashable, Sendable {
    public var plus: Int
    public var minus: Int

    /// Selected channel `plus` minus selected channel `minus`.
    public init(plus: Int, minus: Int) {
        self.plus = plus
        self.minus = minus
    }
}

/// What stands in for the samples that stimulation disturbs.
public enum BlankingFill: String, Hashable, Sendable, CaseIterable {
    /// The last undisturbed sample.
    case hold
    /// The line between the undisturbed samples before and after.
    case linear
    /// What a linear prediction, learned from the channel itself, expects, bent to meet the next undisturbed sample.
    case template
}

/// Blanking of stimulation artefacts.
public struct Blanking: Hashable, Sendable {
    public var fill: BlankingFill
    /// How long after a pulse's end samples stay disturbed, in µs.
    public var after: Microseconds

    /// Blanking by `fill` until `after` a pulse's end.
    public init(fill: BlankingFill = .linear, after: Microseconds = Microseconds(2_000)) {
        self.fill = fill
        self.after = after
    }

    /// The samples that a pulse disturbs which begins at `start` and lasts `duration`, both in µs since the session's
    /// start: from the last sample instant at or before its start up to `after` its end.
    public func mark(start: Microseconds, duration: Microseconds, format: BlockFormat) -> StimulationMark {
        let scale = 1_000_000 * format.rateDenominator
        let first = start.value.multipliedFullWidth(by: format.rateNumerator)
        let end = (start.value + duration.value + after.value).multipliedFullWidth(by: format.rateNumerator)
        return StimulationMark(
            firstSample: scale.dividingFullWidth(first).quotient,
            endSample: scale.dividingFullWidth(end).quotient + 1)
    }
}

/// Threshold detection of action potentials on the filtered signal.
public struct SpikeDetection: Hashable, Sendable {
    /// A spike begins where the signal falls below −`threshold` × its running RMS.
    public var threshold: Float
    /// Seconds after a spike in which its channel cannot spike again.
    public var refractory: Double
    /// Time constant of the running RMS in seconds; no spikes are reported in the first tenth of it.
    public var rmsTimeConstant: Double

    /// Detection at `threshold` times the running RMS.
    public init(threshold: Float = 4.5, refractory: Double = 0.001, rmsTimeConstant: Double = 1) {
        self.threshold = threshold
        self.refractory = refractory
        self.rmsTimeConstant = rmsTimeConstant
    }
}

/// When a channel's samples are not to be believed.
public struct ValidityLimits: Hashable, Sendable {
    /// A stored sample (counts, before scaling) at or below this is saturated; by default the least of the sample kind.
    public var saturationLow: Float
    /// A stored sample at or above this is saturated; by default the greatest of the sample kind.
    public var saturationHigh: Float
    /// A channel whose stored sample has not changed for this many seconds is flat.
    public var flatline: Double

    /// The limits of a sample kind; floating-point samples have no converter range.
    public init(kind: SampleKind, flatline: Double = 0.2) {
        self.flatline = flatline
        switch kind {
        case .int16: (saturationLow, saturationHigh) = (Float(Int16.min), Float(Int16.max))
        case .int32: (saturationLow, saturationHigh) = (Float(Int32.min), Float(Int32.max))
        case .float32: (saturationLow, saturationHigh) = (-.infinity, .infinity)
        }
    }
}

/// Everything that Conditioning does to a signal.
public struct ConditioningConfiguration: Sendable {
    public var format: BlockFormat
    /// µV per stored count, one for each channel of the device.
    public var unitsPerCount: [Float]
    /// The device's channels that are selected, in the order in which they come out.
    public var channels: [Int]
    /// A further factor on every sample, for recordings whose stated scale is wrong.
    public var scale: Float
    public var rereference: Rereference
    /// The sections that every output channel passes, in order.
    public var biquads: [Biquad]
    public var blanking: Blanking
    /// Time constant of the rectified exponential mean in seconds.
    public var envelopeTimeConstant: Double
    /// Length of the window over which the RMS is taken, in seconds.
    public var bandPowerWindow: Double
    public var spikeDetection: SpikeDetection?
    public var validity: ValidityLimits
    public var watch = WatchRules()

    /// All channels of `montage`, scaled to µV and otherwise left alone.
    public init(format: BlockFormat, montage: Montage) {
        self.format = format
        unitsPerCount = montage.channels.map(\.unitsPerCount)
        channels = Array(0..<format.channels)
        scale = 1
        rereference = .none
        biquads = []
        blanking = Blanking()
        envelopeTimeConstant = 0.1
        bandPowerWindow = 0.1
        spikeDetection = nil
        validity = ValidityLimits(kind: format.kind)
    }

    /// Channels that come out.
    public var outputChannels: Int {
        if case .bipolar(let pairs) = rereference { return pairs.count }
        return channels.count
    }

    /// Selected channels that the watched output is made of; twice the same where it is one.
    var watchedChannels: (first: Int, second: Int) {
        guard case .bipolar(let pairs) = rereference else { return (watch.channel, watch.channel) }
        return (pairs[watch.channel].plus, pairs[watch.channel].minus)
    }

    /// Checks that every number makes sense.
    ///
    /// - Throws: the first that does not.
    public func validate() throws(ConditioningError) {
        guard unitsPerCount.count == format.channels, format.frames > 0 else {
            throw .montage(found: unitsPerCount.count, expected: format.channels)
        }
        guard !channels.isEmpty, outputChannels > 0 else { throw .noChannels }
        for channel in channels where !(0..<format.channels).contains(channel) {
            throw .channel(found: channel, count: format.channels)
        }
        if case .bipolar(let pairs) = rereference {
            for index in pairs.flatMap({ [$0.plus, $0.minus] }) where !channels.indices.contains(index) {
                throw .channel(found: index, count: channels.count)
            }
        }
        guard (0..<outputChannels).contains(watch.channel) else {
            throw .channel(found: watch.channel, count: outputChannels)
        }
        for (index, section) in biquads.enumerated() where !section.isStable { throw .unstable(section: index) }
        let lengths = [
            envelopeTimeConstant, bandPowerWindow, validity.flatline, spikeDetection?.rmsTimeConstant ?? 1,
            Double(spikeDetection?.threshold ?? 1), Double(abs(scale)), watch.saturationWindow,
        ]
        for length in lengths where !(length > 0 && length.isFinite) { throw .notPositive(found: length) }
        let spared = [
            Double(blanking.after.value), spikeDetection?.refractory ?? 0, watch.saturationFraction,
        ]
        for length in spared where !(length >= 0 && length.isFinite) { throw .notPositive(found: length) }
    }
}
