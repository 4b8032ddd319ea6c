import Glibc

/// The folder of what persists: a file is replaced whole, and is on the disk when the call returns.
struct StateFolder: Sendable {
    let path: String

    /// True when the folder takes files; it is made where it is missing.
    func prepare() -> Bool {
        _ = unsafe mkdir(path, 0o700)
        return unsafe access(path, R_OK | W_OK | X_OK) == 0
    }

    /// Replaces `name` with `bytes`; true once file and folder are synced.
    func replace(_ name: String, with bytes: [UInt8]) -> Bool {
        let temporary = path + "/." + name + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return false }
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            written += count
        }
        let isSynced = fsync(descriptor) == 0
        close(descriptor)
        guard written == bytes.count, isSynced, unsafe rename(temporary, path + "/" + name) == 0 else { return false }
        return sync()
    }

    /// Takes `name` away; true once that is on the disk.
    func remove(_ name: String) -> Bool {
        unsafe (unlink(path + "/" + name) == 0 || errno == ENOENT) && sync()
    }

    private func sync() -> Bool {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
