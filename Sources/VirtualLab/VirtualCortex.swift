public import Acquisition
public import Signal

/// A twin of a motor cortex as a source: spikes that follow an intended movement, which the decoder carries out.
///
/// 1 kHz, float32: the number of spikes of a unit in each millisecond, one channel a unit, as an amplifier gives them
/// that detects spikes itself. The unit of every channel is a count. A decision holds a velocity, x in
/// ``Signal/Decision/value`` and y in ``Signal/Decision/second``, in m/s; what was decided on block k moves the plant
/// from the first sample of block k + 2 on, at either pace, until the next one. A decision that is not valid stands
/// still. Same seed and same decisions, same bytes.
@safe public final class VirtualCortex: PacedSource, @unchecked Sendable {
    /// The driver's name in device files.
    public static let driver = "virtual-cortex"
    public static var isVirtual: Bool { true }
    /// No hand is faster, m/s.
    public static let greatestSpeed = 1.0
    public let format: BlockFormat
    public let montage: Montage
    public let pacer = Pacer()
    /// Decisions that came too late for their block.
    public private(set) var lateDecisions: Int64 = 0
    /// What the task came to so far; for another thread only once the source has stopped.
    public var score: ReachScore { twin.task.score }
    /// Where the plant is, in m from the centre.
    public var position: Planar { twin.plant.position }
    /// The velocity that is intended now, m/s.
    public var intent: Planar { twin.intent }

    public var screen: RigidRing<ScreenState>? { shown }
    private let shown = RigidRing<ScreenState>(capacity: 1_024, repeating: ScreenState())
    private let decisions = RigidRing<Decision>(
        capacity: 64, repeating: Decision(value: 0, confidence: 0, firstSample: 0, endSample: 0, isValid: false))
    private var twin: CortexTwin
    private var waiting: Decision?
    private var velocity = Planar(0, 0)
    private var sample: Int64 = 0

    /// A cortex with one unit a channel.
    ///
    /// - Parameters:
    ///   - montage: Names of the units, at least one.
    ///   - frames: Milliseconds in a block.
    ///   - seed: Units, noise, spikes and the order of targets.
    ///   - trial: Another one has the same units, but other noise and another order of targets.
    ///   - plant: What is moved.
    ///   - parameters: The population.
    /// - Throws: a cortex without units or samples.
    public init(
        montage: Montage, frames: Int, seed: UInt64, trial: UInt64 = 0, plant: Plant = .cursor,
        parameters: CortexParameters = CortexParameters()
    ) throws(SourceError) {
        guard !montage.channels.isEmpty, frames > 0 else {
            throw .option(key: "channels", text: "a cortex has at least one unit and one sample a block")
        }
        self.montage = montage
        format = BlockFormat(
            channels: montage.channels.count, frames: frames, rateNumerator: 1_000, kind: .float32)
        twin = CortexTwin(
            units: montage.channels.count, seed: seed, trial: trial, plant: plant, parameters: parameters)
    }

    public func follow(_ decision: Decision) { _ = decisions.push(decision) }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        takeDecisions()
        if let output = unsafe block.float32.baseAddress {
            for frame in 0..<format.frames {
                unsafe twin.advance(velocity: velocity, into: output + frame * format.channels)
            }
        }
        block.header = BlockHeader(
            firstSample: sample, deviceTime: sample * 1_000_000,
            hostArrival: (sample + Int64(format.frames)) * 1_000_000)
        var state = ScreenState()
        state.firstSample = sample
        state.cursor = SIMD2(twin.plant.position.x, twin.plant.position.y)
        state.target = SIMD2(twin.task.target.x, twin.task.target.y)
        state.radius = ReachTask.radius
        state.speed = velocity.length
        _ = shown.push(state)
        sample += Int64(format.frames)
        return .block
    }

    /// What was decided up to the block before the last one.
    private func takeDecisions() {
        while let decision = waiting ?? decisions.pop() {
            let from = decision.endSample + Int64(format.frames)
            guard from <= sample else {
                waiting = decision
                return
            }
            if from < sample { lateDecisions += 1 }
            waiting = nil
            velocity = Self.velocity(of: decision)
        }
    }

    private static func velocity(of decision: Decision) -> Planar {
        guard decision.isValid, decision.value.isFinite, decision.second.isFinite else { return Planar(0, 0) }
        let wanted = Planar(Double(decision.value), Double(decision.second))
        return wanted.length > greatestSpeed ? (greatestSpeed / wanted.length) * wanted : wanted
    }
}

extension VirtualCortex {
    /// A cortex as a device file asks for it; the option `plant` is `cursor` or `arm`.
    ///
    /// - Throws: where the rate is not 1 kHz or samples are not float32.
    public convenience init(_ request: SourceRequest) throws(SourceError) {
        guard request.rateNumerator == 1_000 * request.rateDenominator, request.rateDenominator > 0 else {
            throw .option(key: "rate", text: "the virtual cortex is sampled at 1000 Hz")
        }
        guard request.kind == .float32 else {
            throw .option(key: "sample", text: "the virtual cortex gives float32")
        }
        let plant: Plant
        switch request.options["plant"] ?? "cursor" {
        case "cursor": plant = .cursor
        case "arm": plant = .arm
        case let word: throw .option(key: "plant", text: "\"\(word)\" is neither cursor nor arm")
        }
        // The calibration's trial is 0; a run is another one, with the same units.
        try self.init(
            montage: request.montage, frames: request.frames, seed: request.seed, trial: 1, plant: plant)
    }
}
