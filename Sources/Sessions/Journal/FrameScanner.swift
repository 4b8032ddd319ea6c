/// Walks the frames of a journal's file from the first to the last, in bounded memory.
@safe final class FrameScanner {
    /// One whole frame whose check agrees; its bytes are valid until the next step.
    @safe struct Frame {
        let offset: Int64
        let kind: RecordKind
        let stage: UInt8
        let tick: Int64
        let bytes: UnsafeRawBufferPointer
        /// The payload alone.
        var payload: UnsafeRawBufferPointer {
            unsafe UnsafeRawBufferPointer(
                rebasing: bytes[JournalFrame.headerBytes..<bytes.count - JournalFrame.trailerBytes])
        }
    }

    enum Step {
        case frame(Frame)
        /// The file ends where a frame would begin.
        case end
        /// No whole frame stands at ``FrameScanner/offset``.
        case bad(String)
    }

    let file: FileBytes
    /// Where the next frame begins.
    private(set) var offset: Int64
    private var buffer: UnsafeMutableRawBufferPointer
    private var bufferStart: Int64 = 0
    private var bufferCount = 0

    /// A scanner behind the file's first 16 bytes.
    init(_ file: FileBytes) {
        self.file = file
        offset = Int64(JournalFrame.magic.count)
        unsafe buffer = .allocate(byteCount: Int(min(1 << 20, max(64, file.size))), alignment: 64)
    }

    deinit { unsafe buffer.deallocate() }

    /// The next frame, the end, or what is wrong where one should be.
    func next() throws(JournalError) -> Step {
        let left = file.size - offset
        if left == 0 { return .end }
        let least = JournalFrame.headerBytes + JournalFrame.trailerBytes
        guard left >= least else { return .bad("\(left) bytes, a record has at least \(least)") }
        let header = try unsafe window(JournalFrame.headerBytes)
        guard let length = unsafe FrameScanner.length(header) else {
            return .bad("no record begins here (length, kind or reserved field)")
        }
        let size = length + least
        guard Int64(size) <= left else {
            return .bad("the record's length is \(length), but only \(left - Int64(least)) bytes follow")
        }
        let bytes = try unsafe window(size)
        guard bytes.count == size, unsafe FrameScanner.checkAgrees(bytes) else {
            return .bad("the record's check differs from its content")
        }
        guard let kind = unsafe RecordKind(rawValue: bytes[4]) else { return .bad("unknown kind of record") }
        let tick = unsafe Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: Int64.self))
        let frame = unsafe Frame(offset: offset, kind: kind, stage: bytes[5], tick: tick, bytes: bytes)
        offset += Int64(size)
        return .frame(frame)
    }

    /// Whether a whole frame stands anywhere behind the bad place at ``offset``: then it is damage, not a torn tail.
    ///
    /// Bounded: it looks at the next 64 MiB and checks at most 256 MiB in all. Where that does not settle it, the
    /// answer is true: better a session that is left alone than one that is cut too short.
    func findsFrameLater() throws(JournalError) -> Bool {
        let bytes = try bytes(at: offset + 1, count: 1 << 26)
        var budget = 1 << 28
        return unsafe bytes.withUnsafeBytes { raw in
            var at = 0
            let least = JournalFrame.headerBytes + JournalFrame.trailerBytes
            while at + least <= raw.count, budget > 0 {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: raw[at...])
                if let length = unsafe FrameScanner.length(rest), length + least <= rest.count {
                    budget -= length + least
                    let frame = unsafe UnsafeRawBufferPointer(rebasing: rest[..<(length + least)])
                    if unsafe FrameScanner.checkAgrees(frame) { return true }
                }
                at += 1
            }
            return budget <= 0 || bytes.count == 1 << 26
        }
    }

    /// The payload's length in a frame's header, or nil where no header stands.
    private static func length(_ header: UnsafeRawBufferPointer) -> Int? {
        guard header.count >= JournalFrame.headerBytes else { return nil }
        let length = unsafe Int(UInt32(littleEndian: header.loadUnaligned(as: UInt32.self)))
        let known = unsafe RecordKind(rawValue: header[4]) != nil && header[6] == 0 && header[7] == 0
        return known && length <= JournalFrame.maximumPayload ? length : nil
    }

    private static func checkAgrees(_ frame: UnsafeRawBufferPointer) -> Bool {
        let end = frame.count - JournalFrame.trailerBytes
        let stored = unsafe UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: end, as: UInt32.self))
        return unsafe CRC32C.checksum(UnsafeRawBufferPointer(rebasing: frame[..<end])) == stored
    }

    /// At most `count` bytes of the file.
    func bytes(at offset: Int64, count: Int) throws(JournalError) -> [UInt8] {
        do throws(FileBytesError) { return try file.bytes(at: offset, count: count) } catch {
            throw JournalError(path: file.path, code: error.code)
        }
    }

    /// `count` bytes from ``offset``, fewer only at the file's end; the buffer grows to the largest frame.
    private func window(_ count: Int) throws(JournalError) -> UnsafeRawBufferPointer {
        if offset < bufferStart || offset + Int64(count) > bufferStart + Int64(bufferCount) {
            if unsafe count > buffer.count {
                unsafe buffer.deallocate()
                unsafe buffer = .allocate(byteCount: count, alignment: 64)
            }
            bufferStart = offset
            bufferCount = 0
            do throws(FileBytesError) { bufferCount = try unsafe file.read(at: offset, into: buffer) } catch {
                throw JournalError(path: file.path, code: error.code)
            }
        }
        let at = Int(offset - bufferStart)
        let end = min(at + count, bufferCount)
        return unsafe UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[at..<end])
    }
}
