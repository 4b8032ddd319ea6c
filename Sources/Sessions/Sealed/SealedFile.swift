import CSodium
import Foundation
public import Signal

/// A folder in one encrypted file: `ansa.sealed/1`.
///
/// 16 bytes of magic, 16 of salt, 24 of libsodium's secretstream header; then chunks of at most 64 KiB, each a u32
/// length and its ciphertext. The last chunk has the tag FINAL: a file without it lost its tail. Inside are the files
/// in order of their names: u16 length and bytes of the name, u64 length and bytes of the content; a name of no length
/// ends them.
///
/// Source: libsodium, "Encrypted streams": XChaCha20-Poly1305, chunks cannot be dropped, changed, or moved unseen.
public enum SealedFile {
    static let magic = Array("ansa.sealed/1\n\0\0".utf8)
    static let chunk = 1 << 16
    static let overhead = 17
    static let headerBytes = 16 + SealedKey.saltCount + 24

    /// Whether the file at `path` is sealed.
    public static func isSealed(_ path: String) -> Bool { (try? FileBytes(path).bytes(at: 0, count: 16)) == magic }

    /// The names of all files below `folder`, sorted.
    static func names(below folder: String) -> [String] {
        let all = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return all.filter { !RecordingFolder.isFolder(folder + "/" + $0) }.sorted()
    }

    /// Seals the folder, or the one file, at `source` into the file `output`, written beside and renamed.
    ///
    /// - Throws: what cannot be read or written; then nothing has changed.
    public static func seal(_ source: String, into output: String, key: SealedKey) throws(RecordingError) {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw RecordingError(file: output, text: "exists")
        }
        let partial = output + ".partial"
        try? FileManager.default.removeItem(atPath: partial)
        do throws(RecordingError) {
            let file = try OutputFile(partial)
            var stream = try SealingStream(file, key: key)
            let isFolder = RecordingFolder.isFolder(source)
            let single = source.split(separator: "/").last.map(String.init) ?? source
            for name in isFolder ? names(below: source) : [single] {
                try stream.put(contentsOf: isFolder ? source + "/" + name : source, name: name)
            }
            try stream.finish()
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
        do { try FileManager.default.moveItem(atPath: partial, toPath: output) } catch {
            throw RecordingError(file: output, text: error.localizedDescription)
        }
    }

    /// Opens the sealed file `source` into the new folder `output`.
    ///
    /// - Parameters:
    ///   - source: The sealed file.
    ///   - output: A folder that does not exist.
    ///   - keepsIncomplete: Whether what a file without its tail still holds is kept.
    ///   - key: Gets the salt and gives the key.
    /// - Returns: the names of the files, and why they are not all; nil where they are.
    /// - Throws: a wrong key, a changed file, or one without its tail unless it may be incomplete; then nothing has
    ///   changed.
    public static func open(
        _ source: String, into output: String, keepsIncomplete: Bool,
        key: (SealedSalt) throws(RecordingError) -> SealedKey
    ) throws(RecordingError) -> (names: [String], lack: String?) {
        guard !FileManager.default.fileExists(atPath: output) else {
            throw RecordingError(file: output, text: "exists")
        }
        let partial = output + ".partial"
        try? FileManager.default.removeItem(atPath: partial)
        var opening = try OpeningStream(source, key: key)
        do throws(RecordingError) {
            let result = try opening.extract(into: partial, keepsIncomplete: keepsIncomplete)
            do { try FileManager.default.moveItem(atPath: partial, toPath: output) } catch {
                throw RecordingError(file: output, text: error.localizedDescription)
            }
            return result
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
    }
}

/// What stands in a sealed file's header about its key.
public struct SealedSalt: Sendable {
    let bytes: [UInt8]

    /// Whether the key was made from a pass phrase.
    public var isOfPassPhrase: Bool { bytes.contains { $0 != 0 } }

    /// The key that a pass phrase makes with this salt.
    ///
    /// - Throws: an empty pass phrase, or too little memory.
    public func key(passPhrase: [UInt8]) throws(RecordingError) -> SealedKey {
        try SealedKey(passPhrase: passPhrase, salt: bytes)
    }
}
