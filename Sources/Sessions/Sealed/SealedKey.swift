import CSodium
public import Signal

/// The key of a sealed session: 32 bytes from a file, or made from a pass phrase.
public struct SealedKey: Sendable {
    static let count = 32
    static let saltCount = 16
    let bytes: [UInt8]
    /// What a pass phrase was mixed with; all zeros for a key file.
    let salt: [UInt8]

    /// The 32 bytes of the file at `path`.
    ///
    /// - Throws: a file that cannot be read, or has another length.
    public init(file path: String) throws(RecordingError) {
        do throws(FileBytesError) { bytes = try FileBytes.contents(of: path, limit: 1 << 12) } catch {
            throw RecordingError(file: path, text: errorText(error.code))
        }
        salt = [UInt8](repeating: 0, count: SealedKey.saltCount)
        guard bytes.count == SealedKey.count else {
            throw RecordingError(
                file: path,
                text: "\(bytes.count) bytes, a key has \(SealedKey.count) "
                    + "(head -c \(SealedKey.count) /dev/urandom makes one)")
        }
    }

    /// A new key from a pass phrase, with a salt of its own; takes about a second and 256 MiB.
    ///
    /// Argon2id with libsodium's moderate limits (RFC 9106).
    ///
    /// - Throws: an empty pass phrase, or too little memory.
    public init(passPhrase: [UInt8]) throws(RecordingError) {
        var salt = [UInt8](repeating: 0, count: SealedKey.saltCount)
        unsafe randombytes_buf(&salt, salt.count)
        try self.init(passPhrase: passPhrase, salt: salt)
    }

    init(passPhrase: [UInt8], salt: [UInt8]) throws(RecordingError) {
        guard sodium_init() >= 0, !passPhrase.isEmpty else {
            throw RecordingError(file: "pass phrase", text: "is empty")
        }
        var key = [UInt8](repeating: 0, count: SealedKey.count)
        let words = passPhrase.map { CChar(bitPattern: $0) }
        let code = unsafe crypto_pwhash(
            &key, UInt64(SealedKey.count), words, UInt64(words.count), salt,
            UInt64(crypto_pwhash_opslimit_moderate()), crypto_pwhash_memlimit_moderate(),
            crypto_pwhash_alg_argon2id13())
        guard code == 0 else {
            throw RecordingError(file: "pass phrase", text: "too little memory to make a key of it")
        }
        bytes = key
        self.salt = salt
    }
}
