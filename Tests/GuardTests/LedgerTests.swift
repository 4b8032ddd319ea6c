import Guard
import Interlocks
import Signal
import Stimulation
import Testing

/// The dose ledger across a restart of the guard.
///
/// By hand: 500 µA × 60 µs are 30,000,000 fC; ten pulses 300,000,000. A second at the fullest rate, 185 pulses of
/// 400 nC, is more than the 40 µC that the 1 s window holds, so 40,000,000,000 fC.
@Suite struct LedgerTests {
    static let names = ["c0", "case"]
    static let boot = Words32(3)
    static let written = LedgerClock(wall: 1_800_000_000_000_000, bootTime: 50_000_000_000, boot: boot)

    /// The record of a guard that delivered ten pulses of 500 µA up to 1.09 s.
    private func record(isOpen: Bool = false, lockout: Bool = false) throws -> LedgerRecord {
        var limits = testLimits()
        limits.lockoutAfterFault = Microseconds(600_000_000)
        var bench = Bench(limits: limits)
        _ = bench.arm(at: 990_000)
        for step in 0..<10 {
            let time = 1_000_000 + Int64(step) * 10_000
            _ = bench.token(at: time, proposing: pulse(500_000, at: time + 10_000))
        }
        #expect(bench.notes.delivered.count == 10)
        if lockout { _ = bench.core.handleMalformed(at: Microseconds(1_100_000)) }
        let snapshot = LedgerSnapshot(limits: limits)
        bench.core.copyLedger(into: snapshot)
        (snapshot.wall, snapshot.bootTime, snapshot.isOpen) = (Self.written.wall, Self.written.bootTime, isOpen)
        let made = LedgerRecord(snapshot, limits: limits, names: Self.names, boot: Self.boot)
        let read = try #require(LedgerRecord(made.encoded))
        #expect(read == made)
        return read
    }

    private func clock(after seconds: Int64) -> LedgerClock {
        LedgerClock(
            wall: Self.written.wall + seconds * 1_000_000,
            bootTime: UInt64(Int64(Self.written.bootTime) + seconds * 1_000_000_000), boot: Self.boot)
    }

    private func charge(_ bench: borrowing Bench, _ window: Int, contact: Int = 0) -> Int64 {
        bench.core.windowCharge(contact: contact, window: window, at: Microseconds(0)).value
    }

    @Test("Ages go on by what has passed: 10 s later the minute still holds the charge, 62 s later only hour and day")
    func agesGoOn() throws {
        let record = try record()
        var soon = Bench()
        soon.core.recallLedger(record, names: Self.names, at: clock(after: 10))
        #expect((0...3).map { charge(soon, $0) } == [0, 300_000_000, 300_000_000, 300_000_000])
        #expect(charge(soon, 1, contact: 1) == 300_000_000)
        var later = Bench()
        later.core.recallLedger(record, names: Self.names, at: clock(after: 62))
        #expect((0...3).map { charge(later, $0) } == [0, 0, 300_000_000, 300_000_000])
        var nextDay = Bench()
        nextDay.core.recallLedger(record, names: Self.names, at: clock(after: 90_000))
        #expect((0...3).map { charge(nextDay, $0) } == [0, 0, 0, 0])
    }

    @Test("At once after the copy every window holds the charge")
    func atOnce() throws {
        var bench = Bench()
        bench.core.recallLedger(try record(), names: Self.names, at: Self.written)
        #expect((0...3).allSatisfy { charge(bench, $0) == 300_000_000 })
    }

    @Test("After a session that was cut, the second that no file has is debited at the fullest rate")
    func unrecordedSecond() throws {
        var bench = Bench()
        bench.core.recallLedger(try record(isOpen: true), names: Self.names, at: clock(after: 10))
        #expect(charge(bench, 1) == 300_000_000 + 40_000_000_000)
        #expect(charge(bench, 0) == 0)
    }

    @Test("No file, a clock that ran backwards, and a contact of another name count as full windows")
    func unknown() throws {
        let full: [Int64] = testLimits().doseWindows.map(\.charge.value)
        var none = Bench()
        none.core.recallLedger(nil, names: Self.names, at: Self.written)
        #expect((0...3).map { charge(none, $0) } == full)
        let record = try record()
        var backwards = Bench()
        backwards.core.recallLedger(record, names: Self.names, at: clock(after: -1))
        #expect((0...3).map { charge(backwards, $0) } == full)
        var other = Bench()
        other.core.recallLedger(record, names: ["c9", "case"], at: clock(after: 10))
        #expect((0...3).map { charge(other, $0) } == full)
        #expect(charge(other, 1, contact: 1) == 300_000_000)
        _ = other.arm(at: 0)
        let report = other.token(at: 5_000, proposing: pulse(100_000, at: 20_000))
        #expect(InterlockSet(rawValue: report.verdict).contains(.doseWindow))
    }

    @Test("A wall clock that was set forward drains nothing while the machine runs on")
    func wallForward() throws {
        var bench = Bench()
        let forward = LedgerClock(
            wall: Self.written.wall + 90_000_000_000, bootTime: Self.written.bootTime + 10_000_000_000,
            boot: Self.boot)
        bench.core.recallLedger(try record(), names: Self.names, at: forward)
        #expect(charge(bench, 1) == 300_000_000)
    }

    /// The lockout is 10 min from 1.1 s on.
    @Test("A lockout goes on after a restart and ends when it would have ended")
    func lockout() throws {
        let record = try record(lockout: true)
        for (seconds, isLocked) in [(Int64(590), true), (601, false)] {
            var limits = testLimits()
            limits.lockoutAfterFault = Microseconds(600_000_000)
            var bench = Bench(limits: limits)
            bench.core.recallLedger(record, names: Self.names, at: clock(after: seconds))
            _ = bench.arm(at: 0)
            let report = bench.token(at: 5_000, proposing: pulse(100_000, at: 20_000))
            #expect(InterlockSet(rawValue: report.verdict).contains(.lockout) == isLocked)
            #expect(report.proposalPermitted == !isLocked)
        }
    }

    @Test("A file with any bit flipped, cut or longer is no record")
    func damaged() throws {
        let bytes = try record().encoded
        for index in stride(from: 0, to: bytes.count, by: 61) {
            var flipped = bytes
            flipped[index] ^= 1 << UInt8(index % 8)
            #expect(LedgerRecord(flipped) == nil)
        }
        #expect(LedgerRecord(Array(bytes.dropLast(8))) == nil && LedgerRecord(bytes + [0]) == nil)
        #expect(LedgerRecord([]) == nil)
    }
}
