import Glibc
import Interlocks
import Signal

/// The latch on disk: `latch` in the state folder, one line, synced with its folder before the guard goes on.
struct LatchFile {
    private let folder: String
    private var path: String { folder + "/latch" }

    init(folder: String) { self.folder = folder }

    /// What an earlier session left: empty when there is no file; every bit when there is one that cannot be read.
    func read() -> InterlockSet {
        guard unsafe access(path, F_OK) == 0 else { return errno == ENOENT ? [] : InterlockSet(rawValue: .max) }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return InterlockSet(rawValue: .max) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe Glibc.read(descriptor, &bytes, bytes.count)
        let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        let words = text.split { $0 == " " || $0 == "\n" }
        guard words.count >= 2, words[0] == "ansa.latch/1", let bits = UInt64(words[1], radix: 16), bits != 0 else {
            return InterlockSet(rawValue: .max)
        }
        return InterlockSet(rawValue: bits)
    }

    /// Writes the latch; true once file and folder are on the disk.
    func write(_ latch: InterlockSet) -> Bool {
        replace(with: "ansa.latch/1 " + String(latch.rawValue, radix: 16) + "\n", name: "latch")
    }

    /// Takes the latch away after keeping who acknowledged what.
    func acknowledge(_ latch: InterlockSet, reason: String) -> Bool {
        let kept = replace(
            with: "ansa.latch/1 " + String(latch.rawValue, radix: 16) + " acknowledged: " + reason + "\n",
            name: "latch.acknowledged")
        guard kept else { return false }
        return unsafe (unlink(path) == 0 || errno == ENOENT) && syncFolder()
    }

    /// True when the folder takes files; it is made where it is missing.
    func prepare() -> Bool {
        _ = unsafe mkdir(folder, 0o700)
        return unsafe access(folder, R_OK | W_OK | X_OK) == 0
    }

    private func replace(with text: String, name: String) -> Bool {
        let temporary = folder + "/." + name + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let bytes = [UInt8](text.utf8)
        let written = unsafe Glibc.write(descriptor, bytes, bytes.count)
        let synced = fsync(descriptor) == 0
        close(descriptor)
        guard written == bytes.count, synced, unsafe rename(temporary, folder + "/" + name) == 0 else { return false }
        return syncFolder()
    }

    private func syncFolder() -> Bool {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
