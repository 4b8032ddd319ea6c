import Glibc
import Signal

/// A file that is read at any place, bounded by the size that it had when it was opened.
@safe final class FileBytes {
    let path: String
    let size: Int64
    private let descriptor: Int32

    /// Opens a regular file.
    ///
    /// The errno when it cannot.
    init(_ path: String) throws(FileBytesError) {
        self.path = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileBytesError(code: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw FileBytesError(code: errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileBytesError(code: EISDIR) }
        size = Int64(status.st_size)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Fills as much of `into` as the file has from `offset`.
    ///
    /// The number of bytes read, less only at the file's end.
    func read(at offset: Int64, into: UnsafeMutableRawBufferPointer) throws(FileBytesError) -> Int {
        guard let start = into.baseAddress else { return 0 }
        var done = 0
        while done < into.count {
            let count = unsafe pread(descriptor, start + done, into.count - done, off_t(offset + Int64(done)))
            if count == 0 { break }
            if count > 0 { done += count } else if errno != EINTR { throw FileBytesError(code: errno) }
        }
        return done
    }

    /// At most `count` bytes from `offset`, fewer only at the file's end.
    func bytes(at offset: Int64, count: Int) throws(FileBytesError) -> [UInt8] {
        let fitting = Int(max(0, min(Int64(count), size - offset)))
        var bytes = [UInt8](repeating: 0, count: fitting)
        let code = unsafe bytes.withUnsafeMutableBytes { raw -> Result<Int, FileBytesError> in
            do throws(FileBytesError) { return .success(try unsafe read(at: offset, into: raw)) } catch {
                return .failure(error)
            }
        }
        let got = try code.get()
        if got < fitting { bytes.removeSubrange(got...) }
        return bytes
    }

    /// The whole file, up to `limit` bytes.
    static func contents(of path: String, limit: Int = 1 << 26) throws(FileBytesError) -> [UInt8] {
        try FileBytes(path).bytes(at: 0, count: limit)
    }
}

/// An errno on the way out of ``FileBytes``.
struct FileBytesError: Error {
    let code: Int32
}

extension FileBytes {
    /// The `count` bytes from `offset`, all of them.
    ///
    /// - Throws: where the file has fewer, or cannot be read.
    func exactly(at offset: Int64, count: Int) throws(RecordingError) -> [UInt8] {
        let found: [UInt8]
        do throws(FileBytesError) { found = try bytes(at: offset, count: count) } catch {
            throw RecordingError(file: path, place: "byte \(offset)", text: errorText(error.code))
        }
        guard found.count == count else {
            throw RecordingError(
                file: path, place: "byte \(offset)", text: "\(count) bytes expected, \(found.count) are there")
        }
        return found
    }
}
