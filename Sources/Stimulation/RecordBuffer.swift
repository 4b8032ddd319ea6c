/// Bytes of one record on their way over a socket: allocated once, written and read at a cursor, little-endian.
///
/// Writing or reading past the end traps: a record's length is a constant, so that this is a defect, not an input.
@safe public final class RecordBuffer: @unchecked Sendable {
    public let capacity: Int
    let bytes: UnsafeMutableRawPointer
    private var cursor = 0

    /// A buffer of `capacity` zero bytes.
    public init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
        unsafe bytes = .allocate(byteCount: capacity, alignment: 16)
        unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: capacity)
    }

    deinit { unsafe bytes.deallocate() }

    /// The byte at `index`; tests flip bits of it.
    public subscript(index: Int) -> UInt8 {
        get {
            precondition(index >= 0 && index < capacity)
            return unsafe bytes.load(fromByteOffset: index, as: UInt8.self)
        }
        set {
            precondition(index >= 0 && index < capacity)
            unsafe bytes.storeBytes(of: newValue, toByteOffset: index, as: UInt8.self)
        }
    }

    /// Moves the cursor to the first byte.
    func rewind() { cursor = 0 }

    /// Writes zeros up to `offset`.
    func pad(to offset: Int) {
        precondition(offset >= cursor && offset <= capacity)
        unsafe (bytes + cursor).initializeMemory(as: UInt8.self, repeating: 0, count: offset - cursor)
        cursor = offset
    }

    /// Moves the cursor to `offset` without reading.
    func skip(to offset: Int) { cursor = offset }

    /// Appends an integer, little-endian.
    func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        precondition(cursor + MemoryLayout<T>.size <= capacity)
        unsafe bytes.storeBytes(of: value.littleEndian, toByteOffset: cursor, as: T.self)
        cursor += MemoryLayout<T>.size
    }

    /// Reads the next integer, little-endian.
    func take<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) -> T {
        precondition(cursor + MemoryLayout<T>.size <= capacity)
        let value = unsafe bytes.loadUnaligned(fromByteOffset: cursor, as: T.self)
        cursor += MemoryLayout<T>.size
        return T(littleEndian: value)
    }

    /// Appends a key, a hash or an identifier.
    func put(_ words: Words32) {
        put(words.a)
        put(words.b)
        put(words.c)
        put(words.d)
    }

    /// Reads a key, a hash or an identifier.
    func takeWords() -> Words32 { Words32(take(), take(), take(), take()) }
}

/// 32 bytes as a value: a session key, a session identifier or a BLAKE2b-256 hash, as four little-endian words.
public struct Words32: Hashable, Sendable, BitwiseCopyable {
    public var a: UInt64
    public var b: UInt64
    public var c: UInt64
    public var d: UInt64

    /// Four words.
    public init(_ a: UInt64 = 0, _ b: UInt64 = 0, _ c: UInt64 = 0, _ d: UInt64 = 0) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    /// The first 32 bytes of `bytes`; fewer are filled up with zeros.
    public init(bytes: [UInt8]) {
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.prefix(32).enumerated() { words[index / 8] |= UInt64(byte) << (index % 8 * 8) }
        self.init(words[0], words[1], words[2], words[3])
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        [a, b, c, d].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    }

    /// The bytes before the first zero, as UTF-8.
    public var text: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
}
