import Signal

/// Signals that share a file of a WFDB record: in each frame, the samples of one after the other.
final class WFDBGroup {
    let format: WFDBFormat
    /// Whole frames that the file holds.
    let frames: Int64
    private let file: FileBytes
    private let start: Int64
    /// Samples of all signals in one frame.
    private let width: Int
    /// Frames that are read at once; a whole number of blocks.
    private let span: Int64
    private var kept: (first: Int64, bytes: [UInt8])?
    /// In format 8: the sums before every piece, one for each sample of a frame's last place.
    private var sums: [[Int64]] = []
    private let initial: [Int64]
    private let lengths: [Int]

    /// `lengths`: samples in a frame of each signal; `initial`: their values before the first difference.
    init(_ file: FileBytes, format: WFDBFormat, start: Int64, lengths: [Int], initial: [Int64]) {
        (self.file, self.format, self.start, self.lengths, self.initial) = (file, format, start, lengths, initial)
        width = lengths.reduce(0, +)
        frames = format.samples(in: max(0, file.size - start)) / Int64(width)
        // A multiple of 6 frames begins on a block's border, whatever the format.
        // Differences are added up from a piece's beginning, so theirs are short.
        span = Int64(max(1, (1 << (format == .differences ? 14 : 18)) / width / 6)) * 6
    }

    /// Where signal `index` begins in a frame.
    private func place(of index: Int) -> Int { lengths[..<index].reduce(0, +) }

    /// Calls `take` with each of `count` samples of a signal, from its sample `first` on.
    ///
    /// - Throws: when the file has become shorter, or can no longer be read.
    func each(signal: Int, first: Int64, count: Int, take: (Int, Int32) -> Void) throws(RecordingError) {
        let (length, offset) = (lengths[signal], place(of: signal))
        if format == .differences, sums.isEmpty { try addUp() }
        var done = 0
        while done < count {
            let sample = first + Int64(done)
            let piece = sample / Int64(length) / span
            let bytes = try load(piece)
            let inside = Int(sample - piece * span * Int64(length))
            let here = min(count - done, Int(min(span, frames - piece * span)) * length - inside)
            var sum = format == .differences ? sums[Int(piece)][signal] : 0
            // Differences are added up from the piece's beginning.
            for place in (format == .differences ? 0 : inside)..<(inside + here) {
                let value = format.count(bytes, place / length * width + offset + place % length)
                sum += Int64(value)
                guard place >= inside else { continue }
                take(done + place - inside, format == .differences ? Int32(truncatingIfNeeded: sum) : value)
            }
            done += here
        }
    }

    /// The sums of all differences before each piece.
    private func addUp() throws(RecordingError) {
        var (running, found) = (initial, [initial])
        var piece: Int64 = 0
        while (piece + 1) * span < frames {
            let bytes = try load(piece)
            for frame in 0..<Int(span) {
                var at = frame * width
                for (signal, length) in lengths.enumerated() {
                    for _ in 0..<length {
                        running[signal] += Int64(format.count(bytes, at))
                        at += 1
                    }
                }
            }
            found.append(running)
            piece += 1
        }
        sums = found
    }

    private func load(_ piece: Int64) throws(RecordingError) -> [UInt8] {
        if let kept, kept.first == piece { return kept.bytes }
        let block = format.block
        let (first, end) = (piece * span, min(frames, (piece + 1) * span))
        let from = first * Int64(width) / Int64(block.samples) * Int64(block.bytes)
        let to = (end * Int64(width) + Int64(block.samples) - 1) / Int64(block.samples) * Int64(block.bytes)
        let wanted = Int(min(to, file.size - start) - from)
        // The last block may be cut; what is behind its last sample is never used.
        let bytes =
            try file.all(at: start + from, count: wanted) + [UInt8](repeating: 0, count: Int(to - from) - wanted)
        kept = (piece, bytes)
        return bytes
    }
}
