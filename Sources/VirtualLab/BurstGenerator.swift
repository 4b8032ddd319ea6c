import Acquisition

/// Where between health and disease the patient is, from millisecond to millisecond.
///
///     k(t) = clip₀₁(mean + fast · z_f + slow · z_s)
struct BurstGenerator: Sendable {
    private(set) var weights: LoopWeights
    private var normals: NormalStream
    private var fast: OrnsteinUhlenbeck
    private var slow: OrnsteinUhlenbeck
    private let parameters: PatientParameters

    init(_ parameters: PatientParameters, seed: UInt64) {
        normals = NormalStream(seed: seed, stream: PatientStream.drift.rawValue)
        fast = OrnsteinUhlenbeck(step: 1, time: parameters.fastDriftTime, from: &normals)
        slow = OrnsteinUhlenbeck(step: 1, time: parameters.slowDriftTime, from: &normals)
        weights = parameters.healthy
        self.parameters = parameters
    }

    /// One millisecond.
    mutating func advance() {
        fast.advance(&normals)
        slow.advance(&normals)
        let drift = parameters.fastDrift * fast.value + parameters.slowDrift * slow.value
        let k = max(0, min(1, parameters.diseaseMean + drift))
        weights = .interpolated(parameters.healthy, parameters.parkinson, at: k)
    }
}

/// Which stream of a seed feeds what.
enum PatientStream: UInt64 {
    case drift = 101
    case cortex = 102
    case background = 103
    case otherChannels = 104
}
