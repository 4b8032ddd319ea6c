public import Signal

/// The runtime's first record: who it is and how time runs.
///
/// 128 bytes, not sealed: the socket is inherited.
public struct GuardHello: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of an encoded hello.
    public static let length = 128
    static let magic: UInt32 = 0x4853_4e41

    /// A fresh random identifier of this session.
    public var session: Words32
    /// BLAKE2b-256 of the limits file's bytes as the runtime read them; the guard compares with its own (IL-46).
    public var limitsHash: Words32
    /// CLOCK_MONOTONIC ns of session time 0.
    public var epoch: UInt64
    /// `--pace max` on virtual drivers: the guard's clock is each record's ``RuntimeRecord/now``.
    public var virtualTime: Bool
    /// SCHED_FIFO was granted: the token timeout is 20 ms, else 100 ms.
    public var hasFIFO: Bool

    /// A hello; every field is said.
    public init(session: Words32, limitsHash: Words32, epoch: UInt64, virtualTime: Bool, hasFIFO: Bool) {
        self.session = session
        self.limitsHash = limitsHash
        self.epoch = epoch
        self.virtualTime = virtualTime
        self.hasFIFO = hasFIFO
    }

    /// Writes the record.
    public func encode(into buffer: RecordBuffer) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(RuntimeRecord.version)
        buffer.put(UInt8(virtualTime ? 1 : 0))
        buffer.put(UInt8(hasFIFO ? 1 : 0))
        buffer.put(session)
        buffer.put(limitsHash)
        buffer.put(epoch)
        buffer.pad(to: Self.length)
    }

    /// Nil when length, magic or version is wrong.
    public init?(decoding buffer: RecordBuffer, length: Int) {
        buffer.rewind()
        guard length == Self.length, buffer.take(UInt32.self) == Self.magic,
            buffer.take(UInt16.self) == RuntimeRecord.version
        else { return nil }
        virtualTime = buffer.take(UInt8.self) == 1
        hasFIFO = buffer.take(UInt8.self) == 1
        session = buffer.takeWords()
        limitsHash = buffer.takeWords()
        epoch = buffer.take()
    }
}

/// Why a guard will not serve.
public enum GuardStatus: UInt16, Sendable, CaseIterable, BitwiseCopyable {
    /// It serves. A latch may still refuse arming: ``GuardWelcome/latch``.
    case ready = 0
    /// The limits or device file cannot be read, parsed or verified: exit 65.
    case badFile = 1
    /// The state folder cannot be read or written: exit 77.
    case badState = 2
    /// The stimulator did not answer: exit 69.
    case deviceAbsent = 3
    /// Guard and runtime hold different limits files (IL-46): exit 3, latched.
    case limitsDiffer = 4
    /// The hello was malformed or of another version.
    case badHello = 5
}

/// The guard's answer to the hello.
///
/// 128 bytes.
public struct GuardWelcome: Hashable, Sendable, BitwiseCopyable {
    /// Bytes of an encoded welcome.
    public static let length = 128
    static let magic: UInt32 = 0x5753_4e41

    public var status: GuardStatus
    /// Both signatures of the limits file verify under trusted keys, and the file is inside its time window.
    public var limitsArmable: Bool
    /// The guard treats the device as virtual (compiled constant).
    public var isVirtual: Bool
    /// A latch from before this session: arming is refused until it is acknowledged (exit 3).
    ///
    /// 0: none.
    public var latch: UInt64
    /// The session key that seals every later record.
    public var key: Words32
    /// BLAKE2b-256 of the limits bytes that the guard read.
    public var limitsHash: Words32
    /// The token timeout that the guard will hold the runtime to.
    public var tokenTimeout: Microseconds
    /// What the guard gave up before it serves.
    public var confinement: GuardConfinement = []

    /// A welcome; every field is said but the confinement.
    public init(
        status: GuardStatus, limitsArmable: Bool, isVirtual: Bool, latch: UInt64, key: Words32, limitsHash: Words32,
        tokenTimeout: Microseconds
    ) {
        self.status = status
        self.limitsArmable = limitsArmable
        self.isVirtual = isVirtual
        self.latch = latch
        self.key = key
        self.limitsHash = limitsHash
        self.tokenTimeout = tokenTimeout
    }

    /// Writes the record.
    public func encode(into buffer: RecordBuffer) {
        buffer.rewind()
        buffer.put(Self.magic)
        buffer.put(RuntimeRecord.version)
        buffer.put(status.rawValue)
        buffer.put(UInt8(limitsArmable ? 1 : 0))
        buffer.put(UInt8(isVirtual ? 1 : 0))
        buffer.put(confinement.rawValue)
        buffer.pad(to: 16)
        buffer.put(latch)
        buffer.put(key)
        buffer.put(limitsHash)
        buffer.put(tokenTimeout.value)
        buffer.pad(to: Self.length)
    }

    /// Nil when length, magic, version or status is wrong.
    public init?(decoding buffer: RecordBuffer, length: Int) {
        buffer.rewind()
        guard length == Self.length, buffer.take(UInt32.self) == Self.magic,
            buffer.take(UInt16.self) == RuntimeRecord.version, let status = GuardStatus(rawValue: buffer.take())
        else { return nil }
        self.status = status
        limitsArmable = buffer.take(UInt8.self) == 1
        isVirtual = buffer.take(UInt8.self) == 1
        confinement = GuardConfinement(rawValue: buffer.take())
        buffer.skip(to: 16)
        latch = buffer.take()
        key = buffer.takeWords()
        limitsHash = buffer.takeWords()
        tokenTimeout = Microseconds(buffer.take())
    }
}
