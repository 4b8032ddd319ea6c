import Acquisition
import Signal

/// All that changes in a virtual patient, from millisecond to millisecond.
///
/// ### Implementation Notes
///
/// One value, so that a block is one access to it. Sample n is the state at n ms; then ten steps of 0.1 ms follow. A
/// pulse at t µs acts at the start of the step that contains t.
struct PatientTwin: ~Copyable, Sendable {
    var queue = PulseQueue()
    private(set) var effect: ChargeEffect
    private(set) var latePulses: Int64 = 0
    private(set) var feltPulses: Int64 = 0
    private(set) var feltCharge: Int64 = 0
    private var loop: SubthalamicLoop
    private var bursts: BurstGenerator
    private var background: BackgroundField
    private var cortexNormals: NormalStream
    private var cortex: OrnsteinUhlenbeck
    private var otherNormals: NormalStream
    private var artefact: StimulationArtefact
    private var meanRate: Double
    private let meanShare: Double
    private let corticalNoise: Double
    private let fieldGain: Double
    private let whiteNoise: Double

    /// A twin that has settled, at sample 0.
    init(_ parameters: PatientParameters, seed: UInt64) {
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
        corticalNoise = parameters.corticalNoise
        fieldGain = parameters.fieldGain
        whiteNoise = parameters.whiteNoise
        meanRate = loop.subthalamic
        for _ in 0..<parameters.settlingTime { settleMillisecond() }
    }

    /// Gives the state at `time` µs, one value a channel and the circuit's own rate, and goes on to the next
    /// millisecond.
    mutating func sample(
        at time: Int64, gains: UnsafeBufferPointer<Double>, into output: UnsafeMutablePointer<Float>
    ) -> Double {
        takePulses(before: time + 1, stepStart: time)
        let rate = loop.subthalamic
        let noise = background.next()
        let field = fieldGain * (rate - meanRate) + noise.pink + artefact.value(at: time)
        unsafe output[0] = unsafe Float(gains[0] * field + noise.white)
        for channel in 1..<gains.count {
            unsafe output[channel] = unsafe Float(gains[channel] * field + whiteNoise * otherNormals.next())
        }
        advanceMillisecond(from: time)
        return rate
    }

    private mutating func advanceMillisecond(from time: Int64) {
        bursts.advance()
        for step in 0..<10 {
            let start = time + Int64(step) * 100
            takePulses(before: start + 100, stepStart: start)
            advanceStep()
        }
        meanRate += meanShare * (loop.subthalamic - meanRate)
    }

    /// One millisecond before sample 0: nothing is felt.
    private mutating func settleMillisecond() {
        bursts.advance()
        for _ in 0..<10 { advanceStep() }
        meanRate += meanShare * (loop.subthalamic - meanRate)
    }

    @inline(__always)
    private mutating func advanceStep() {
        loop.advance(bursts.weights, drive: (1 - effect.efficacy) * (1 + corticalNoise * cortex.value))
        effect.advance()
        cortex.advance(&cortexNormals)
    }

    @inline(__always)
    private mutating func takePulses(before end: Int64, stepStart: Int64) {
        while queue.nextTime < end, let pulse = queue.pop(before: end) {
            if pulse.time < stepStart { latePulses += 1 }
            feltPulses += 1
            feltCharge += pulse.charge.value
            effect.add(nanocoulombs: Double(pulse.charge.value) * 1e-6)
            artefact.add(pulse)
        }
    }
}
