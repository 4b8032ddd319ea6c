public import Acquisition
public import Signal

/// A twin of a Parkinson patient's subthalamic nucleus as a source: bursts of beta that shrink when it is stimulated.
///
/// 1 kHz, float32, µV. Channel 0 is the reference's field potential; the others see the same field with other gains
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
    public var latePulses: Int64 { twin.latePulses }
    /// Pulses that the tissue has felt.
    public var feltPulses: Int64 { twin.feltPulses }
    /// Their charge in the leading phase.
    public var feltCharge: Femtocoulombs { Femtocoulombs(twin.feltCharge) }
    /// The share of cortical drive that stimulation takes away now.
    public var efficacy: Double { twin.effect.efficacy }
    /// The circuit's own rate of S in Hz at each sample of the last block: what scores a therapy, free of artefact.
    ///
    /// Belongs to whoever calls ``next(into:)``, until the next call.
    public let lastBlockCircuit: UnsafeBufferPointer<Double>

    private let circuit: UnsafeMutableBufferPointer<Double>
    private let echoes = RigidRing<SegmentEcho>(capacity: 256, repeating: .cancel(from: Microseconds(.max)))
    private var twin: PatientTwin
    private let gains: UnsafeMutableBufferPointer<Double>
    private var position: Int64 = 0

    /// A patient.
    ///
    /// - Parameters:
    ///   - montage: Names of the channels, at least one.
    ///   - frames: Samples in a block.
    ///   - seed: Drift, cortex and background each get a stream of their own from it.
    ///   - parameters: The patient.
    /// - Throws: a patient without channels or samples.
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
        unsafe gains = .allocate(capacity: channels)
        for channel in 0..<channels {
            let gain = parameters.channelGains[channel % parameters.channelGains.count]
            unsafe gains.initializeElement(at: channel, to: gain)
        }
        unsafe circuit = .allocate(capacity: frames)
        unsafe circuit.initialize(repeating: 0)
        unsafe lastBlockCircuit = UnsafeBufferPointer(circuit)
        twin = PatientTwin(parameters, seed: seed)
    }

    deinit {
        unsafe circuit.deallocate()
        unsafe gains.deallocate()
    }

    public func stimulate(_ echo: SegmentEcho) { _ = echoes.push(echo) }

    public func next(into block: Block) throws(SourceError) -> SourceStatus {
        while let echo = echoes.pop() { twin.queue.add(echo) }
        if let output = unsafe block.float32.baseAddress { unsafe simulate(&twin, into: output) }
        block.header = BlockHeader(
            firstSample: position, deviceTime: position * 1_000_000,
            hostArrival: (position + Int64(format.frames)) * 1_000_000)
        position += Int64(format.frames)
        return .block
    }

    private func simulate(_ twin: inout PatientTwin, into output: UnsafeMutablePointer<Float>) {
        let gains = unsafe UnsafeBufferPointer(gains)
        for frame in 0..<format.frames {
            let row = unsafe output + frame * format.channels
            unsafe circuit[frame] = twin.sample(at: (position + Int64(frame)) * 1_000, gains: gains, into: row)
        }
    }
}
