public import Acquisition
public import Signal

/// A twin of a Parkinson patient's subthalamic nucleus as a source: bursts of beta that shrink when it is stimulated.
///
/// 1 kHz, float32, µV. A patient with two sides has two nuclei that know nothing of each other: the first half of the
/// channels sees the first, which the lead in place 0 stimulates, the other half the second. Channel 0 of a side is its
/// reference's field potential; the side's others see the same field with other gains
/// and white noise of their own. Every channel carries the stimulation artefact. Same seed and same echoes, same
/// bytes.
///
/// A pulse that is announced after its time acts at once and is counted in ``latePulses``. Echoes come in through a
/// ring, because at pace real another thread announces them; they are taken in at the start of a block.
@safe public final class VirtualPatient: PacedSource, @unchecked Sendable {
    /// The driver's name in device files.
    public static let driver = "virtual-patient"
    public static var isVirtual: Bool { true }
    public let format: BlockFormat
    public let montage: Montage
    public let pacer = Pacer()
    public let parameters: PatientParameters
    /// Pulses that were announced after their time.
    public var latePulses: Int64 { sides.reduce(0) { $0 + $1.twin.latePulses } }
    /// Pulses that the tissue has felt.
    public var feltPulses: Int64 { sides.reduce(0) { $0 + $1.twin.feltPulses } }
    /// Their charge in the leading phase.
    public var feltCharge: Femtocoulombs { Femtocoulombs(sides.reduce(0) { $0 + $1.twin.feltCharge }) }
    /// The share of cortical drive that stimulation takes away now, on the first side.
    public var efficacy: Double { efficacy(side: 0) }
    /// The first side's own rate of S in Hz at each sample of the last block: what scores a therapy, free of artefact.
    ///
    /// Belongs to whoever calls ``next(into:)``, until the next call.
    public let lastBlockCircuit: UnsafeBufferPointer<Double>

    private let circuit: UnsafeMutableBufferPointer<Double>
    private let echoes = RigidRing<SegmentEcho>(capacity: 256, repeating: .cancel(from: Microseconds(.max)))
    private let sides: [PatientSide]
    private let gains: UnsafeMutableBufferPointer<Double>
    private var position: Int64 = 0

    /// A patient.
    ///
    /// - Parameters:
    ///   - montage: Names of the channels, at least one.
    ///   - frames: Samples in a block.
    ///   - seed: Drift, cortex and background each get a stream of their own from it.
    ///   - sides: Nuclei, each with a lead, an equal share of the channels and a seed of its own.
    ///   - parameters: The patient, the same on every side.
    /// - Throws: a patient without channels or samples.
    public init(
        montage: Montage, frames: Int, seed: UInt64, sides: Int = 1,
        parameters: PatientParameters = PatientParameters()
    ) throws(SourceError) {
        let channels = montage.channels.count
        guard channels > 0, frames > 0, !parameters.channelGains.isEmpty else {
            throw .option(key: "channels", text: "a patient has at least one channel and one sample a block")
        }
        guard (1...8).contains(sides), channels % sides == 0 else {
            throw .option(key: "sides", text: "\(channels) channels cannot be shared equally by \(sides) sides")
        }
        self.montage = montage
        self.parameters = parameters
        format = BlockFormat(channels: channels, frames: frames, rateNumerator: 1_000, kind: .float32)
        unsafe gains = .allocate(capacity: channels / sides)
        for channel in 0..<channels / sides {
            let gain = parameters.channelGains[channel % parameters.channelGains.count]
            unsafe gains.initializeElement(at: channel, to: gain)
        }
        unsafe circuit = .allocate(capacity: frames)
        unsafe circuit.initialize(repeating: 0)
        unsafe lastBlockCircuit = UnsafeBufferPointer(circuit)
        self.sides = (0..<sides).map { PatientSide(parameters, seed: seed &+ UInt64($0) &* PatientSide.seedStep) }
    }

    deinit {
        unsafe circuit.deallocate()
        unsafe gains.deallocate()
    }

    public func stimulate(_ echo: SegmentEcho) { _ = echoes.push(echo) }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        while let echo = echoes.pop() { announce(echo) }
        if let output = unsafe block.float32.baseAddress {
            for index in sides.indices { unsafe simulate(&sides[index].twin, side: index, into: output) }
        }
        block.header = BlockHeader(
            firstSample: position, deviceTime: position * 1_000_000,
            hostArrival: (position + Int64(format.frames)) * 1_000_000)
        position += Int64(format.frames)
        return .block
    }

    /// The share of cortical drive that stimulation takes away now on one side.
    public func efficacy(side: Int) -> Double { sides[side].twin.effect.efficacy }

    /// Pulses that the tissue of one side has felt.
    public func feltPulses(side: Int) -> Int64 { sides[side].twin.feltPulses }

    /// A run acts on its lead's side alone; what was cancelled, was cancelled everywhere.
    private func announce(_ echo: SegmentEcho) {
        for index in sides.indices {
            if index == Int(echo.lead) || sides.count == 1 {
                sides[index].twin.queue.add(echo)
            } else {
                sides[index].twin.queue.cancel(from: echo.cancelledFrom.value)
            }
        }
    }

    private func simulate(_ twin: inout PatientTwin, side: Int, into output: UnsafeMutablePointer<Float>) {
        let gains = unsafe UnsafeBufferPointer(gains)
        for frame in 0..<format.frames {
            let row = unsafe output + frame * format.channels + side * gains.count
            let rate = unsafe twin.sample(at: (position + Int64(frame)) * 1_000, gains: gains, into: row)
            if side == 0 { unsafe circuit[frame] = rate }
        }
    }
}

/// One nucleus of a patient, with its own drift, cortex and background.
private final class PatientSide {
    /// From one side's seed to the next: the golden ratio in 64 bits.
    static let seedStep: UInt64 = 0x9E37_79B9_7F4A_7C15
    var twin: PatientTwin

    init(_ parameters: PatientParameters, seed: UInt64) { twin = PatientTwin(parameters, seed: seed) }
}
