import Glibc

/// What libFuzzer hands over, as an array.
func input(_ data: UnsafePointer<UInt8>?, _ size: Int) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: data, count: size))
}

/// Takes bytes off the front of an input; zeros once it is used up.
struct Feed {
    private let bytes: [UInt8]
    private var at = 0
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isEmpty: Bool { at >= bytes.count }

    mutating func byte() -> UInt8 {
        guard at < bytes.count else { return 0 }
        defer { at += 1 }
        return bytes[at]
    }

    mutating func word() -> Int { Int(byte()) | Int(byte()) << 8 }

    /// At most `count` bytes.
    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(bytes.count, at + count)
        defer { at = end }
        return Array(bytes[at..<end])
    }
}

/// A folder in memory for what must be a file.
enum Scratch {
    static let folder: String = {
        let path = "/dev/shm/ansa-fuzz-\(getpid())"
        unsafe mkdir(path, 0o700)
        return path
    }()

    /// Replaces the file `name` in ``folder``; its path.
    static func write(_ bytes: [UInt8], _ name: String) -> String {
        let path = folder + "/" + name
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        _ = unsafe Glibc.write(file, bytes, bytes.count)
        close(file)
        return path
    }
}
