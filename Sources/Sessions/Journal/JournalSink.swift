import Glibc

/// The file end of the journal: frames records, hashes them, and writes them in large pieces.
///
/// After an error it writes nothing more: the file is cut back to its last whole record, so that what was recorded
/// can be read and recovered. One thread at a time.
@safe final class JournalSink {
    let path: String
    let chain: JournalChain
    /// The errno that ended writing, or 0.
    private(set) var failure: Int32 = 0
    private(set) var lastTick: Int64
    private let descriptor: Int32
    private let buffer: UnsafeMutableRawPointer
    private let capacity: Int
    private var used = 0
    private var written: Int64

    /// A sink that goes on at byte `written` of the open file; `largest` is the longest payload that will come.
    init(
        path: String, descriptor: Int32, written: Int64, chain: JournalChain, largest: Int, lastTick: Int64 = -1
    ) {
        self.lastTick = lastTick
        self.path = path
        self.descriptor = descriptor
        self.written = written
        self.chain = chain
        capacity = max(1 << 20, largest + 64)
        unsafe buffer = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit {
        unsafe buffer.deallocate()
        close(descriptor)
    }

    /// Adds a record that the inlet framed but for its check.
    ///
    /// `framed` is header and payload.
    func append(framed: UnsafeRawBufferPointer) {
        guard failure == 0, let start = framed.baseAddress, framed.count >= JournalFrame.headerBytes else { return }
        let size = framed.count + JournalFrame.trailerBytes
        if used + size > capacity { flush() }
        guard failure == 0 else { return }
        guard size <= capacity, let kind = RecordKind(rawValue: unsafe framed[4]) else { return fail(EMSGSIZE) }
        let frame = unsafe buffer + used
        unsafe frame.copyMemory(from: start, byteCount: framed.count)
        let crc = unsafe CRC32C.checksum(framed)
        unsafe frame.storeBytes(of: crc.littleEndian, toByteOffset: framed.count, as: UInt32.self)
        unsafe chain.add(frame: UnsafeRawBufferPointer(start: frame, count: size), isLogical: kind.isLogical)
        lastTick = unsafe max(lastTick, Int64(littleEndian: frame.loadUnaligned(fromByteOffset: 8, as: Int64.self)))
        used += size
    }

    /// Adds a record made on this side.
    func append(_ record: JournalRecord) {
        var framed = [UInt8](repeating: 0, count: JournalFrame.headerBytes + record.payload.count)
        framed.replaceSubrange(JournalFrame.headerBytes..., with: record.payload)
        unsafe framed.withUnsafeMutableBytes { raw in
            guard let start = raw.baseAddress else { return }
            unsafe JournalFrame.putHeader(
                start, length: record.payload.count, kind: record.kind, stage: record.stage, tick: record.tick)
            unsafe append(framed: UnsafeRawBufferPointer(raw))
        }
    }

    /// Writes both running hashes and waits until the disk has everything.
    func checkpoint() {
        append(JournalRecord(kind: .checkpoint, tick: lastTick, payload: chain.checkpointPayload()))
        synchronise()
    }

    /// Writes what waits and waits until the disk has it.
    func synchronise() {
        flush()
        guard failure == 0, fdatasync(descriptor) != 0 else { return }
        fail(errno)
    }

    /// Writes what waits.
    func flush() {
        var done = 0
        while failure == 0, done < used {
            let count = unsafe write(descriptor, buffer + done, used - done)
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                let code = count == 0 ? EIO : errno
                cutBack(written: done)
                fail(code)
                return
            }
        }
        written += Int64(used)
        used = 0
    }

    private func fail(_ code: Int32) {
        failure = code == 0 ? EIO : code
        used = 0
    }

    /// Cuts the file after the last record that is whole within the first `written` bytes of the buffer.
    private func cutBack(written done: Int) {
        var whole = 0
        while whole + JournalFrame.headerBytes <= done {
            let length = unsafe Int(UInt32(littleEndian: (buffer + whole).loadUnaligned(as: UInt32.self)))
            let end = whole + JournalFrame.headerBytes + length + JournalFrame.trailerBytes
            guard end <= done else { break }
            whole = end
        }
        _ = ftruncate(descriptor, off_t(written + Int64(whole)))
        _ = fdatasync(descriptor)
    }
}
