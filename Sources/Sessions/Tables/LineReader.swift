import Signal

/// Lines of a text file, a mebibyte at a time.
struct LineReader {
    /// A longer line is handed over cut to this.
    static let longest = 1 << 20

    let file: FileBytes

    /// Calls `take` with each line from byte `offset` on: the bytes it lies in, where in them, its byte in the file,
    /// and whether a line end follows; false stops.
    ///
    /// - Throws: when the file can no longer be read.
    func each(from offset: Int64, take: ([UInt8], Range<Int>, Int64, Bool) -> Bool) throws(RecordingError) {
        // The bytes from the last line's start on, and where in the file they begin.
        var (rest, place): ([UInt8], Int64) = ([], offset)
        var isInLongLine = false
        while place + Int64(rest.count) < file.size {
            let from = place + Int64(rest.count)
            let wanted = Int(min(Int64(LineReader.longest), file.size - from))
            let scanned = rest.count
            rest += try file.all(at: from, count: wanted)
            var start = 0
            for at in scanned..<rest.count where rest[at] == 10 {
                if isInLongLine {
                    isInLongLine = false
                } else if !take(rest, start..<at, place + Int64(start), true) {
                    return
                }
                start = at + 1
            }
            if start == 0, rest.count >= LineReader.longest {
                if !isInLongLine, !take(rest, 0..<LineReader.longest, place, false) { return }
                isInLongLine = true
                start = rest.count
            }
            rest.removeSubrange(..<start)
            place += Int64(start)
        }
        if !rest.isEmpty, !isInLongLine { _ = take(rest, 0..<rest.count, place, false) }
    }
}
