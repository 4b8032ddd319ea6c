import Signal

/// Where the stored instants of a recording stand in time, gaps counted.
struct RecordingTimeline: Sendable {
    /// A stretch of stored instants.
    private struct Piece: Sendable {
        /// Its first instant in time.
        let start: Int64
        /// Its first instant in the file.
        let stored: Int64
        let count: Int64
        var end: Int64 { start + count }
    }

    private let pieces: [Piece]
    /// Instants from the first stored one to behind the last.
    let length: Int64

    /// The time line of `frames` stored instants with `gaps` between them.
    ///
    /// - Throws: gaps that are out of order, outside of the recording, or without length.
    init(frames: Int64, gaps: [RecordingGap]) throws(SourceError) {
        var pieces: [Piece] = []
        var (stored, start): (Int64, Int64) = (0, 0)
        for gap in gaps {
            guard gap.before > stored, gap.before < frames, gap.count > 0, gap.count < 1 << 48 else {
                throw .option(
                    key: "recording",
                    text: "a gap of \(gap.count) samples before sample \(gap.before) of \(frames) makes no sense")
            }
            pieces.append(Piece(start: start, stored: stored, count: gap.before - stored))
            start += gap.before - stored + gap.count
            stored = gap.before
        }
        pieces.append(Piece(start: start, stored: stored, count: frames - stored))
        self.pieces = pieces
        length = start + frames - stored
    }

    /// What is at `position` in time: the stored instant there, or nil in a gap, and for how long that goes on.
    func stretch(at position: Int64) -> (stored: Int64?, count: Int64) {
        var (low, high) = (0, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].end > position { high = middle } else { low = middle + 1 }
        }
        guard low < pieces.count else { return (nil, 1) }
        let piece = pieces[low]
        if position < piece.start { return (nil, piece.start - position) }
        return (piece.stored + position - piece.start, piece.end - position)
    }
}
