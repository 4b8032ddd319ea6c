import Glibc
public import Signal
import Synchronization

/// The tick's end of the journal: copies a record into the ring and returns.
///
/// It neither allocates nor locks. Where the ring is full, a blocking inlet (pace max) yields until the writer has made
/// room; the other (pace real) drops the record and counts it. A record too large for the ring is always dropped.
///
///     let inlet = JournalInlet(ring: ring, blocking: false)
///     inlet.append(kind: .decision, tick: 5, stage: 3, payload: writer.bytes)      // true
public struct JournalInlet: Sendable {
    /// Whether a full ring makes the caller wait.
    public let blocking: Bool
    private let ring: ByteRing
    private let counter = DroppedRecords()

    /// The producer's end of `ring`; the consumer is a ``JournalWriter``.
    public init(ring: ByteRing, blocking: Bool) {
        self.ring = ring
        self.blocking = blocking
    }

    /// Records that did not fit.
    public var dropped: Int64 { counter.count.load(ordering: .relaxed) }

    /// Hands over one record.
    ///
    /// False: it was dropped and counted.
    @discardableResult
    public func append(kind: RecordKind, tick: Int64, stage: UInt8 = 0, payload: UnsafeRawBufferPointer) -> Bool {
        unsafe append(
            kind: kind, tick: tick, stage: stage, header: payload,
            body: UnsafeRawBufferPointer(start: nil, count: 0))
    }

    /// Hands over one record whose payload is `header` and `body` one after the other.
    @discardableResult
    public func append(
        kind: RecordKind, tick: Int64, stage: UInt8 = 0, header: UnsafeRawBufferPointer,
        body: UnsafeRawBufferPointer
    ) -> Bool {
        let length = header.count + body.count
        guard length <= JournalFrame.maximumPayload, let room = unsafe reserve(JournalFrame.headerBytes + length),
            let start = room.baseAddress
        else {
            counter.count.wrappingAdd(1, ordering: .relaxed)
            return false
        }
        unsafe JournalFrame.putHeader(start, length: length, kind: kind, stage: stage, tick: tick)
        let payload = unsafe start + JournalFrame.headerBytes
        if let from = header.baseAddress { unsafe payload.copyMemory(from: from, byteCount: header.count) }
        if let from = body.baseAddress {
            unsafe (payload + header.count).copyMemory(from: from, byteCount: body.count)
        }
        ring.commit()
        return true
    }

    /// Hands over a block: its logical header and its raw samples.
    ///
    /// Its host arrival is a record of its own.
    @discardableResult
    public func append(block: Block, tick: Int64, stage: UInt8 = 0) -> Bool {
        var header = BlockRecordHeader(block.header)
        return unsafe withUnsafeBytes(of: &header) { raw in
            unsafe append(
                kind: .block, tick: tick, stage: stage, header: raw,
                body: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(block.bytes)[..<block.format.byteCount]))
        }
    }

    private func reserve(_ size: Int) -> UnsafeMutableRawBufferPointer? {
        if let room = unsafe ring.reserve(size) { return unsafe room }
        guard blocking, 8 + (size + 7) / 8 * 8 <= ring.capacity / 2 else { return nil }
        while true {
            sched_yield()
            if let room = unsafe ring.reserve(size) { return unsafe room }
        }
    }
}

/// The count that all copies of an inlet share.
private final class DroppedRecords: Sendable {
    let count = Atomic<Int64>(0)
}
