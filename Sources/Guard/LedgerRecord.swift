import Interlocks
public import Signal
public import Stimulation

/// The dose ledger of a subject and a device as it stands on the disk.
///
///     8 magic "ANSALED1"   8 wall µs   8 BOOTTIME ns   32 boot   8 lockout µs   8 open   8 contacts   8 rings
///     per ring: 8 window µs and kind   per contact: 32 identifier   per contact and ring: 65 × 8, newest first
///     32 BLAKE2b-256 of all before
///
/// Little-endian. Contacts are known by their names and rings by their windows, so that a new revision of the limits
/// finds what it still has.
public struct LedgerRecord: Hashable, Sendable {
    private static let magic: UInt64 = 0x3144_454c_4153_4e41
    /// CLOCK_REALTIME of the copy, µs since 1970.
    public var wall: Int64
    /// CLOCK_BOOTTIME of the copy, ns, and which boot.
    public var bootTime: UInt64
    public var boot: Words32
    /// µs that a lockout still ran.
    public var lockout: Int64
    /// Written while the session ran: what followed is in no record.
    public var isOpen: Bool
    /// Kind and window of each ring.
    var rings: [Ring]
    var contacts: [Words32]
    var amounts: [Int64]

    /// What a ring counts: charge and time over a dose window, or net charge over a second.
    struct Ring: Hashable, Sendable {
        var kind: Int64
        var window: Int64
    }

    static func rings(of limits: Limits) -> [Ring] {
        let windows = limits.doseWindows.map(\.length.value)
        return windows.map { Ring(kind: 0, window: $0) } + [Ring(kind: 1, window: 1_000_000)]
            + windows.map { Ring(kind: 2, window: $0) }
    }

    /// The copy in `snapshot`, with the names of its contacts.
    public init(_ snapshot: LedgerSnapshot, limits: Limits, names: [String], boot: Words32) {
        wall = snapshot.wall
        bootTime = snapshot.bootTime
        self.boot = boot
        lockout = snapshot.lockout
        isOpen = snapshot.isOpen
        rings = Self.rings(of: limits)
        contacts = names.map { Words32(bytes: [UInt8]($0.utf8)) }
        amounts = unsafe Array(snapshot.amounts.prefix(snapshot.contacts * snapshot.rings * LedgerSnapshot.slots))
    }

    /// The bytes of the file.
    public var encoded: [UInt8] {
        var words: [UInt64] = [Self.magic, UInt64(bitPattern: wall), bootTime, boot.a, boot.b, boot.c, boot.d]
        words += [UInt64(bitPattern: lockout), isOpen ? 1 : 0, UInt64(contacts.count), UInt64(rings.count)]
        for ring in rings { words += [UInt64(bitPattern: ring.kind), UInt64(bitPattern: ring.window)] }
        for contact in contacts { words += [contact.a, contact.b, contact.c, contact.d] }
        words += amounts.map { UInt64(bitPattern: $0) }
        let body = Self.bytes(words)
        let sum = hashOfLimits(body)
        return body + Self.bytes([sum.a, sum.b, sum.c, sum.d])
    }

    /// Nil where a single byte is not as it was written.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count % 8 == 0, bytes.count >= 8 * 15, bytes.count <= 1 << 20 else { return nil }
        let words = stride(from: 0, to: bytes.count, by: 8).map { start in
            (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[start + $1]) << (8 * $1) }
        }
        let sum = hashOfLimits(Array(bytes.dropLast(32)))
        guard words[0] == Self.magic, words.suffix(4) == [sum.a, sum.b, sum.c, sum.d] else { return nil }
        let (contactCount, ringCount) = (Int(clamping: words[9]), Int(clamping: words[10]))
        guard contactCount <= 256, ringCount <= 64 else { return nil }
        let count = 11 + 2 * ringCount + 4 * contactCount + contactCount * ringCount * LedgerSnapshot.slots + 4
        guard words.count == count else { return nil }
        (wall, bootTime) = (Int64(bitPattern: words[1]), words[2])
        boot = Words32(words[3], words[4], words[5], words[6])
        (lockout, isOpen) = (Int64(bitPattern: words[7]), words[8] != 0)
        rings = (0..<ringCount).map { index in
            Ring(kind: Int64(bitPattern: words[11 + 2 * index]), window: Int64(bitPattern: words[12 + 2 * index]))
        }
        let names = 11 + 2 * ringCount
        contacts = (0..<contactCount).map { index in
            let at = names + 4 * index
            return Words32(words[at], words[at + 1], words[at + 2], words[at + 3])
        }
        amounts = words[(names + 4 * contactCount)..<(count - 4)].map { Int64(bitPattern: $0) }
    }

    private static func bytes(_ words: [UInt64]) -> [UInt8] {
        words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }
}
