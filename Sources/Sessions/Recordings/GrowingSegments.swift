import Signal

/// Segments of a stream as its packets come in.
struct GrowingSegments {
    private(set) var segments: [RecordedSegment] = []
    /// Samples in all segments.
    private(set) var samples: Int64 = 0
    let hertz: Double
    private let path: String
    /// Segments that may be kept.
    private static let most = 1_000_000

    /// None yet, of samples at `hertz`; `path` is named in an error.
    init(hertz: Double, path: String) {
        self.hertz = hertz
        self.path = path
    }

    /// Adds `count` samples, of a new segment where `onset` says when it begins.
    ///
    /// - Throws: where there are more segments than a recording can have.
    mutating func add(_ count: Int64, onset: Double?) throws(RecordingError) {
        guard count > 0 else { return }
        if segments.isEmpty || onset != nil {
            guard segments.count < GrowingSegments.most else {
                throw RecordingError(
                    file: path, text: "more than \(GrowingSegments.most) gaps; this is no usable recording")
            }
            segments.append(RecordedSegment(onset: onset ?? 0, duration: 0, firstSample: samples, samples: 0))
        }
        samples += count
        segments[segments.count - 1].samples += count
        segments[segments.count - 1].duration = Double(segments[segments.count - 1].samples) / hertz
    }
}
