import CSodium

/// 256 bits of BLAKE2b (RFC 7693), as `b2sum -l 256` prints them.
public struct Hash256: Hashable, Sendable, BitwiseCopyable, CustomStringConvertible {
    /// The 32 bytes as four little-endian words.
    public var words: (UInt64, UInt64, UInt64, UInt64)

    /// All bits 0: the hash of nothing that exists.
    public init() { words = (0, 0, 0, 0) }

    /// The hash of `bytes`.
    public init(of bytes: [UInt8]) {
        let running = RunningHash()
        unsafe bytes.withUnsafeBytes { unsafe running.add($0) }
        self = running.digest()
    }

    public static func == (a: Self, b: Self) -> Bool { a.words == b.words }
    public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }

    /// 64 hexadecimal digits.
    public var description: String {
        var text = ""
        for word in [words.0, words.1, words.2, words.3] {
            for byte in 0..<8 {
                let value = UInt8(truncatingIfNeeded: word >> UInt64(8 * byte))
                text += value < 16 ? "0" : ""
                text += String(value, radix: 16)
            }
        }
        return text
    }
}

/// A BLAKE2b-256 hash that is fed piece by piece and can be read in between.
@safe public final class RunningHash {
    private let state: UnsafeMutableRawPointer
    private let copy: UnsafeMutableRawPointer
    private let size: Int

    /// The hash of nothing yet.
    public init() {
        _ = sodium_init()
        size = (crypto_generichash_statebytes() + 63) / 64 * 64
        unsafe state = .allocate(byteCount: size, alignment: 64)
        unsafe copy = .allocate(byteCount: size, alignment: 64)
        unsafe state.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        unsafe copy.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        _ = unsafe crypto_generichash_init(OpaquePointer(state), nil, 0, 32)
    }

    deinit {
        unsafe state.deallocate()
        unsafe copy.deallocate()
    }

    /// Adds `bytes`.
    public func add(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, unsafe !bytes.isEmpty else { return }
        _ = unsafe crypto_generichash_update(
            OpaquePointer(state), start.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    /// The hash of everything added so far; more may be added after.
    public func digest() -> Hash256 {
        unsafe copy.copyMemory(from: state, byteCount: size)
        var hash = Hash256()
        unsafe withUnsafeMutableBytes(of: &hash) { out in
            guard let start = out.baseAddress else { return }
            _ = unsafe crypto_generichash_final(
                OpaquePointer(copy), start.assumingMemoryBound(to: UInt8.self), 32)
        }
        return hash
    }
}
