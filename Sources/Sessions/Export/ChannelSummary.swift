import Signal

/// Least and greatest value of a channel, for formats whose headers give a range before the samples.
struct ChannelSummary {
    var least = Double.infinity
    var greatest = -Double.infinity
    /// The first sample that is no number; nil where all are.
    var firstNaN: Int64?

    /// The summaries of channels of one recording, read together in pieces, so that a file that interleaves them is
    /// read once.
    ///
    /// - Parameters:
    ///   - file: The recording.
    ///   - channels: Stream, channel and samples of each.
    /// - Returns: one a channel.
    /// - Throws: where the file can no longer be read.
    static func all(
        _ file: any RecordingFile, _ channels: [(stream: Int, channel: Int, samples: Range<Int64>)]
    ) throws(RecordingError) -> [ChannelSummary] {
        var result = [ChannelSummary](repeating: ChannelSummary(), count: channels.count)
        let longest = channels.map { Int64($0.samples.count) }.max() ?? 0
        let pieces = max(1, (longest + SamplePiece.length - 1) / SamplePiece.length)
        let room = UnsafeMutableBufferPointer<Double>.allocate(capacity: Int(SamplePiece.length) + 1)
        defer { unsafe room.deallocate() }
        unsafe room.initialize(repeating: 0)
        for piece in 0..<pieces {
            for (index, channel) in channels.enumerated() {
                let total = Int64(channel.samples.count)
                let (first, end) = (total * piece / pieces, total * (piece + 1) / pieces)
                let part = unsafe UnsafeMutableBufferPointer(rebasing: room[..<Int(end - first)])
                let start = channel.samples.lowerBound + first
                try unsafe file.readValues(stream: channel.stream, channel: channel.channel, first: start, into: part)
                unsafe result[index].add(part, at: start)
            }
        }
        return result
    }

    private mutating func add(_ values: UnsafeMutableBufferPointer<Double>, at first: Int64) {
        var (low, high) = (least, greatest)
        for index in values.indices {
            let value = unsafe values[index]
            if value.isFinite {
                low = min(low, value)
                high = max(high, value)
            } else if firstNaN == nil {
                firstNaN = first + Int64(index)
            }
        }
        (least, greatest) = (low, high)
    }
}
