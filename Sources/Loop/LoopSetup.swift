internal import Conditioning
public import Configuration
internal import Decoding
internal import Interlocks
public import Sessions
public import Signal
internal import Stimulation

/// Everything that decides what a loop does: a profile, its limits, its network, and the shape of its signal.
///
/// A live run and a replay are wired from the same value, so that they cannot differ.
public struct LoopSetup: Sendable {
    public var profile: Profile
    /// Nil where nothing may be stimulated.
    public var limits: Limits?
    /// Names of ``Interlocks/Limits/pairs``, in their order.
    public var pairNames: [String]
    /// The device's resolution.
    public var amplitudeStep: Nanoamperes
    /// Path of the decoder's network; nil where the decoder has none.
    public var network: String?
    /// The networks of the profile's `loops`, in their order; empty in a profile of one loop.
    public var loopNetworks: [LoopNetwork] = []
    /// The mode in which a session of several loops stimulates; nil: the controller's.
    private var sessionMode: Mode?
    public var format: BlockFormat
    public var montage: Montage
    /// The signed way back from a fallback; nil: by hand.
    public var automaticReturn: AutomaticReturn?
    /// What the signed file says of saturation and flat lines; nil: the built-in rules.
    public var sensing: SensingRules?
    /// BLAKE2b-256 of the network as it was checked and journalled; nil: not known, and not compared.
    public var networkHash: Hash256?
    /// The channels as the device's file has them; nil: the source's own are taken.
    public var expectedMontage: Montage?
    /// The profile's folder, where an external decoder's files are looked for; nil: here.
    public var folder: String?
    /// The correction that the decoder begins with, where an earlier session learnt one; nil: none.
    public var startReadout: [Double]?
    /// Whether a decoder that may adapt does.
    public var learns = true
    /// A replay: decisions of other processes come from the journal.
    var isReplay = false
    /// Virtual time: an answer of another process is waited for, as the guard's is.
    var isLockStep = false
    /// Puts something between the profile's decoder and the loop; for tests that make a decoder fail.
    var wrapDecoder: (@Sendable (any Decoder) -> any Decoder)?

    /// A setup for blocks of `format`.
    public init(
        profile: Profile, limits: Limits?, pairNames: [String], amplitudeStep: Nanoamperes, network: String?,
        format: BlockFormat, montage: Montage
    ) {
        self.profile = profile
        self.limits = limits
        self.pairNames = pairNames
        self.amplitudeStep = amplitudeStep
        self.network = network
        self.format = format
        self.montage = montage
    }

    /// The mode in which the profile's controller stimulates.
    ///
    /// A session has one mode: one loop that is closed closes it for all.
    public var outputMode: Mode {
        sessionMode ?? (profile.lanes.contains { $0.controller.closesLoop } ? .closedLoop : .openLoop)
    }

    /// One setup for each loop, in the profile's order.
    var lanes: [LoopSetup] {
        guard !profile.loops.isEmpty else { return [self] }
        return profile.lanes.enumerated().map { index, loop in
            var lane = self
            lane.profile = loop
            lane.loopNetworks = []
            lane.sessionMode = outputMode
            let own = loopNetworks.indices.contains(index) ? loopNetworks[index] : nil
            (lane.network, lane.networkHash) = (own?.path, own?.hash)
            return lane
        }
    }

    /// The loops' leads as the limits spell them; empty in a profile of one loop.
    var loopNames: [String] { profile.loops.map { $0.lead?.text ?? "" } }

    /// Ticks that a ramp from the largest amplitude to 0 takes, and four for the pulses in flight.
    public var rampTicks: Int64 { lanes.map(\.rampTicksOfLane).max() ?? 4 }

    private var rampTicksOfLane: Int64 {
        guard let limits, limits.rampDown > 0, let program = profile.stimulation else { return 4 }
        let rate = max(1, min(limits.rampDown, profile.controller.rampDown ?? limits.rampDown))
        let microseconds = program.amplitudeMaximum.value * 1_000_000 / rate
        return microseconds * 1_000 / profile.blockNanoseconds + 5
    }

    /// The filters' coefficients as hexadecimal bits, one fact a section: b0 b1 b2 a1 a2, as IEEE 754 doubles.
    ///
    /// - Throws: a filter that the rate does not allow.
    public func coefficients() throws(AssemblyError) -> [String] {
        var sections: [String] = []
        for lane in lanes {
            sections += try lane.conditioning().biquads.map { section in
                [section.b0, section.b1, section.b2, section.a1, section.a2]
                    .map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
            }
        }
        return sections
    }

    /// What Conditioning does, with the signed file's rules of sensing.
    func conditioning() throws(AssemblyError) -> ConditioningConfiguration {
        try conditioningConfiguration(profile, format: format, montage: montage, sensing: sensing)
    }

    /// Builds everything once and throws it away: what cannot be wired is said before anything is written or started.
    ///
    /// - Throws: what a profile asks for and cannot have.
    public func check() throws(AssemblyError) {
        guard profile.journal.channels == nil else {
            throw AssemblyError(text: "journal.channels: this version records every channel; take the key out")
        }
        for lane in lanes {
            _ = try lane.conditioning()
            _ = try makeDecoder(lane)
            _ = try lane.stimulationParts(arms: false, gate: limits.map(SessionGate.init))
        }
    }

    /// The parts of one loop's stimulation stage, which judges by `gate`; nil where the loop has no controller.
    func stimulationParts(arms: Bool, gate: SessionGate?) throws(AssemblyError) -> StimulationParts? {
        guard profile.controller.stimulates else { return nil }
        guard let limits, let gate, let wanted = profile.stimulation else {
            throw AssemblyError(text: "a controller needs `limits` and `stimulation` in the profile")
        }
        guard let pair = pairNames.firstIndex(of: wanted.pair) else {
            throw AssemblyError(
                text: "the limits have no pair \"\(wanted.pair)\"; they have " + listed(pairNames))
        }
        try checkPulsesInFlight(period: wanted.period)
        let program = StimulationProgram(
            pair: Int32(pair), width: wanted.width, period: wanted.period,
            rampUp: profile.controller.rampUp ?? limits.rampUp,
            rampDown: profile.controller.rampDown ?? limits.rampDown, maximumStep: limits.maximumStep,
            amplitudeStep: amplitudeStep)
        let configuration = try conditioning()
        let controller = Controller(law: try law(limits), program: program)
        return StimulationParts(
            controller: controller, limits: limits, gate: gate, outputMode: outputMode,
            blanking: configuration.blanking, format: format, arms: arms, automaticReturn: automaticReturn)
    }

    /// Pulses of four blocks may wait for blanking at once: proposed, in flight, and disturbed across a block's end.
    private func checkPulsesInFlight(period: Microseconds) throws(AssemblyError) {
        let inBlock = profile.blockNanoseconds / 1_000 / max(1, period.value) + 1
        guard inBlock * 4 > Int64(MarkSchedule.capacity) else { return }
        throw AssemblyError(
            text: "a block of \(profile.blockNanoseconds / 1_000_000) ms holds \(inBlock) pulses; at most "
                + "\(MarkSchedule.capacity / 4) can be blanked: take shorter blocks")
    }

    private func law(_ limits: Limits) throws(AssemblyError) -> ControlLaw {
        switch profile.controller {
        case .onOff(let threshold, let dwell, let amplitude, _, _):
            return .onOff(threshold: threshold, dwell: dwell, amplitude: amplitude)
        case .dualThreshold(let lower, let upper, let amplitude, _, _):
            return .dualThreshold(lower: lower, upper: upper, amplitude: amplitude)
        case .proportional(let lower, let upper, let amplitude, _, _):
            return .proportional(lower: lower, upper: upper, amplitude: amplitude)
        case .openLoop(let amplitude, _, _):
            guard let wanted = amplitude ?? limits.baseline?.amplitude else {
                throw AssemblyError(text: "an open loop needs an amplitude, or a baseline in its limits")
            }
            return .openLoop(amplitude: wanted)
        case .none: return .none
        }
    }
}

/// The network of one of several loops.
public struct LoopNetwork: Sendable {
    public var path: String
    /// BLAKE2b-256 as it was checked and journalled; nil: not known, and not compared.
    public var hash: Hash256?

    /// A network at `path`.
    public init(path: String, hash: Hash256?) {
        self.path = path
        self.hash = hash
    }
}

extension ControllerSpec {
    /// nA/s upwards; nil without a controller.
    var rampUp: Int64? {
        switch self {
        case .onOff(_, _, _, let up, _), .dualThreshold(_, _, _, let up, _), .proportional(_, _, _, let up, _),
            .openLoop(_, let up, _):
            up
        case .none: nil
        }
    }

    /// nA/s downwards; nil without a controller.
    var rampDown: Int64? {
        switch self {
        case .onOff(_, _, _, _, let down), .dualThreshold(_, _, _, _, let down), .proportional(_, _, _, _, let down),
            .openLoop(_, _, let down):
            down
        case .none: nil
        }
    }
}
