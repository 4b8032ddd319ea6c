/// The two running hashes of a session, and what they cover.
///
/// `head` takes header and payload of every logical record. `seal` takes the header and the check of every record, and
/// the payload of those that are not logical: checkpoints and the closing record hold the head, so that the seal
/// covers every byte while each byte is hashed once.
final class JournalChain {
    private let headHash = RunningHash()
    private let sealHash = RunningHash()
    /// Records so far.
    private(set) var records: Int64 = 0
    /// Logical records so far.
    private(set) var logicalRecords: Int64 = 0

    var head: Hash256 { headHash.digest() }
    var seal: Hash256 { sealHash.digest() }

    /// Adds one whole frame, check included.
    func add(frame: UnsafeRawBufferPointer, isLogical: Bool) {
        let end = frame.count - JournalFrame.trailerBytes
        let body = unsafe UnsafeRawBufferPointer(rebasing: frame[..<end])
        records += 1
        if isLogical {
            logicalRecords += 1
            unsafe headHash.add(body)
            unsafe sealHash.add(UnsafeRawBufferPointer(rebasing: frame[..<JournalFrame.headerBytes]))
        } else {
            unsafe sealHash.add(body)
        }
        unsafe sealHash.add(UnsafeRawBufferPointer(rebasing: frame[end...]))
    }

    /// The payload of a checkpoint: both hashes and the count of the records before it.
    func checkpointPayload() -> [UInt8] {
        let writer = PayloadWriter(capacity: 72)
        writer.put(head)
        writer.put(seal)
        writer.put(records)
        return unsafe Array(writer.bytes)
    }

    /// What a checkpoint's payload says against what it should say, or nil when they agree.
    func disagreement(checkpoint payload: [UInt8]) -> String? {
        var reader = PayloadReader(payload)
        let (head, seal, records) = (reader.getHash(), reader.getHash(), reader.get(Int64.self))
        if reader.failed || reader.remaining > 0 { return "a checkpoint of \(payload.count) bytes, expected 72" }
        if head != self.head { return "the head \(self.head) differs from the checkpoint's \(head)" }
        if seal != self.seal { return "the seal \(self.seal) differs from the checkpoint's \(seal)" }
        if records != self.records { return "\(self.records) records, the checkpoint counts \(records)" }
        return nil
    }
}
