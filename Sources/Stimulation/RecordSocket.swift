import Glibc

/// What reading a record socket gave.
public enum Reception: Hashable, Sendable {
    /// A record of this many bytes is in the buffer.
    case record(Int)
    /// Nothing waits (or the time is over).
    case nothing
    /// The other end is closed or the socket failed.
    case closed
}

/// One end of a SOCK_SEQPACKET pair: whole records, never a part of one.
public struct RecordSocket: Sendable {
    public let descriptor: Int32

    /// The open socket `descriptor`.
    public init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Sends the first `length` bytes without waiting.
    ///
    /// False: the other end is closed, or its queue is full.
    public func send(_ buffer: RecordBuffer, length: Int) -> Bool {
        precondition(length <= buffer.capacity)
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        while true {
            let sent = unsafe Glibc.send(descriptor, buffer.bytes, length, flags)
            if sent == length { return true }
            if sent < 0 && errno == EINTR { continue }
            return false
        }
    }

    /// Takes one record if one waits.
    ///
    /// A record longer than the buffer is reported with its true length.
    public func receive(_ buffer: RecordBuffer) -> Reception {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC)
        while true {
            let got = unsafe recv(descriptor, buffer.bytes, buffer.capacity, flags)
            if got > 0 { return .record(got) }
            if got == 0 { return .closed }
            if errno == EINTR { continue }
            return errno == EAGAIN || errno == EWOULDBLOCK ? .nothing : .closed
        }
    }

    /// Takes one record, waiting at most `timeoutMilliseconds`.
    public func receive(_ buffer: RecordBuffer, timeoutMilliseconds: Int32) -> Reception {
        let end = monotonicNanoseconds() + UInt64(max(0, timeoutMilliseconds)) * 1_000_000
        while true {
            let now = monotonicNanoseconds()
            let left = now >= end ? 0 : (end - now + 999_999) / 1_000_000
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = unsafe poll(&entry, 1, Int32(clamping: left))
            if ready > 0 { return receive(buffer) }
            if ready == 0 { return .nothing }
            if errno != EINTR { return .closed }
        }
    }

    /// Closes this end.
    public func close() { _ = Glibc.close(descriptor) }
}
