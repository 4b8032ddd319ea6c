/// What a record of the journal holds.
///
/// Logical records make up `journal.head`: equal inputs give equal heads. The others say when, where and by whom, and
/// are covered by `journal.seal` alone.
public enum RecordKind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// Hashes of the inputs, seed, instruction set, interlocks, shape of the signal. The first record.
    case sessionHeader = 1
    /// Names, dates, host, process, paths: text beside the record.
    case label = 2
    /// A block's header without host times, and its raw samples.
    case block = 3
    /// Host times of a block or a tick.
    case hostTimes = 4
    /// A stage's digests of one block, one word a channel.
    case stageDigests = 5
    /// Spikes of one tick.
    case spikes = 6
    /// What the decoder concluded.
    case decision = 7
    /// A proposed segment and the runtime's verdict.
    case proposal = 8
    /// What the world decided, at the tick that consumed it: reports, misses, shedding, orders.
    case recordedInput = 9
    /// Both running hashes, followed by a synchronisation of the disk.
    case checkpoint = 10
    /// The end of the session: both hashes, counts, and the hashes of the other files. The last record.
    case closing = 11
    /// A change of the decoder's readout that was learnt outside of the tick, at the tick that took it.
    case readoutChange = 12

    /// Whether records of this kind are covered by `journal.head`.
    @inlinable public var isLogical: Bool {
        switch self {
        case .sessionHeader, .block, .stageDigests, .spikes, .decision, .proposal, .recordedInput,
            .readoutChange:
            true
        case .label, .hostTimes, .checkpoint, .closing: false
        }
    }
}

/// One record as a reader gives it.
public struct JournalRecord: Hashable, Sendable {
    public var kind: RecordKind
    /// Which stage of the loop wrote it; the numbers are the loop's.
    public var stage: UInt8
    /// The tick that it belongs to; −1 before the first and after the last.
    public var tick: Int64
    public var payload: [UInt8]

    /// A record with this payload.
    public init(kind: RecordKind, stage: UInt8 = 0, tick: Int64, payload: [UInt8]) {
        self.kind = kind
        self.stage = stage
        self.tick = tick
        self.payload = payload
    }
}

/// The frame around a record: u32 length of the payload, u8 kind, u8 stage, u16 zero, i64 tick, payload, u32 CRC-32C
/// of all that precedes it; little-endian.
enum JournalFrame {
    static let headerBytes = 16
    static let trailerBytes = 4
    /// No payload is longer; a length above it is damage.
    static let maximumPayload = 1 << 28
    /// The first 16 bytes of `journal.ansa`.
    static let magic = Array("ansa.journal/1\n".utf8) + [0]

    /// Writes the 16 bytes before the payload to the start of `into`.
    @inline(__always)
    static func putHeader(
        _ into: UnsafeMutableRawPointer, length: Int, kind: RecordKind, stage: UInt8, tick: Int64
    ) {
        unsafe into.storeBytes(of: UInt32(length).littleEndian, as: UInt32.self)
        unsafe into.storeBytes(of: kind.rawValue, toByteOffset: 4, as: UInt8.self)
        unsafe into.storeBytes(of: stage, toByteOffset: 5, as: UInt8.self)
        unsafe into.storeBytes(of: 0, toByteOffset: 6, as: UInt16.self)
        unsafe into.storeBytes(of: tick.littleEndian, toByteOffset: 8, as: Int64.self)
    }
}
