import Synchronization

/// Records of any length on their way from the tick to a slower thread, in memory that is allocated once.
///
/// A record is one stretch of at most ``capacity`` / 2 bytes; it is handed over whole or not at all. One producer, one
/// consumer.
///
///     if let room = ring.reserve(24) { write(room); ring.commit() }            // producer
///     if let record = ring.front() { read(record); ring.release() }            // consumer
///
/// ### Implementation Notes
///
/// Each record stands behind its length as a UInt64; both are rounded up to 8 bytes. A record never wraps: what is left
/// at the end of the storage is marked as skipped with the length `UInt64.max`.
@safe public final class ByteRing: @unchecked Sendable {
    public let capacity: Int
    private let storage: UnsafeMutableRawPointer
    private let counters = RingCounters()
    private var reserved = 0

    /// An empty ring of `capacity` bytes, rounded up to a multiple of 64.
    public init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = (capacity + 63) / 64 * 64
        unsafe storage = .allocate(byteCount: self.capacity, alignment: 64)
        unsafe storage.initializeMemory(as: UInt8.self, repeating: 0, count: self.capacity)
    }

    deinit { unsafe storage.deallocate() }

    /// Bytes that wait, frames included.
    public var count: Int {
        counters.pushed.load(ordering: .acquiring) - counters.popped.load(ordering: .acquiring)
    }

    /// Producer: room for a record of `length` bytes, or nil when it does not fit now.
    public func reserve(_ length: Int) -> UnsafeMutableRawBufferPointer? {
        let need = 8 + (length + 7) / 8 * 8
        guard length >= 0, need <= capacity / 2 else { return nil }
        var next = counters.pushed.load(ordering: .relaxed)
        let free = capacity - (next - counters.popped.load(ordering: .acquiring))
        let left = capacity - next % capacity
        let skip = left < need ? left : 0
        guard skip + need <= free else { return nil }
        if skip > 0 {
            unsafe (storage + next % capacity).storeBytes(of: UInt64.max, as: UInt64.self)
            next += skip
            counters.pushed.store(next, ordering: .releasing)
        }
        unsafe (storage + next % capacity).storeBytes(of: UInt64(length), as: UInt64.self)
        reserved = need
        return unsafe UnsafeMutableRawBufferPointer(start: storage + next % capacity + 8, count: length)
    }

    /// Producer: hands over the record that ``reserve(_:)`` made room for.
    public func commit() {
        counters.pushed.store(counters.pushed.load(ordering: .relaxed) + reserved, ordering: .releasing)
        reserved = 0
    }

    /// Consumer: the oldest record, or nil when none waits.
    public func front() -> UnsafeRawBufferPointer? {
        while true {
            let next = counters.popped.load(ordering: .relaxed)
            guard next < counters.pushed.load(ordering: .acquiring) else { return nil }
            let length = unsafe (storage + next % capacity).load(as: UInt64.self)
            if length == .max {
                counters.popped.store(next + capacity - next % capacity, ordering: .releasing)
                continue
            }
            return unsafe UnsafeRawBufferPointer(start: storage + next % capacity + 8, count: Int(length))
        }
    }

    /// Consumer: gives back the record that ``front()`` returned.
    public func release() {
        let next = counters.popped.load(ordering: .relaxed)
        let length = unsafe (storage + next % capacity).load(as: UInt64.self)
        counters.popped.store(next + 8 + (Int(length) + 7) / 8 * 8, ordering: .releasing)
    }
}
