import Signal

/// Frames of one size in a file, read about a mebibyte at a time; the last piece is kept, so that channels that are
/// asked for one after the other read the file once.
final class FramePieces {
    let frameBytes: Int
    let frames: Int64
    private let file: FileBytes
    private let start: Int64
    private let keeps: Bool
    /// Frames in a piece.
    private let span: Int64
    private var kept: (first: Int64, bytes: [UInt8])?

    /// `frames` frames of `frameBytes` bytes from byte `start` on, all of them inside the file.
    ///
    /// `keeps`: false where the channels lie far from one another: then a piece is only what is asked for.
    init(_ file: FileBytes, start: Int64, frameBytes: Int, frames: Int64, keeps: Bool = true) {
        self.file = file
        self.start = start
        self.keeps = keeps
        self.frameBytes = max(1, frameBytes)
        self.frames = frames
        span = Int64(max(1, (1 << 20) / self.frameBytes))
    }

    /// Calls `take` with the number of each frame behind `first`, a piece's bytes and where in them the frame begins.
    ///
    /// - Throws: when the file has become shorter, or can no longer be read.
    func each(first: Int64, count: Int, take: (Int, [UInt8], Int) -> Void) throws(RecordingError) {
        var done = 0
        while done < count {
            let frame = first + Int64(done)
            let piece = try piece(containing: frame, wanted: Int64(count - done))
            let inside = Int(frame - piece.first)
            let here = min(count - done, piece.bytes.count / frameBytes - inside)
            for place in 0..<here { take(done + place, piece.bytes, (inside + place) * frameBytes) }
            done += here
        }
    }

    private func piece(
        containing frame: Int64, wanted: Int64
    ) throws(RecordingError) -> (first: Int64, bytes: [UInt8]) {
        guard keeps else {
            let size = Int64(frameBytes)
            return (frame, try file.all(at: start + frame * size, count: Int(min(span, wanted) * size)))
        }
        let first = frame / span * span
        if let kept, kept.first == first { return kept }
        let bytes = try file.all(
            at: start + first * Int64(frameBytes), count: Int(min(span, frames - first)) * frameBytes)
        kept = (first, bytes)
        return (first, bytes)
    }
}

extension FileBytes {
    /// Exactly `count` bytes from `offset`.
    ///
    /// - Throws: when the file has fewer, or can no longer be read.
    func all(at offset: Int64, count: Int) throws(RecordingError) -> [UInt8] {
        let found: [UInt8]
        do throws(FileBytesError) { found = try bytes(at: offset, count: count) } catch {
            throw RecordingError(file: path, place: "byte \(offset)", text: errorText(error.code))
        }
        guard found.count == count else {
            throw RecordingError(
                file: path, place: "byte \(offset)", text: "the file ends after \(found.count) of \(count) bytes")
        }
        return found
    }

    /// Opens the recording, or a file of it, at `path`.
    ///
    /// - Throws: where there is no such file, or it may not be read.
    static func opened(_ path: String) throws(RecordingError) -> FileBytes {
        do throws(FileBytesError) { return try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
    }
}
