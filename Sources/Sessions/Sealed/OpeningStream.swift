import CSodium
import Foundation
import Signal

/// Reads a sealed file chunk by chunk.
struct OpeningStream {
    private let file: FileBytes
    private var state = crypto_secretstream_xchacha20poly1305_state()
    private var at = Int64(SealedFile.headerBytes)
    private var plain: [UInt8] = []
    private var isFinal = false

    init(
        _ path: String, key: (SealedSalt) throws(RecordingError) -> SealedKey
    ) throws(RecordingError) {
        let head: [UInt8]
        do throws(FileBytesError) {
            file = try FileBytes(path)
            head = try file.bytes(at: 0, count: SealedFile.headerBytes)
        } catch { throw RecordingError(file: path, text: errorText(error.code)) }
        guard head.count == SealedFile.headerBytes, head.starts(with: SealedFile.magic), sodium_init() >= 0 else {
            throw RecordingError(file: path, place: "byte 0", text: "is not sealed by ansa")
        }
        let key = try key(SealedSalt(bytes: Array(head[16..<32])))
        guard unsafe crypto_secretstream_xchacha20poly1305_init_pull(&state, Array(head[32...]), key.bytes) == 0 else {
            throw RecordingError(file: path, place: "byte 32", text: "the header is damaged")
        }
    }

    /// Why no further byte comes: the tail is missing.
    private struct Lack: Error { let text: String }

    /// Writes every file into `folder`.
    mutating func extract(
        into folder: String, keepsIncomplete: Bool
    ) throws(RecordingError) -> (names: [String], lack: String?) {
        var names: [String] = []
        try make(folder)
        while true {
            var name = ""
            do {
                name = try nextName()
                guard !name.isEmpty else { break }
                try extract(name, into: folder)
                names.append(name)
            } catch let lack as Lack {
                let text =
                    "incomplete: \(lack.text); \(names.count) whole files"
                    + (name.isEmpty ? "" : ", '\(name)' is cut off")
                guard keepsIncomplete else {
                    throw RecordingError(file: file.path, place: "byte \(at)", text: text + "; --incomplete keeps them")
                }
                return (names + (name.isEmpty ? [] : [name]), text)
            } catch let error as RecordingError { throw error } catch {
                throw RecordingError(file: file.path, text: "\(error)")
            }
        }
        guard isFinal, plain.isEmpty, at == file.size else {
            throw RecordingError(file: file.path, place: "byte \(at)", text: "bytes follow the end")
        }
        return (names, nil)
    }

    private func make(_ folder: String) throws(RecordingError) {
        do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
            throw RecordingError(file: folder, text: error.localizedDescription)
        }
    }

    /// Empty at the end of the list.
    private mutating func nextName() throws -> String {
        let head = try take(2)
        let count = Int(head[0]) | Int(head[1]) << 8
        let name = String(decoding: try take(count), as: UTF8.self)
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        // Sealed by another program, a name could point out of the folder.
        guard count == 0 || (parts.allSatisfy { !$0.isEmpty && $0 != ".." && $0 != "." } && !name.contains("\0")) else {
            throw RecordingError(file: file.path, text: "the name '\(name)' leads out of the folder")
        }
        return name
    }

    private mutating func extract(_ name: String, into folder: String) throws {
        let head = try take(8)
        var left = (0..<8).reduce(UInt64(0)) { $0 | UInt64(head[$1]) << UInt64(8 * $1) }
        let path = folder + "/" + name
        try make(URL(fileURLWithPath: path).deletingLastPathComponent().path)
        let output = try OutputFile(path)
        do {
            while left > 0 {
                if plain.isEmpty { try pull() }
                let part = plain.prefix(Int(clamping: left))
                try output.put(part)
                left -= UInt64(part.count)
                plain.removeFirst(part.count)
            }
        } catch let lack as Lack {
            try output.finish()
            throw lack
        }
        try output.finish()
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        while plain.count < count { try pull() }
        defer { plain.removeFirst(count) }
        return Array(plain.prefix(count))
    }

    /// Opens the next chunk.
    private mutating func pull() throws {
        guard !isFinal else { throw RecordingError(file: file.path, place: "byte \(at)", text: "ends too early") }
        let head = try file.bytes(at: at, count: 4)
        guard head.count == 4 else { throw Lack(text: "the tail is missing") }
        let count = Int(head[0]) | Int(head[1]) << 8 | Int(head[2]) << 16 | Int(head[3]) << 24
        guard count >= SealedFile.overhead, count <= SealedFile.chunk + SealedFile.overhead else {
            throw RecordingError(file: file.path, place: "byte \(at)", text: "was changed: a chunk of \(count) bytes")
        }
        let sealed = try file.bytes(at: at + 4, count: count)
        guard sealed.count == count else { throw Lack(text: "the tail is missing") }
        var opened = [UInt8](repeating: 0, count: count - SealedFile.overhead)
        var tag: UInt8 = 0
        let code = unsafe crypto_secretstream_xchacha20poly1305_pull(
            &state, &opened, nil, &tag, sealed, UInt64(count), nil, 0)
        guard code == 0 else {
            let text =
                at == Int64(SealedFile.headerBytes) ? "the key does not fit, or the file was changed" : "was changed"
            throw RecordingError(file: file.path, place: "byte \(at)", text: text)
        }
        at += Int64(4 + count)
        isFinal = tag == crypto_secretstream_xchacha20poly1305_tag_final()
        plain += opened
    }
}
