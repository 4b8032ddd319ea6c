import Glibc
import Interlocks
import Signal

/// The latch on disk: `latch` in the state folder, one line, synced with its folder before the guard goes on.
struct LatchFile {
    let folder: StateFolder
    private var path: String { folder.path + "/latch" }

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
        folder.replace("latch", with: Array("ansa.latch/1 \(String(latch.rawValue, radix: 16))\n".utf8))
    }

    /// Takes the latch away after keeping who acknowledged what.
    func acknowledge(_ latch: InterlockSet, reason: String) -> Bool {
        let line = "ansa.latch/1 \(String(latch.rawValue, radix: 16)) acknowledged: \(reason)\n"
        let kept = folder.replace("latch.acknowledged", with: Array(line.utf8))
        guard kept else { return false }
        return folder.remove("latch")
    }
}
