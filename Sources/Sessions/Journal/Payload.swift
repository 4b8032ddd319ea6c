public import Signal

/// Builds the payload of a record field by field, little-endian, in memory that it allocates once.
///
///     writer.reset(); writer.put(Int64(5)); writer.put(decision)
///     inlet.append(kind: .decision, tick: 5, stage: 3, payload: writer.bytes)
///
/// Fields, never raw structs: the padding inside a struct holds whatever memory held before, and would reach the hash.
/// What does not fit sets ``overflowed`` and is left out whole.
@safe public final class PayloadWriter {
    public let capacity: Int
    public private(set) var count = 0
    public private(set) var overflowed = false
    private let storage: UnsafeMutableRawPointer

    /// An empty payload with room for `capacity` bytes.
    public init(capacity: Int) {
        self.capacity = max(8, capacity)
        unsafe storage = .allocate(byteCount: self.capacity, alignment: 16)
    }

    deinit { unsafe storage.deallocate() }

    /// What was written since ``reset()``; valid until the next change.
    public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: storage, count: count) }

    /// Starts a new payload.
    public func reset() {
        count = 0
        overflowed = false
    }

    /// Adds an integer of any width.
    public func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        let size = MemoryLayout<T>.size
        guard room(size) else { return }
        unsafe storage.storeBytes(of: value.littleEndian, toByteOffset: count, as: T.self)
        count += size
    }

    /// Adds the bits of a float.
    public func put(_ value: Float) { put(value.bitPattern) }

    /// Adds the bits of a double.
    public func put(_ value: Double) { put(value.bitPattern) }

    /// Adds one byte, 0 or 1.
    public func put(_ value: Bool) { put(UInt8(value ? 1 : 0)) }

    /// Adds the 32 bytes of a hash.
    public func put(_ hash: Hash256) {
        put(hash.words.0)
        put(hash.words.1)
        put(hash.words.2)
        put(hash.words.3)
    }

    /// Adds `raw` as it stands.
    public func put(raw: UnsafeRawBufferPointer) {
        guard let start = raw.baseAddress, room(raw.count) else { return }
        unsafe (storage + count).copyMemory(from: start, byteCount: raw.count)
        count += raw.count
    }

    /// Adds a spike: 16 bytes.
    public func put(_ spike: Spike) {
        put(spike.sample)
        put(spike.unit)
        put(spike.polarity)
    }

    /// Adds a decision: 45 bytes.
    public func put(_ decision: Decision) {
        put(decision.value)
        put(decision.confidence)
        put(decision.firstSample)
        put(decision.endSample)
        put(decision.spikes)
        put(decision.synapticOperations)
        put(decision.neuronUpdates)
        put(decision.isValid)
    }

    /// Adds text as UTF-8 behind its length in bytes as u32.
    ///
    /// Allocates: not for a tick.
    public func put(text: String) {
        let utf8 = Array(text.utf8)
        guard room(4 + utf8.count) else { return }
        put(UInt32(utf8.count))
        unsafe utf8.withUnsafeBytes { unsafe put(raw: $0) }
    }

    private func room(_ size: Int) -> Bool {
        guard !overflowed, count + size <= capacity else { overflowed = true; return false }
        return true
    }
}

/// Reads a payload field by field, in the order in which ``PayloadWriter`` put them.
///
/// Reading past the end gives zeros and sets ``failed``; it never traps.
public struct PayloadReader: Sendable {
    public let bytes: [UInt8]
    public private(set) var position = 0
    public private(set) var failed = false

    /// A reader at the first byte of `bytes`.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes that were not read yet.
    public var remaining: Int { bytes.count - position }

    /// The next integer.
    public mutating func get<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type = T.self) -> T {
        let size = MemoryLayout<T>.size
        guard take(size) else { return 0 }
        let at = position - size
        let raw = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: at, as: T.self) }
        return T(littleEndian: raw)
    }

    /// The next float.
    public mutating func getFloat() -> Float { Float(bitPattern: get(UInt32.self)) }

    /// The next byte as a truth value.
    public mutating func getBool() -> Bool { get(UInt8.self) != 0 }

    /// The next 32 bytes as a hash.
    public mutating func getHash() -> Hash256 {
        var hash = Hash256()
        hash.words = (get(), get(), get(), get())
        return hash
    }

    /// The next decision.
    public mutating func getDecision() -> Decision {
        Decision(
            value: getFloat(), confidence: getFloat(), firstSample: get(), endSample: get(), spikes: get(),
            synapticOperations: get(), neuronUpdates: get(), isValid: getBool())
    }

    /// The next text.
    public mutating func getText() -> String {
        let length = Int(get(UInt32.self))
        guard take(length) else { return "" }
        return String(decoding: bytes[(position - length)..<position], as: UTF8.self)
    }

    private mutating func take(_ size: Int) -> Bool {
        guard !failed, size >= 0, size <= remaining else { failed = true; return false }
        position += size
        return true
    }
}
