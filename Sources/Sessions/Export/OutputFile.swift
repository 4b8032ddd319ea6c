import Glibc
import Signal

/// A file that is being written, through a buffer of 1 MiB.
@safe final class OutputFile {
    let path: String
    /// Bytes that were put so far.
    private(set) var count: Int64 = 0
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private static let capacity = 1 << 20

    /// Creates the file at `path`, which must not exist.
    ///
    /// - Throws: the system's reason.
    init(_ path: String) throws(RecordingError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw RecordingError(file: path, text: errorText(errno)) }
        buffer.reserveCapacity(OutputFile.capacity + (1 << 16))
    }

    deinit { close(descriptor) }

    /// Adds `bytes`.
    ///
    /// - Throws: when the disk takes no more.
    func put(_ bytes: some Collection<UInt8>) throws(RecordingError) {
        buffer.append(contentsOf: bytes)
        count += Int64(bytes.count)
        if buffer.count >= OutputFile.capacity { try flush() }
    }

    /// Adds `text` as UTF-8.
    ///
    /// - Throws: when the disk takes no more.
    func put(_ text: String) throws(RecordingError) { try put(text.utf8) }

    /// Adds an integer, little-endian.
    ///
    /// - Throws: when the disk takes no more.
    func put<Number: FixedWidthInteger>(_ number: Number) throws(RecordingError) {
        for byte in 0..<(Number.bitWidth / 8) {
            buffer.append(UInt8(truncatingIfNeeded: number >> (8 * Number(byte))))
        }
        count += Int64(Number.bitWidth / 8)
        if buffer.count >= OutputFile.capacity { try flush() }
    }

    /// Hands all that is buffered to the disk and waits until it confirms.
    ///
    /// - Throws: when the disk takes no more.
    func finish() throws(RecordingError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw RecordingError(file: path, text: errorText(errno)) }
    }

    private func flush() throws(RecordingError) {
        var done = 0
        while done < buffer.count {
            let result = unsafe buffer.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
                return unsafe write(descriptor, rest.baseAddress, rest.count)
            }
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { throw RecordingError(file: path, text: errorText(errno)) }
            done += result
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
