import Signal

/// 16-bit counts of interleaved channels in packets, with bytes that are no samples between the packets.
///
/// Packets of one size that follow each other are one run, so that an hour of them costs some bytes of memory.
final class PacketedCounts {
    /// Packets of one size, one behind the other.
    struct Run: Hashable {
        /// The first packet's first sample in the file.
        var offset: Int64
        /// Bytes from one packet's first sample to the next one's.
        var stride: Int64
        var packets: Int64
        /// Frames of a packet.
        var frames: Int64
        /// The first packet's first frame.
        var first: Int64

        var end: Int64 { first + packets * frames }
    }

    let file: FileBytes
    let channels: Int
    private(set) var runs: [Run] = []
    /// Frames in all packets.
    private(set) var frames: Int64 = 0
    private var cached: (offset: Int64, bytes: [UInt8]) = (-1, [])
    private static let piece = 1 << 20
    /// Runs that may be kept.
    private static let most = 1_000_000

    /// No packets yet; `channels` is at least 1.
    init(_ file: FileBytes, channels: Int) {
        self.file = file
        self.channels = channels
    }

    private var frameBytes: Int64 { 2 * Int64(channels) }

    /// Adds a packet of `count` frames whose first sample is at `offset`; the caller has seen that the file holds it.
    func append(offset: Int64, stride: Int64, frames count: Int64) throws(RecordingError) {
        guard count > 0 else { return }
        if let last = runs.last, last.stride == stride, last.frames == count,
            last.offset + last.packets * stride == offset
        {
            runs[runs.count - 1].packets += 1
        } else {
            guard runs.count < PacketedCounts.most else {
                throw RecordingError(
                    file: file.path, place: "byte \(offset)",
                    text: "more than \(PacketedCounts.most) changes of packet size; this is no usable recording")
            }
            runs.append(Run(offset: offset, stride: stride, packets: 1, frames: count, first: frames))
        }
        frames += count
    }

    /// Hands `take` each count of `channel` from the frame `first` on, with its number from 0 on.
    func read(channel: Int, first: Int64, count: Int, take: (Int, Int16) -> Void) throws(RecordingError) {
        guard (0..<channels).contains(channel), first >= 0, first <= frames, Int64(count) <= frames - first else {
            throw RecordingError(
                file: file.path,
                text: "channel \(channel), samples \(first) + \(count) asked; there are \(channels) × \(frames)")
        }
        var done = 0
        var index = run(of: first)
        while done < count {
            let run = runs[index]
            let frame = first + Int64(done)
            guard frame < run.end else {
                index += 1
                continue
            }
            let last = lastFrame(from: frame, in: run, wanted: first + Int64(count))
            let start = place(frame, run)
            let bytes = try load(start, Int(place(last, run) + frameBytes - start))
            for here in frame...last {
                take(done, bytes.signed16(at: Int(place(here, run) - start) + 2 * channel))
                done += 1
            }
        }
    }

    private func place(_ frame: Int64, _ run: Run) -> Int64 {
        let (packet, inside) = (frame - run.first).quotientAndRemainder(dividingBy: run.frames)
        return run.offset + packet * run.stride + inside * frameBytes
    }

    /// The last frame that is read at once with `frame`: up to the wanted end, and about a MiB.
    private func lastFrame(from frame: Int64, in run: Run, wanted: Int64) -> Int64 {
        let end = min(wanted, run.end)
        let (packet, inside) = (frame - run.first).quotientAndRemainder(dividingBy: run.frames)
        let limit = Int64(PacketedCounts.piece)
        if run.stride > limit {
            return min(end, frame + min(run.frames - inside, max(1, limit / frameBytes))) - 1
        }
        return min(end, run.first + (packet + max(1, limit / run.stride)) * run.frames) - 1
    }

    /// Channels are mostly asked for one after the other over the same stretch: the last piece is kept.
    private func load(_ offset: Int64, _ count: Int) throws(RecordingError) -> [UInt8] {
        if cached.offset == offset, cached.bytes.count == count { return cached.bytes }
        cached = (offset, try file.exactly(at: offset, count: count))
        return cached.bytes
    }

    /// The run that holds `frame`.
    private func run(of frame: Int64) -> Int {
        var (low, high) = (0, runs.count)
        while low < high {
            let middle = (low + high) / 2
            if runs[middle].end <= frame { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
