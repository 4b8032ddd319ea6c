import Signal

/// The samples of a Blackrock file: one block a stretch, or, with a network's clock (PTP), one block a frame.
struct BlackrockSamples {
    private(set) var header: BlackrockHeader
    let counts: PacketedCounts
    private(set) var segments: GrowingSegments
    /// Stamp of the first sample; nil where there is none, or the version has no stamps.
    private(set) var firstStamp: UInt64?
    private(set) var warnings: [RecordingWarning] = []
    private var last: (stamp: UInt64, frames: Int64) = (0, 0)
    private var steps: (count: Int64, first: Int64) = (0, 0)
    private var window: (start: Int64, bytes: [UInt8]) = (0, [])

    var path: String { counts.file.path }
    private var frameBytes: Int64 { 2 * Int64(header.inputs.count) }

    init(_ file: FileBytes, _ header: BlackrockHeader) throws(RecordingError) {
        self.header = header
        warnings = header.warnings
        counts = PacketedCounts(file, channels: header.inputs.count)
        segments = GrowingSegments(hertz: header.rate.hertz, path: file.path)
        if header.version == "2.1" { try readOld(file) } else { try readBlocks(file) }
        if steps.count > 0 {
            let text = "stamps step back \(steps.count) times; each begins a segment"
            warn("clock", steps.first, text)
        }
    }

    private mutating func warn(_ kind: String, _ at: Int64, _ text: String) {
        guard warnings.count < 100 else { return }
        warnings.append(RecordingWarning(kind: kind, place: "\(path): byte \(at)", text: text))
    }

    /// Version 2.1: frames up to the end of the file.
    ///
    /// Nothing says whether the last one was finished; python-neo leaves it out, and so do we, with a warning.
    private mutating func readOld(_ file: FileBytes) throws(RecordingError) {
        let whole = (file.size - Int64(header.byteCount)) / frameBytes
        let frames = max(0, whole - 1)
        let start = Int64(header.byteCount)
        let end = start + frames * frameBytes
        let text = "version 2.1 does not say whether its last frame was finished; \(file.size - end) bytes are left out"
        if file.size > end { warn("truncated", end, text) }
        guard frames > 0 else { return }
        try segments.add(frames, onset: nil)
        try counts.append(offset: start, stride: frames * frameBytes, frames: frames)
    }

    private mutating func readBlocks(_ file: FileBytes) throws(RecordingError) {
        var at = Int64(header.byteCount)
        let size = Int64(header.blockHeader)
        while at < file.size {
            guard file.size - at >= size else {
                return warn("truncated", at, "\(file.size - at) bytes of a block's header are left out")
            }
            let bytes = try bytes(file, at, header.blockHeader)
            guard bytes[0] == 1 else {
                return warn(
                    "damaged", at, "a block begins with \(bytes[0]), expected 1; \(file.size - at) bytes are left out")
            }
            let stamp = header.hasLongStamps ? bytes.unsigned64(at: 1) : UInt64(bytes.unsigned32(at: 1))
            var frames = Int64(bytes.unsigned32(at: header.blockHeader - 4))
            let room = (file.size - at - size) / frameBytes
            if frames == 0, try isOpen(file, behind: at + size) {
                warn("truncated", at, "the block's length was never written; \(room) frames up to the end are read")
                frames = room
            } else if frames > room {
                warn("truncated", at, "a block of \(frames) frames, of which \(room) are there")
                frames = room
            }
            try take(stamp, frames, at: at + size)
            at += size + frames * frameBytes
            if frames == room, at < file.size, file.size - at < frameBytes {
                return warn("truncated", at, "\(file.size - at) bytes of a frame are left out")
            }
        }
    }

    /// Whether a block without frames is one that was never closed: no other block that fits follows it.
    private mutating func isOpen(_ file: FileBytes, behind at: Int64) throws(RecordingError) -> Bool {
        let room = file.size - at - Int64(header.blockHeader)
        guard at < file.size, room >= 0 else { return at < file.size }
        let next = try bytes(file, at, header.blockHeader)
        return next[0] != 1 || Int64(next.unsigned32(at: header.blockHeader - 4)) * frameBytes > room
    }

    private mutating func take(_ stamp: UInt64, _ frames: Int64, at offset: Int64) throws(RecordingError) {
        guard frames > 0 else { return }
        let first = firstStamp ?? stamp
        let since = Double(Int64(bitPattern: stamp &- first)) / header.clock
        guard abs(since) < 1e9 else {
            return warn("damaged", offset, "a block's stamp is decades away; its \(frames) frames are left out")
        }
        var onset: Double?
        if firstStamp != nil {
            let step = Double(Int64(bitPattern: stamp &- last.stamp)) / header.clock
            // A network's clock jitters by less than a sample.
            if abs(step * header.rate.hertz - Double(last.frames)) >= 1 {
                onset = since
                if step <= 0 {
                    if steps.count == 0 { steps.first = offset }
                    steps.count += 1
                }
            }
        }
        firstStamp = first
        last = (stamp, frames)
        try segments.add(frames, onset: onset)
        try counts.append(offset: offset, stride: Int64(header.blockHeader) + frames * frameBytes, frames: frames)
    }

    /// Bytes for the scan, read 64 KiB at a time.
    private mutating func bytes(_ file: FileBytes, _ at: Int64, _ count: Int) throws(RecordingError) -> [UInt8] {
        let end = window.start + Int64(window.bytes.count)
        if at < window.start || at + Int64(count) > end {
            window = (at, try file.exactly(at: at, count: Int(min(1 << 16, file.size - at))))
        }
        let place = Int(at - window.start)
        guard place + count <= window.bytes.count else {
            throw RecordingError(file: path, place: "byte \(at)", text: "the file has become shorter")
        }
        return Array(window.bytes[place..<(place + count)])
    }

    /// When the first sample was taken, in UTC.
    ///
    /// Stamps count from the header's date; with a network's clock they are ns since 1970.
    var start: String? {
        guard let firstStamp else { return header.origin?.text }
        let seconds = Double(firstStamp) / header.clock
        if header.clock == 1e9, seconds > 1e8 {
            return seconds < 4e9 ? RecordedInstant("1970-01-01T00:00:00Z")?.adding(seconds: seconds).text : nil
        }
        return seconds < 1e9 ? header.origin?.adding(seconds: seconds).text : nil
    }

    /// Takes the scale of version 2.1 from the event file beside it.
    mutating func calibrate(_ factors: [Int: Double]) {
        guard header.version == "2.1" else { return }
        for (index, input) in header.inputs.enumerated() {
            if let factor = factors[input.electrode] { header.calibrate(index, microvolts: factor) }
        }
        if header.inputs.contains(where: { $0.scale == nil }) {
            let text = "version 2.1 states no scale, and no event file (.nev) beside it does; values are counts"
            warnings.append(RecordingWarning(kind: "scale", place: path, text: text))
        }
    }
}
