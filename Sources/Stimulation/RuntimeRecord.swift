public import Signal

/// What a record from the runtime asks for.
public enum RuntimeOrder: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// A dead-man token: one every safety tick, with a proposal or none.
    case token = 0
    /// An operator arms: the guard goes from off to armed, or says why not.
    case arm = 1
    /// Output off, mode off, no latch.
    case disarm = 2
    /// A stop input: zero output at once, latched.
    case stop = 3
    /// A clinician acknowledges the latch; ``RuntimeRecord/reason`` says why. Mode off afterwards.
    case acknowledge = 4
}

/// What the runtime sends each safety tick, one record a loop: order, token, evidence and, if any, a proposal.
///
/// The first loop's record carries the order; every one is a token.
///
/// 512 bytes, little-endian, the last 32 their keyed MAC. Sequence, counter, session and MAC are filled in by
/// ``GuardLink/send(_:)``.
///
/// ### Layout
///
///     0 magic "ANSR"  4 version  6 order  7 flags (bit 0: proposal)  8 sequence  16 counter  24 now µs  32 tick
///     40 health  48 runtime's verdict  56 requested mode  57 lead  64 session (32)  96 segment (64)
///     160 evidence (184)  344 reason (64)  408 zeros  480 MAC
public struct RuntimeRecord: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of an encoded record, MAC included.
    public static let length = 512
    static let magic: UInt32 = 0x5253_4e41
    static let version: UInt16 = 4

    public var order: RuntimeOrder = .token
    /// +1 with every record; filled in by the link.
    public var sequence: UInt64 = 0
    /// The token's counter: strictly increasing; filled in by the link.
    public var counter: UInt64 = 0
    /// The runtime's time at sending, µs since the start of the session.
    ///
    /// In virtual time this is the guard's clock.
    public var now = Microseconds(0)
    /// The block that this safety tick belongs to.
    public var tick: Int64 = 0
    /// One bit for each actor: set where its last due release was answered.
    ///
    /// All ones: healthy. Any zero: the guard counts the token as unhealthy and does not renew the lease.
    public var health: UInt64 = 0
    /// The runtime gate's verdict on ``segment``; 0 where it permitted.
    public var runtimeVerdict: UInt64 = 0
    /// The mode that the runtime is in; the guard follows where its own machine allows.
    public var mode: Mode = .off
    /// The lead of the loop that speaks, by its place in the limits; the answer names it again.
    public var lead: UInt8 = 0
    /// True when ``segment`` is a proposal; a rest is a proposal too.
    public var hasProposal = false
    public var segment = Segment.rest(at: Microseconds(0))
    /// As the runtime knows it.
    ///
    /// Mode, arming, latch, token, lease, limits and stop are replaced by the guard's own.
    public var evidence = Evidence()
    public var session = Words32()
    /// UTF-8 of an acknowledgement's reason, at most 64 bytes, zero-filled.
    public var reason = Reason()

    /// A token without a proposal; `health` 0 is unhealthy until it is said.
    public init() {}

    /// Writes all but the MAC.
    func encode(into buffer: RecordBuffer) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(Self.version)
        buffer.put(order.rawValue)
        buffer.put(UInt8(hasProposal ? 1 : 0))
        buffer.put(sequence)
        buffer.put(counter)
        buffer.put(now.value)
        buffer.put(tick)
        buffer.put(health)
        buffer.put(runtimeVerdict)
        buffer.put(mode.rawValue)
        buffer.put(lead)
        buffer.pad(to: 64)
        buffer.put(session)
        segment.encode(into: buffer)
        evidence.encode(into: buffer)
        buffer.put(reason.first)
        buffer.put(reason.second)
        buffer.pad(to: Self.length - SessionKey.macLength)
    }

    /// Reads a record whose MAC has been verified; nil where a field has no meaning.
    init?(decoding buffer: RecordBuffer) {
        buffer.rewind()
        guard buffer.take(UInt32.self) == Self.magic, buffer.take(UInt16.self) == Self.version,
            let order = RuntimeOrder(rawValue: buffer.take())
        else { return nil }
        let flags = buffer.take(UInt8.self)
        guard flags <= 1 else { return nil }
        self.order = order
        hasProposal = flags == 1
        sequence = buffer.take()
        counter = buffer.take()
        now = Microseconds(buffer.take())
        tick = buffer.take()
        health = buffer.take()
        runtimeVerdict = buffer.take()
        guard let mode = Mode(rawValue: buffer.take()) else { return nil }
        self.mode = mode
        lead = buffer.take()
        guard lead < LeadTable.capacity else { return nil }
        buffer.skip(to: 64)
        session = buffer.takeWords()
        guard let segment = Segment(decoding: buffer), let evidence = Evidence(decoding: buffer) else { return nil }
        self.segment = segment
        self.evidence = evidence
        reason = Reason(first: buffer.takeWords(), second: buffer.takeWords())
    }

    /// The sealed bytes of this record in `buffer` (at least ``length`` bytes).
    public func seal(into buffer: RecordBuffer, key: SessionKey) {
        encode(into: buffer)
        key.seal(buffer, length: Self.length)
    }

    /// The record in `buffer`; nil when its length, MAC, magic, version or a field is wrong.
    public static func open(_ buffer: RecordBuffer, length: Int, key: SessionKey) -> RuntimeRecord? {
        guard length == Self.length, key.verifies(buffer, length: length) else { return nil }
        return RuntimeRecord(decoding: buffer)
    }
}

/// Up to 64 bytes of UTF-8 as a value, zero-filled: why a latch was acknowledged.
public struct Reason: Hashable, Sendable, BitwiseCopyable {
    var first: Words32
    var second: Words32

    /// No reason.
    public init() {
        first = Words32()
        second = Words32()
    }

    init(first: Words32, second: Words32) {
        self.first = first
        self.second = second
    }

    /// The first 64 bytes of `text`.
    public init(_ text: String) {
        let bytes = [UInt8](text.utf8.prefix(64))
        first = Words32(bytes: bytes)
        second = Words32(bytes: [UInt8](bytes.dropFirst(32)))
    }

    /// True when nothing was said; such an acknowledgement is refused.
    public var isEmpty: Bool { first == Words32() && second == Words32() }

    /// The text up to the first zero byte, for a log.
    public var text: String {
        var bytes: [UInt8] = []
        for word in [first.a, first.b, first.c, first.d, second.a, second.b, second.c, second.d] {
            for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: word >> (shift * 8))) }
        }
        return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}
