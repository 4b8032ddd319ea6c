import Signal

/// One channel, read in pieces as a writer walks through it.
final class SamplePiece {
    private let file: any RecordingFile
    private let stream: Int
    private let channel: Int
    private var counts: [Int32] = []
    private var values: [Double] = []
    private var first: Int64 = 0
    /// Samples that are read at a time.
    static let length: Int64 = 1 << 13

    init(_ file: any RecordingFile, _ stream: Int, _ channel: Int) {
        self.file = file
        self.stream = stream
        self.channel = channel
    }

    /// The count of sample `at`; none at or behind `end` is read.
    func count(_ at: Int64, before end: Int64) throws(RecordingError) -> Int32 {
        if at < first || at >= first + Int64(counts.count) {
            // Pieces begin at multiples, so that all channels of a file ask for the same stretch.
            first = at - at % SamplePiece.length
            counts = [Int32](repeating: 0, count: Int(min(SamplePiece.length, end - first)))
            var failure: RecordingError?
            unsafe counts.withUnsafeMutableBufferPointer { room in
                do throws(RecordingError) {
                    try unsafe file.readCounts(stream: stream, channel: channel, first: first, into: room)
                } catch { failure = error }
            }
            if let failure { throw failure }
        }
        return counts[Int(at - first)]
    }

    /// Appends `number` counts from sample `at` on, little-endian in `size` bytes each.
    ///
    /// None at or behind `end` is read.
    func append(
        _ at: Int64, _ number: Int, before end: Int64, size: Int, to bytes: inout [UInt8]
    ) throws(RecordingError) {
        var next = at
        while next < at + Int64(number) {
            _ = try count(next, before: end)
            let start = Int(next - first)
            let here = min(counts.count - start, Int(at + Int64(number) - next))
            for word in counts[start..<(start + here)] {
                bytes.append(UInt8(truncatingIfNeeded: word))
                bytes.append(UInt8(truncatingIfNeeded: word >> 8))
                if size == 3 { bytes.append(UInt8(truncatingIfNeeded: word >> 16)) }
            }
            next += Int64(here)
        }
    }

    /// The physical value of sample `at`; none at or behind `end` is read.
    func value(_ at: Int64, before end: Int64) throws(RecordingError) -> Double {
        if at < first || at >= first + Int64(values.count) {
            first = at - at % SamplePiece.length
            values = [Double](repeating: 0, count: Int(min(SamplePiece.length, end - first)))
            var failure: RecordingError?
            unsafe values.withUnsafeMutableBufferPointer { room in
                do throws(RecordingError) {
                    try unsafe file.readValues(stream: stream, channel: channel, first: first, into: room)
                } catch { failure = error }
            }
            if let failure { throw failure }
        }
        return values[Int(at - first)]
    }
}
