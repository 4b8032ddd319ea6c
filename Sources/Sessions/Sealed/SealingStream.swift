import CSodium
import Signal

/// Writes a sealed file chunk by chunk.
struct SealingStream {
    private let output: OutputFile
    private var state = crypto_secretstream_xchacha20poly1305_state()
    private var plain: [UInt8] = []

    init(_ output: OutputFile, key: SealedKey) throws(RecordingError) {
        self.output = output
        guard sodium_init() >= 0 else { throw RecordingError(file: output.path, text: "libsodium does not start") }
        var header = [UInt8](repeating: 0, count: 24)
        _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(&state, &header, key.bytes)
        try output.put(SealedFile.magic)
        try output.put(key.salt)
        try output.put(header)
    }

    /// Adds one file under `name`.
    mutating func put(contentsOf path: String, name: String) throws(RecordingError) {
        let word = Array(name.utf8)
        guard word.count < 1 << 16, !word.isEmpty else {
            throw RecordingError(file: path, text: "its name is too long")
        }
        let file: FileBytes
        do throws(FileBytesError) { file = try FileBytes(path) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        try put((0..<2).map { UInt8(truncatingIfNeeded: word.count >> (8 * $0)) } + word)
        try put((0..<8).map { UInt8(truncatingIfNeeded: file.size >> (8 * Int64($0))) })
        var at: Int64 = 0
        while at < file.size {
            let bytes: [UInt8]
            do throws(FileBytesError) { bytes = try file.bytes(at: at, count: 1 << 20) } catch {
                throw RecordingError(file: path, text: errorText(error.code))
            }
            guard !bytes.isEmpty else { throw RecordingError(file: path, text: "has become shorter") }
            try put(bytes)
            at += Int64(bytes.count)
        }
    }

    /// Ends the list of files and the stream.
    mutating func finish() throws(RecordingError) {
        try put([0, 0])
        try push(plain, tag: crypto_secretstream_xchacha20poly1305_tag_final())
        try output.finish()
    }

    private mutating func put(_ bytes: [UInt8]) throws(RecordingError) {
        plain += bytes
        while plain.count > SealedFile.chunk {
            try push(Array(plain.prefix(SealedFile.chunk)), tag: 0)
            plain.removeFirst(SealedFile.chunk)
        }
    }

    private mutating func push(_ bytes: [UInt8], tag: UInt8) throws(RecordingError) {
        var sealed = [UInt8](repeating: 0, count: bytes.count + SealedFile.overhead)
        _ = unsafe crypto_secretstream_xchacha20poly1305_push(
            &state, &sealed, nil, bytes, UInt64(bytes.count), nil, 0, tag)
        try output.put(UInt32(sealed.count))
        try output.put(sealed)
    }
}
