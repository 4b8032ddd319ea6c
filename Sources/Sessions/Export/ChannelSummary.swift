import Signal

/// Least and greatest value of a channel, for formats whose headers give a range before the samples.
struct ChannelSummary {
    var least = Double.infinity
    var greatest = -Double.infinity
    /// The first sample that is no number; nil where all are.
    var firstNaN: Int64?

    /// Reads a channel whole, 64 Ki samples at a time.
    init(_ file: any RecordingFile, stream: Int, channel: Int, samples: Range<Int64>) throws(RecordingError) {
        let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1 << 16)
        defer { unsafe room.deallocate() }
        unsafe room.initialize(repeating: 0)
        var first = samples.lowerBound
        while first < samples.upperBound {
            let count = Int(min(1 << 16, samples.upperBound - first))
            let part = unsafe UnsafeMutableBufferPointer(rebasing: room[..<count])
            try unsafe file.readValues(stream: stream, channel: channel, first: first, into: part)
            for index in 0..<count {
                let value = unsafe part[index]
                if value.isFinite {
                    least = min(least, value)
                    greatest = max(greatest, value)
                } else if firstNaN == nil {
                    firstNaN = first + Int64(index)
                }
            }
            first += Int64(count)
        }
    }
}
