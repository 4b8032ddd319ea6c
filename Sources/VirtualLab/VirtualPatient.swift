public import Acquisition
public import Signal

/// A twin of a Parkinson patient's subthalamic nucleus as a source: bursts of beta that shrink when it is stimulated.
///
/// 1 kHz, float32, µV. Channel 0 is the reference's field potential; the others see the same field with other gains and
/// white noise of their own. Every channel carries the stimulation artefact. Same seed and same echoes, same bytes.
///
/// ### Implementation Notes
///
/// Sample n is the state at n ms; then ten steps of 0.1 ms follow. A pulse at t µs acts at the start of the step that
/// contains t. One that is announced after its time acts at once and is counted in ``latePulses``. Echoes come in through
/// a ring, because at pace real another thread announces them; they are taken in at the start of a block.
@safe public final class VirtualPatient: PacedSource, @unchecked Sendable {
    /// The driver's name in device files.
    public static let driver = "virtual-patient"
    public static var isVirtual: Bool { true }
    public let format: BlockFormat
    public let montage: Montage
    public let pacer = Pacer()
    public let parameters: PatientParameters
    /// Pulses that were announced after their time.
    public private(set) var latePulses: Int64 = 0
    /// Pulses that the tissue has felt.
    public private(set) var feltPulses: Int64 = 0
    /// Their charge in the leading phase.
    public private(set) var feltCharge = Femtocoulombs(0)
    /// The circuit's own rate of S in Hz at each sample of the last block: what scores a therapy, free of artefact.
    ///
    /// Belongs to whoever calls ``next(into:)``, until the next call.
    public let lastBlockCircuit: UnsafeBufferPointer<Double>

    private let circuit: UnsafeMutableBufferPointer<Double>
    private let echoes = RigidRing<SegmentEcho>(capacity: 256, repeating: .cancel(from: Microseconds(.max)))
    private let queue = PulseQueue()
    private let loop: SubthalamicLoop
    private var bursts: BurstGenerator
    private var effect: ChargeEffect
    private var background: BackgroundField
    private var cortexNormals: NormalStream
    private var cortex: OrnsteinUhlenbeck
    private var otherNormals: NormalStream
    private var artefact: StimulationArtefact
    private let gains: [Double]
    private let meanShare: Double
    private var meanRate = 0.0
    private var position: Int64 = 0

    /// A patient.
    ///
    /// - Parameters:
    ///   - montage: Names of the channels, at least one.
    ///   - frames: Samples in a block.
    ///   - seed: Drift, cortex and background each get a stream of their own from it.
    ///   - parameters: The patient.
    public init(
        montage: Montage, frames: Int, seed: UInt64, parameters: PatientParameters = PatientParameters()
    ) throws(SourceError) {
        let channels = montage.channels.count
        guard channels > 0, frames > 0, !parameters.channelGains.isEmpty else {
            throw .option(key: "channels", text: "a patient has at least one channel and one sample a block")
        }
        self.montage = montage
        self.parameters = parameters
        format = BlockFormat(channels: channels, frames: frames, rateNumerator: 1_000, kind: .float32)
        gains = (0..<channels).map { parameters.channelGains[$0 % parameters.channelGains.count] }
        unsafe circuit = .allocate(capacity: frames)
        unsafe circuit.initialize(repeating: 0)
        unsafe lastBlockCircuit = UnsafeBufferPointer(circuit)
        loop = SubthalamicLoop(LoopConstants(timeScale: parameters.timeScale))
        bursts = BurstGenerator(parameters, seed: seed)
        effect = ChargeEffect(parameters)
        background = BackgroundField(parameters, seed: seed)
        cortexNormals = NormalStream(seed: seed, stream: PatientStream.cortex.rawValue)
        cortex = OrnsteinUhlenbeck(
            step: SubthalamicLoop.step, time: parameters.corticalNoiseTime, from: &cortexNormals)
        otherNormals = NormalStream(seed: seed, stream: PatientStream.otherChannels.rawValue)
        artefact = StimulationArtefact(parameters)
        meanShare = 1 - exponential(-1 / parameters.fieldMeanTime)
        meanRate = loop.subthalamic
        for _ in 0..<parameters.settlingTime { advanceMillisecond() }
    }

    deinit { unsafe circuit.deallocate() }

    /// The share of cortical drive that stimulation takes away now.
    public var efficacy: Double { effect.efficacy }

    public func stimulate(_ echo: SegmentEcho) { _ = echoes.push(echo) }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        while let echo = echoes.pop() { queue.add(echo) }
        let output = unsafe block.float32
        for frame in 0..<format.frames {
            let time = (position + Int64(frame)) * 1_000
            takePulses(before: time + 1, stepStart: time)
            unsafe circuit[frame] = loop.subthalamic
            unsafe emit(into: output, frame: frame, time: time)
            advanceMillisecond(from: time)
        }
        block.header = BlockHeader(
            firstSample: position, deviceTime: position * 1_000_000,
            hostArrival: (position + Int64(format.frames)) * 1_000_000)
        position += Int64(format.frames)
        return .block
    }

    private func emit(into output: UnsafeMutableBufferPointer<Float>, frame: Int, time: Int64) {
        let noise = background.next()
        let field = parameters.fieldGain * (loop.subthalamic - meanRate) + noise.pink + artefact.value(at: time)
        for channel in 0..<format.channels {
            let white = channel == 0 ? noise.white : parameters.whiteNoise * otherNormals.next()
            unsafe output[frame * format.channels + channel] = Float(gains[channel] * field + white)
        }
    }

    /// Ten steps; pulses are felt where `time`, the start in µs, is given.
    private func advanceMillisecond(from time: Int64? = nil) {
        bursts.advance()
        for step in 0..<10 {
            if let time {
                let start = time + Int64(step) * 100
                takePulses(before: start + 100, stepStart: start)
            }
            let drive = (1 - effect.efficacy) * (1 + parameters.corticalNoise * cortex.value)
            loop.advance(bursts.weights, drive: drive)
            effect.advance()
            cortex.advance(&cortexNormals)
        }
        meanRate += meanShare * (loop.subthalamic - meanRate)
    }

    @inline(__always)
    private func takePulses(before end: Int64, stepStart: Int64) {
        while queue.nextTime < end, let pulse = queue.pop(before: end) {
            if pulse.time < stepStart { latePulses += 1 }
            feltPulses += 1
            feltCharge.value += pulse.charge.value
            effect.add(nanocoulombs: Double(pulse.charge.value) * 1e-6)
            artefact.add(pulse)
        }
    }
}
