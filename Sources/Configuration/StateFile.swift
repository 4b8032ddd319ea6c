import Glibc

/// Writes `bytes` to `folder/name` so that after a crash either the old file or the new one is whole.
///
/// The bytes go to a file beside it and to the disk, then take its place; then the folder goes to the disk.
///
/// - Throws: the system's reason; the old file is then untouched.
func replaceFile(_ name: String, in folder: String, with bytes: [UInt8]) throws(FileError) {
    let path = folder + "/" + name
    let temporary = folder + "/." + name + ".new"
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw FileError(path: temporary, code: errno) }
    do throws(FileError) {
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, path: temporary)
        guard fsync(descriptor) == 0 else { throw FileError(path: temporary, code: errno) }
    } catch {
        _ = unsafe unlink(temporary)
        throw error
    }
    guard unsafe rename(temporary, path) == 0 else {
        let code = errno
        _ = unsafe unlink(temporary)
        throw FileError(path: path, code: code)
    }
    try syncFolder(folder)
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { throw FileError(path: path, code: errno) }
        rest = rest.dropFirst(count)
    }
}

private func syncFolder(_ folder: String) throws(FileError) {
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError(path: folder, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError(path: folder, code: errno) }
}
