import Acquisition

/// Pink and white noise of the first channel, once a millisecond.
///
/// Pink is the normed sum of six Ornstein–Uhlenbeck processes whose times are four times apart.
struct BackgroundField: Sendable {
    private var normals: NormalStream
    private var parts: InlineArray<6, OrnsteinUhlenbeck>
    private let pinkScale: Double
    private let whiteScale: Double

    init(_ parameters: PatientParameters, seed: UInt64) {
        var normals = NormalStream(seed: seed, stream: PatientStream.background.rawValue)
        var time = parameters.pinkShortestTime
        parts = InlineArray { _ in
            defer { time *= 4 }
            return OrnsteinUhlenbeck(step: 1, time: time, from: &normals)
        }
        self.normals = normals
        pinkScale = parameters.pinkNoise / Double(6).squareRoot()
        whiteScale = parameters.whiteNoise
    }

    /// One millisecond: pink and white noise in µV.
    mutating func next() -> (pink: Double, white: Double) {
        var sum = 0.0
        for index in parts.indices {
            parts[index].advance(&normals)
            sum += parts[index].value
        }
        return (pinkScale * sum, whiteScale * normals.next())
    }
}
