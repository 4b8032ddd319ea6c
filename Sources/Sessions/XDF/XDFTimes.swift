import Signal

/// The stamps of one stream, made in one walk over its chunks: counts, unbroken stretches and their lines.
struct XDFTimes {
    /// An unbroken stretch: its samples, the stamp of the first and the seconds between two.
    struct Stretch {
        var first: Int64
        var count: Int64
        var start: Double
        var last: Double
        // Sums for the line through (index, stamp − start).
        fileprivate var sumX = 0.0, sumXX = 0.0, sumY = 0.0, sumXY = 0.0

        fileprivate init(first: Int64, start: Double) {
            (self.first, count, self.start, last) = (first, 0, start, start)
        }

        fileprivate mutating func add(_ stamp: Double) {
            let (x, y) = (Double(count), stamp - start)
            sumX += x
            sumXX += x * x
            sumY += y
            sumXY += x * y
            count += 1
            last = stamp
        }

        /// Intercept and slope of the line through the stretch's stamps by index.
        var line: (start: Double, step: Double) {
            let n = Double(count)
            let determinant = n * sumXX - sumX * sumX
            guard count > 1, determinant > 0 else { return (start, 0) }
            let slope = (n * sumXY - sumX * sumY) / determinant
            return (start + (sumY - slope * sumX) / n, slope)
        }
    }

    private(set) var stretches: [Stretch] = []
    private(set) var samples: Int64 = 0
    /// Samples at the end of chunks that the chunk announces and does not hold.
    private(set) var lost: Int64 = 0
    /// For each chunk, its first sample.
    private(set) var firsts: [Int64] = []
    private var previous: Double?
    private var segment = 0
    private var lastRaw: Double?

    /// Walks over the chunks of `stream`; `take` gets each sample's index, stamp by `clock` (raw or synchronised) and
    /// the chunk it is in.
    init(
        _ stream: XDFChunks.Stream, in chunks: XDFChunks, clock: XDFClock,
        take: (Int64, Double, XDFSamples, Int) -> Void = { _, _, _, _ in }
    ) throws(RecordingError) {
        let step = stream.rate.map { 1 / $0.hertz } ?? 0
        // pyxdf breaks a stretch where stamps jump by more than 1 s and 500 samples, or go back.
        let jump = max(1, 500 * step)
        for chunk in stream.chunks {
            firsts.append(samples)
            let bytes = try chunks.bytes(chunk.offset, chunk.length)
            guard var walk = XDFSamples(bytes, storage: stream.storage, channels: stream.channels) else {
                lost += 1
                continue
            }
            var taken = 0
            while taken < walk.announced, let (own, place) = walk.next() {
                let raw = own ?? (previous ?? 0) + step
                previous = raw
                let stamp = clock == .raw ? raw : synchronised(raw, stream.offsets)
                follow(stamp, isRegular: stream.rate != nil, jump: jump)
                take(samples, stamp, walk, place)
                samples += 1
                taken += 1
            }
            lost += Int64(min(walk.announced, bytes.count) - taken)
        }
    }

    private mutating func follow(_ stamp: Double, isRegular: Bool, jump: Double) {
        if let last = stretches.last?.last, !isRegular || (stamp >= last && stamp - last <= jump) {
            stretches[stretches.count - 1].add(stamp)
        } else {
            stretches.append(Stretch(first: samples, start: stamp))
            stretches[stretches.count - 1].add(stamp)
        }
    }

    /// With the line of the clock that stamped it: a step back of the raw stamps, or one over a line's first
    /// measurement from behind, is a restart.
    private mutating func synchronised(_ raw: Double, _ offsets: XDFOffsets) -> Double {
        defer { lastRaw = raw }
        guard !offsets.lines.isEmpty else { return raw }
        if let lastRaw, abs(raw - lastRaw) > 1, segment + 1 < offsets.lines.count {
            let next = offsets.lines[segment + 1]
            if abs(raw - next.firstTime) < abs(raw - offsets.lines[segment].firstTime) { segment += 1 }
        }
        let line = offsets.lines[segment]
        return raw + line.intercept + line.slope * raw
    }
}
