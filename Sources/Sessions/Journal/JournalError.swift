import Glibc

/// Where a session is damaged, and how.
public struct JournalDamage: Hashable, Sendable, CustomStringConvertible {
    /// File in the session's folder.
    public var file: String
    /// Byte offset in the file; −1 where none can be named.
    public var offset: Int64
    /// Number of the record, from 0; −1 where none can be named.
    public var record: Int64
    public var text: String

    /// Damage of `file`.
    public init(file: String, offset: Int64 = -1, record: Int64 = -1, text: String) {
        self.file = file
        self.offset = offset
        self.record = record
        self.text = text
    }

    public var description: String {
        var place = file
        if offset >= 0 { place += ": byte \(offset)" }
        if record >= 0 { place += ", record \(record)" }
        return "\(place): \(text)"
    }
}

/// Why a session cannot be written or read.
public enum JournalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The folder exists and holds something.
    case notEmpty(path: String)
    /// The folder cannot be made or written to.
    case unwritable(path: String, reason: String)
    /// The disk is full, or a size limit was reached.
    case full(path: String)
    /// Another input/output error.
    case inputOutput(path: String, reason: String)
    /// The folder holds no session.
    case noSession(path: String)
    case damaged(JournalDamage)

    /// The exit code of the command line for this error.
    public var exitCode: Int32 {
        switch self {
        case .notEmpty, .unwritable: 77
        case .full, .inputOutput: 74
        case .noSession, .damaged: 65
        }
    }

    public var description: String {
        switch self {
        case .notEmpty(let path): "\(path): the folder is not empty; a session starts in a new or empty one"
        case .unwritable(let path, let reason): "\(path): cannot be written: \(reason)"
        case .full(let path): "\(path): the disk is full or the file has reached its size limit"
        case .inputOutput(let path, let reason): "\(path): \(reason)"
        case .noSession(let path): "\(path): holds no session; expected a folder with journal.ansa"
        case .damaged(let damage): damage.description
        }
    }

    /// The error that `code`, an errno, means for `path`.
    init(path: String, code: Int32) {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: self = .full(path: path)
        case EACCES, EPERM, EROFS, ENOTDIR, ENAMETOOLONG: self = .unwritable(path: path, reason: errorText(code))
        default: self = .inputOutput(path: path, reason: errorText(code))
        }
    }
}

/// What the system says about an errno.
func errorText(_ code: Int32) -> String {
    var text = [CChar](repeating: 0, count: 256)
    _ = unsafe strerror_r(code, &text, text.count)
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return bytes.isEmpty ? "error \(code)" : String(decoding: bytes, as: UTF8.self)
}
