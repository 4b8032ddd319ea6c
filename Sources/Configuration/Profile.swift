public import Signal

/// One filter of the cascade, in mHz.
public enum FilterSpec: Hashable, Sendable {
    /// `quality` in thousandths.
    case notch(centre: Int64, quality: Int64)
    /// `order` overall: 4 makes two biquads.
    case bandpass(from: Int64, to: Int64, order: Int)
    case highpass(from: Int64, order: Int)
    case lowpass(to: Int64, order: Int)
}

/// What is subtracted from each channel.
public enum Rereference: Hashable, Sendable {
    case none
    case commonAverage
    /// Labels, plus minus minus.
    case bipolar([BipolarPair])
}

/// `plus − minus`.
public struct BipolarPair: Hashable, Sendable {
    public var plus: String
    public var minus: String

    /// The difference of two channels by label.
    public init(plus: String, minus: String) {
        self.plus = plus
        self.minus = minus
    }
}

/// How samples disturbed by a pulse are replaced in Conditioning's own copy.
public struct BlankingSpec: Hashable, Sendable {
    /// The method.
    public enum Fill: String, Hashable, Sendable, CaseIterable { case hold, linear, template }
    public var fill: Fill
    /// From the end of the pulse.
    public var after: Microseconds

    /// Fill, and how long after a pulse.
    public init(fill: Fill, after: Microseconds) {
        self.fill = fill
        self.after = after
    }
}

/// How samples become spikes.
public struct EncoderSpec: Hashable, Sendable {
    /// The method.
    public enum Kind: String, Hashable, Sendable, CaseIterable { case delta, rate }
    public var kind: Kind
    /// nV.
    public var thresholdNanovolts: Int64

    /// An encoder.
    public init(kind: Kind, thresholdNanovolts: Int64) {
        self.kind = kind
        self.thresholdNanovolts = thresholdNanovolts
    }
}

/// How a decision is made from conditioned samples.
public struct DecoderSpec: Hashable, Sendable {
    /// A network on the chip, the threshold on band power that it is compared with, a network that takes each channel's
    /// sum over the block, or a process of somebody else's.
    public enum Kind: String, Hashable, Sendable, CaseIterable { case spiking, threshold, counts, external }
    /// The chip's arithmetic.
    public enum Backend: String, Hashable, Sendable, CaseIterable {
        case float
        case loihiFixed = "loihi-fixed"
    }
    public var kind: Kind
    /// File name beside the profile; nil for `threshold`.
    public var network: String?
    public var backend: Backend
    /// nil but for `spiking`.
    public var encoder: EncoderSpec?
    /// Label of the channel that is decoded; nil: the first.
    public var channel: String?
    /// nil but for `external`.
    public var external: ExternalSpec?
    /// How it may learn; nil: it stays as it was calibrated.
    ///
    /// Only for `counts`.
    public var adaptation: AdaptationSpec?

    /// A decoder.
    public init(
        kind: Kind, network: String?, backend: Backend, encoder: EncoderSpec?, channel: String?,
        external: ExternalSpec? = nil
    ) {
        self.kind = kind
        self.network = network
        self.backend = backend
        self.encoder = encoder
        self.channel = channel
        self.external = external
    }
}

/// A decoder that runs as a process of its own.
public struct ExternalSpec: Hashable, Sendable {
    /// The program and its words; a word that names a file beside the profile means that file.
    public var command: [String]
    /// From the block's request to its answer.
    public var deadline: Nanoseconds
    /// What an answer may hold, in millionths of the unit.
    public var lower: Int64
    /// See ``lower``.
    public var upper: Int64
    public var unit: String

    /// A process and what is expected of it.
    public init(command: [String], deadline: Nanoseconds, lower: Int64, upper: Int64, unit: String) {
        (self.command, self.deadline, self.lower, self.upper) = (command, deadline, lower, upper)
        self.unit = unit
    }
}

/// How a decision becomes an amplitude; thresholds in nV, amplitudes in nA, ramps in nA/s.
public enum ControllerSpec: Hashable, Sendable {
    case onOff(threshold: Int64, dwell: Microseconds, amplitude: Nanoamperes, rampUp: Int64, rampDown: Int64)
    case dualThreshold(lower: Int64, upper: Int64, amplitude: Nanoamperes, rampUp: Int64, rampDown: Int64)
    case proportional(lower: Int64, upper: Int64, amplitude: Nanoamperes, rampUp: Int64, rampDown: Int64)
    /// nil: the signed baseline.
    case openLoop(amplitude: Nanoamperes?, rampUp: Int64, rampDown: Int64)
    case none

    /// True for those that act on a decision.
    public var closesLoop: Bool {
        switch self {
        case .onOff, .dualThreshold, .proportional: true
        case .openLoop, .none: false
        }
    }

    /// True unless there is no controller.
    public var stimulates: Bool { self != .none }
}

/// The pulses that a controller modulates.
public struct StimulationSpec: Hashable, Sendable {
    /// `id` of a pair of the limits file.
    public var pair: String
    public var width: Microseconds
    /// Rounded up to whole µs: 130 Hz is 7,693 µs.
    public var period: Microseconds
    public var amplitudeMaximum: Nanoamperes

    /// A program.
    public init(pair: String, width: Microseconds, period: Microseconds, amplitudeMaximum: Nanoamperes) {
        self.pair = pair
        self.width = width
        self.period = period
        self.amplitudeMaximum = amplitudeMaximum
    }
}

/// When work must be done.
public struct Deadlines: Hashable, Sendable {
    /// From the end of a block to its decision.
    public var decision: Nanoseconds
    /// Period of the monitor's rate group.
    public var monitor: Nanoseconds

    /// Both deadlines.
    public init(decision: Nanoseconds, monitor: Nanoseconds) {
        self.decision = decision
        self.monitor = monitor
    }
}

/// Threshold crossing detection of spikes.
public struct SpikeDetectionSpec: Hashable, Sendable {
    /// Thousandths of the running root mean square.
    public var threshold: Int64
    public var refractory: Microseconds

    /// A detector.
    public init(threshold: Int64, refractory: Microseconds) {
        self.threshold = threshold
        self.refractory = refractory
    }
}

/// What of the signal is kept, and how often the record is synced.
public struct JournalSpec: Hashable, Sendable {
    /// Labels; nil: all.
    public var channels: [String]?
    public var syncInterval: Microseconds

    /// A journal.
    public init(channels: [String]?, syncInterval: Microseconds) {
        self.channels = channels
        self.syncInterval = syncInterval
    }
}

/// What differs from loop to loop: signal, decoder, controller and the pulses of one lead.
public struct LoopSpec: Hashable, Sendable {
    /// The lead as the limits file spells it; nil in a profile of one loop, whose pair says it.
    public var lead: Word?
    /// Labels of the channels used; nil: all.
    public var channels: [String]?
    public var rereference: Rereference
    public var filters: [FilterSpec]
    public var decoder: DecoderSpec
    /// nil where it never stimulates.
    public var stimulation: StimulationSpec?
    public var controller: ControllerSpec
    /// Places of the values that limits are compared with, by field path.
    var places: [String: Position]
}

/// What a profile's loop does, or its loops, as `profile.yaml` says.
///
/// With ``loops`` the fields that a loop has are those of the first one: who decides by them takes ``lanes``.
public struct Profile: Hashable, Sendable {
    public var name: String
    public var summary: String
    /// Name of a file in `Devices`.
    public var device: String
    /// File name beside the profile; nil where it never stimulates.
    public var limits: String?
    public var seed: UInt64
    public var blockNanoseconds: Int64
    public var filters: [FilterSpec]
    public var rereference: Rereference
    /// Labels of the channels used; nil: all.
    public var channels: [String]?
    /// Multiplies what the recording says; nil: 1.
    public var scale: Double?
    public var scaleReason: String?
    /// Path of a recording, relative to the package's folder.
    public var recording: String?
    /// The rate that a recording is resampled to, in mHz; nil: as it is.
    public var resampleMillihertz: Int64?
    public var blanking: BlankingSpec
    public var decoder: DecoderSpec
    public var controller: ControllerSpec
    /// nil where it never stimulates.
    public var stimulation: StimulationSpec?
    public var deadlines: Deadlines
    public var spikeDetection: SpikeDetectionSpec?
    public var journal: JournalSpec
    /// The lead that this loop is for; nil: the lead of its pair.
    public var lead: Word?
    /// The loops of several leads, in the file's order; empty: one loop.
    public var loops: [LoopSpec] = []
    /// Places of the values that limits are compared with, by field path.
    var places: [String: Position]

    /// One profile for each loop, in the file's order; a profile without ``loops`` is its own only one.
    public var lanes: [Profile] {
        loops.isEmpty
            ? [self]
            : loops.map { loop in
                var lane = self
                lane.loops = []
                lane.take(loop)
                return lane
            }
    }

    /// The channels that all loops together use, each once, in the order of the loops; nil: all.
    public var sourceChannels: [String]? {
        var labels: [String] = []
        for lane in lanes {
            guard let own = lane.channels else { return nil }
            labels += own.filter { !labels.contains($0) }
        }
        return labels
    }

    private mutating func take(_ loop: LoopSpec) {
        (lead, channels, rereference, filters) = (loop.lead, loop.channels, loop.rereference, loop.filters)
        (decoder, controller, stimulation) = (loop.decoder, loop.controller, loop.stimulation)
        places = loop.places
    }
}
