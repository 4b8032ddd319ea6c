import Glibc

/// Why a file could not be read.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    public var path: String
    /// The system's number, `ENOENT` and so on.
    public var code: Int32

    /// An error of `path` with the system's number.
    public init(path: String, code: Int32) {
        self.path = path
        self.code = code
    }

    public var description: String {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return "\(path): \(reason)"
    }
}

/// The bytes of a file, whole.
///
/// - Throws: the system's reason, or `EFBIG` for a file over `limit` bytes.
public func readFile(_ path: String, limit: Int = 1 << 20) throws(FileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = unsafe read(descriptor, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        guard count >= 0 else { throw FileError(path: path, code: errno) }
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk[0..<count])
        guard bytes.count <= limit else { throw FileError(path: path, code: EFBIG) }
    }
}
