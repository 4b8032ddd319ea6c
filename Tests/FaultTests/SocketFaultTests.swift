import CLinux
import Foundation
import Guard
import Interlocks
import Signal
import Stimulation
import Testing
import VirtualLab

/// Faults of the socket between runtime and guard.
struct SocketFaultTests {
    /// How many malformed records are tried; `$ANSA_FUZZ_CASES` asks for more.
    private static let cases = ProcessInfo.processInfo.environment["ANSA_FUZZ_CASES"].flatMap { Int($0) } ?? 100_000
    private static let key = SessionKey(Words32(5, 6, 7, 8))

    /// SplitMix64; the seed is said, so that a failure can be repeated.
    private struct Generator: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var word = state
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            return word ^ (word >> 31)
        }
    }

    @Test("FI-45 a guard that does not read never blocks the runtime, and without tokens output ends and latches")
    func socketFull() throws {
        var ends: [Int32] = [-1, -1]
        #expect(unsafe ansa_socket_pair(&ends) == 0)
        let other = RecordSocket(ends[1])
        defer { other.close() }
        let buffer = RecordBuffer(capacity: GuardWelcome.length)
        GuardWelcome(
            status: .ready, limitsArmable: true, isVirtual: true, latch: 0, key: Self.key.words,
            limitsHash: Words32(), tokenTimeout: Microseconds(20_000)
        ).encode(into: buffer)
        #expect(other.send(buffer, length: GuardWelcome.length))
        let link = GuardLink(socket: ends[0])
        defer { link.close() }
        let hello = GuardHello(
            session: GuardFaultBench.session, limitsHash: Words32(), epoch: 0, virtualTime: false, hasFIFO: true)
        _ = try link.hello(hello)
        var sent = 0
        var record = RuntimeRecord()
        while sent < 1_000_000, link.send(&record) { sent += 1 }
        #expect(sent > 0 && sent < 1_000_000 && link.unsent == 1 && !link.isClosed)

        var bench = try GuardFaultBench()
        #expect(bench.arm().mode == .armed)
        bench.run(until: 300_000)
        bench.isRunning = false
        bench.run(until: 400_000)
        // Token timeout of 20 ms and one turn of 1 ms.
        #expect(bench.latchedAt == 321_000 && bench.core.latch == .tokenStale)
        #expect(bench.pulseTimes.allSatisfy { $0 <= 321_000 })
        try Recorder.check(bench.events, atLeast: 20)
    }

    /// A valid record, cut, made longer, with flipped bits, under another key, or plain noise.
    private static func malformed(_ buffer: RecordBuffer, _ random: inout Generator) -> Int {
        var record = RuntimeRecord()
        record.session = GuardFaultBench.session
        (record.sequence, record.counter) = (random.next(), random.next())
        record.seal(into: buffer, key: key)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return Int.random(in: 0..<RuntimeRecord.length, using: &random)
        case 1: return Int.random(in: (RuntimeRecord.length + 1)...4_096, using: &random)
        case 2:
            let bit = Int.random(in: 0..<(8 * RuntimeRecord.length), using: &random)
            buffer[bit / 8] ^= 1 << UInt8(bit % 8)
        case 3: record.seal(into: buffer, key: SessionKey(Words32(random.next())))
        default: for index in 0..<RuntimeRecord.length { buffer[index] = UInt8.random(in: 0...255, using: &random) }
        }
        return RuntimeRecord.length
    }

    @Test("FI-46 malformed, truncated and oversize records are refused, end output and latch; none crashes the guard")
    func malformedRecords() throws {
        let buffer = RecordBuffer(capacity: 1_024)
        var random = Generator(state: 46)
        var accepted = 0
        for _ in 0..<Self.cases {
            let length = Self.malformed(buffer, &random)
            if RuntimeRecord.open(buffer, length: length, key: Self.key) != nil { accepted += 1 }
        }
        print("FI-46: \(Self.cases) malformed records, seed 46, \(accepted) accepted")
        #expect(accepted == 0)

        var bench = try GuardFaultBench()
        #expect(bench.arm().mode == .armed)
        bench.run(until: 300_000)
        let report = bench.core.handleMalformed(at: Microseconds(300_000))
        #expect(InterlockSet(rawValue: report.latch).isSuperset(of: .sequence) && report.mode == .latched)
        bench.run(until: 400_000)
        #expect(bench.pulseTimes.allSatisfy { $0 <= 300_000 } && bench.core.isOutputZero)
        try Recorder.check(bench.events, atLeast: 20)
        #expect(bench.acknowledge().mode == .off)
        #expect(bench.arm().mode == .armed)
    }

    @Test("FI-46 a record longer than any buffer arrives with its true length and is refused")
    func oversize() throws {
        var ends: [Int32] = [-1, -1]
        #expect(unsafe ansa_socket_pair(&ends) == 0)
        let (near, far) = (RecordSocket(ends[0]), RecordSocket(ends[1]))
        defer {
            near.close()
            far.close()
        }
        let long = RecordBuffer(capacity: 60_000)
        #expect(near.send(long, length: 60_000))
        let buffer = RecordBuffer(capacity: 1_024)
        guard case .record(let length) = far.receive(buffer) else {
            Issue.record("nothing arrived")
            return
        }
        #expect(length == 60_000 && RuntimeRecord.open(buffer, length: length, key: Self.key) == nil)
    }

    /// The key is right and every field is noise: what a runtime with a broken memory would send.
    @Test(
        "FI-46 well sealed records with fields of noise neither crash the guard nor bring a pulse out of the envelope")
    func noise() throws {
        var random = Generator(state: 4_646)
        var bench = try GuardFaultBench { limits in limits.lockoutAfterFault = Microseconds(0) }
        var permitted = 0
        for _ in 0..<(Self.cases / 20) {
            if bench.core.mode == .latched { _ = bench.acknowledge() }
            if bench.core.mode == .off { _ = bench.arm() }
            var record = bench.record()
            record.segment = Self.segment(near: bench.now, &random)
            record.hasProposal = true
            if Int.random(in: 0..<20, using: &random) == 0 {
                record.mode = Mode.allCases.randomElement(using: &random) ?? .off
            }
            if Int.random(in: 0..<4, using: &random) == 0 { record.evidence.target = Nanoamperes(Self.number(&random)) }
            if Int.random(in: 0..<40, using: &random) == 0 {
                record.evidence.sampleAge = Microseconds(Self.number(&random))
                record.evidence.confidence = Self.number(&random)
            }
            if Int.random(in: 0..<100, using: &random) == 0 { record.now = Microseconds(Self.number(&random)) }
            if bench.send(record).proposalPermitted { permitted += 1 }
            bench.isRunning = false
            bench.run(until: bench.now + 10_000)
        }
        print("FI-46: \(Self.cases / 20) sealed records of noise, seed 4646, \(permitted) permitted")
        #expect(permitted > 0)
        try Recorder.check(bench.events, atLeast: 0)
    }

    private static func number(_ random: inout Generator) -> Int64 {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: Int64(bitPattern: random.next())
        case 1: [Int64.min, -1, 0, 1, Int64.max].randomElement(using: &random) ?? 0
        default: Int64.random(in: -10_000...10_000_000, using: &random)
        }
    }

    /// Mostly a small legal pulse with one field of noise.
    private static func segment(near now: Int64, _ random: inout Generator) -> Segment {
        var segment = Segment(
            pair: 0, waveform: .biphasicCathodicFirstSymmetric,
            amplitude: Nanoamperes(Int64.random(in: 1...100, using: &random) * 1_000), width: Microseconds(60),
            interphase: Microseconds(0), period: Microseconds(7_692), pulses: 1, firstPulse: Microseconds(now + 15_000))
        switch Int.random(in: 0..<12, using: &random) {
        case 0: segment.amplitude.value = number(&random)
        case 1: segment.width.value = number(&random)
        case 2: segment.interphase.value = number(&random)
        case 3: segment.period.value = number(&random)
        case 4: segment.pulses = number(&random)
        case 5: segment.firstPulse.value = number(&random)
        case 6: segment.imbalance.value = number(&random)
        case 7: segment.pair = Int32(truncatingIfNeeded: number(&random))
        case 8: segment.waveform = Waveform.allCases.randomElement(using: &random) ?? .passiveRecharge
        default: break
        }
        return segment
    }

    @Test(
        "FI-47 a replayed record, an old counter, another session and another key end output and latch IL-03",
        arguments: ["replay", "counter", "session", "key"])
    func forged(kind: String) throws {
        var bench = try GuardFaultBench()
        #expect(bench.arm().mode == .armed)
        bench.run(until: 300_000)
        var record = bench.record()
        switch kind {
        case "replay":
            bench.send(record)
            #expect(bench.core.latch.isEmpty)
            bench.send(record)
        case "counter":
            record.counter = 3
            bench.send(record)
        case "session":
            record.session = Words32(9)
            bench.send(record)
        default:
            let buffer = RecordBuffer(capacity: 1_024)
            record.seal(into: buffer, key: SessionKey(Words32(1)))
            #expect(RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: Self.key) == nil)
            _ = bench.core.handleMalformed(at: Microseconds(bench.now))
        }
        #expect(bench.core.mode == .latched && bench.core.latch.contains(.tokenStale))
        bench.isRunning = false
        bench.run(until: 400_000)
        #expect(bench.pulseTimes.allSatisfy { $0 <= 300_000 } && bench.core.isOutputZero)
        try Recorder.check(bench.events, atLeast: 20)
        #expect(bench.acknowledge().mode == .off)
    }
}
