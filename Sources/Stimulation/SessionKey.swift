import CSodium
import Glibc

/// The key of one session's records: drawn by the guard, given to the runtime in the welcome, kept nowhere else.
///
/// The last 32 bytes of a sealed record are BLAKE2b-256 keyed with it (libsodium's `crypto_generichash`), over all
/// bytes before them.
@safe public final class SessionKey: @unchecked Sendable {
    static let macLength = 32
    /// The key itself, for the welcome.
    public let words: Words32
    private let key: UnsafeMutablePointer<UInt8>
    private let mac: UnsafeMutablePointer<UInt8>

    /// The key in `words`.
    public init(_ words: Words32) {
        self.words = words
        unsafe key = .allocate(capacity: 32)
        unsafe mac = .allocate(capacity: 32)
        unsafe mac.initialize(repeating: 0, count: 32)
        for (index, word) in [words.a, words.b, words.c, words.d].enumerated() {
            for byte in 0..<8 {
                unsafe (key + index * 8 + byte).initialize(to: UInt8(truncatingIfNeeded: word >> (byte * 8)))
            }
        }
    }

    deinit {
        unsafe sodium_memzero(key, 32)
        unsafe key.deallocate()
        unsafe mac.deallocate()
    }

    /// A fresh key from the kernel's generator; nil when libsodium cannot start.
    public static func random() -> SessionKey? {
        guard sodium_init() >= 0 else { return nil }
        var words = Words32()
        unsafe randombytes_buf(&words, 32)
        return SessionKey(words)
    }

    /// Writes the MAC of the first `length - 32` bytes into the last 32 of `length`.
    func seal(_ buffer: RecordBuffer, length: Int) {
        let body = length - Self.macLength
        unsafe crypto_generichash(
            buffer.bytes.assumingMemoryBound(to: UInt8.self) + body, Self.macLength, buffer.bytes, UInt64(body), key, 32
        )
    }

    /// True when the last 32 of `length` bytes are the MAC of those before them; compared in constant time.
    func verifies(_ buffer: RecordBuffer, length: Int) -> Bool {
        let body = length - Self.macLength
        guard unsafe crypto_generichash(mac, Self.macLength, buffer.bytes, UInt64(body), key, 32) == 0 else {
            return false
        }
        return unsafe sodium_memcmp(mac, buffer.bytes + body, Self.macLength) == 0
    }
}
