import CSodium
import Guard
import Interlocks
import Signal
import Stimulation

/// A device that obeys, answers as the input says, and knows whether it was told to be off.
struct FuzzedStimulator: LeasedStimulator, ~Copyable {
    var now = Microseconds(0)
    var report = StimulatorReport()
    /// Answers that fail, one bit each, newest first.
    var failures: UInt8 = 0
    var isOff = true

    private mutating func answer() throws(DeliveryError) {
        report.now = now
        report.measured.impedance = 1_200_000
        report.measured.impedanceTime = now
        defer { failures >>= 1 }
        if failures & 1 == 1 { throw .uncertain }
    }

    mutating func deliver(_ permit: consuming Permit) throws(DeliveryError) {
        let segment = permit.segment
        precondition(segment.amplitude.value <= 5_000_000, "a permit beyond the signed amplitude")
        precondition(segment.amplitude.value * segment.width.value <= 450_000_000, "a permit beyond the signed charge")
        isOff = false
        report.isActive = true
        report.echo = segment
        try answer()
    }

    mutating func renew(until leaseEnd: Microseconds) throws(DeliveryError) { try answer() }
    mutating func poll() throws(DeliveryError) { try answer() }

    mutating func zero() throws(DeliveryError) {
        isOff = true
        report.isActive = false
        try answer()
    }

    mutating func removePower() throws(DeliveryError) { try zero() }
}

/// The guard's protocol: records that are noise, records with a right MAC and changed fields, time, silence and stops.
///
/// Whatever comes, a latched guard has told its device to be off.
enum GuardTarget {
    static let key = SessionKey(Words32(1, 2, 3, 4))
    static let keyBytes: [UInt8] = [1, 2, 3, 4].flatMap { [$0] + [UInt8](repeating: 0, count: 7) }
    static let session = Words32(5, 6, 7, 8)
    static let buffer = RecordBuffer(capacity: 1024)

    static func run(_ bytes: [UInt8]) -> Int32 {
        guard let limits = StimulatorDeviceOfDemonstration.limits else { return -1 }
        var feed = Feed(bytes)
        let isVirtualTime = feed.byte() & 1 == 1
        let settings = GuardSettings(
            isVirtual: true, virtualTime: isVirtualTime, limitsArmable: true, tokenTimeout: Microseconds(20_000),
            session: session, amplitudeStep: Nanoamperes(1_000))
        var bench = GuardBench(
            core: GuardCore(limits: limits, settings: settings, latch: [], device: FuzzedStimulator()))
        while !feed.isEmpty { bench.step(&feed) }
        return 0
    }
}

/// A guard's core and the clock beside it.
struct GuardBench: ~Copyable {
    var core: GuardCore<FuzzedStimulator>
    var now: Int64 = 0
    var sequence: UInt64 = 0
    var next: Int64 = 30_000

    init(core: consuming GuardCore<FuzzedStimulator>) { self.core = core }

    mutating func step(_ feed: inout Feed) {
        let order = feed.byte()
        switch order & 7 {
        case 0: noise(&feed)
        case 1, 2, 3: record(order, &feed)
        case 4:
            now += Int64(feed.word()) * 4
            core.advance(to: Microseconds(now))
        case 5: core.device.failures = feed.byte()
        case 6: decodeOthers(&feed)
        default: rare(order)
        }
        if core.mode == .latched { precondition(core.device.isOff, "latched with output") }
        if core.mode == .off { precondition(core.device.isOff, "off with output") }
    }

    private mutating func rare(_ order: UInt8) {
        switch order >> 3 & 3 {
        case 0: core.stopInput(at: Microseconds(now))
        case 1: core.runtimeLost(at: Microseconds(now))
        case 2: core.limitsExpired = true
        default: core.consentExpired = true
        }
    }

    private mutating func noise(_ feed: inout Feed) {
        let length = min(feed.word() % 1_025, GuardTarget.buffer.capacity)
        for (index, byte) in feed.take(length).enumerated() { GuardTarget.buffer[index] = byte }
        guard RuntimeRecord.open(GuardTarget.buffer, length: length, key: GuardTarget.key) == nil else { return }
        _ = core.handleMalformed(at: Microseconds(now))
    }

    /// A record as a runtime sends it, then up to seven bytes changed, then sealed: only its fields are wrong.
    private mutating func record(_ order: UInt8, _ feed: inout Feed) {
        now += 5_000
        sequence += 1
        var record = RuntimeRecord()
        record.order = RuntimeOrder(rawValue: order >> 3 & 7) ?? .token
        record.session = GuardTarget.session
        (record.sequence, record.counter) = (sequence, sequence)
        (record.now, record.health, record.mode) = (Microseconds(now), .max, .closedLoop)
        record.evidence = .healthy(mode: .closedLoop, leaseEnd: Microseconds(now + 250_000), validChannels: 3)
        record.reason = Reason("fuzz")
        if order & 0x40 != 0 {
            record.hasProposal = true
            next = max(next + 7_693, now + 15_000)
            record.segment = Segment(
                pair: 0, waveform: .biphasicCathodicFirstSymmetric,
                amplitude: Nanoamperes(Int64(feed.byte()) * 10_000), width: Microseconds(60),
                interphase: Microseconds(0), period: Microseconds(7_693), pulses: 1, firstPulse: Microseconds(next))
        }
        let buffer = GuardTarget.buffer
        record.seal(into: buffer, key: GuardTarget.key)
        for _ in 0..<(order & 0x80 != 0 ? feed.byte() & 7 : 0) { buffer[feed.word() % 480] = feed.byte() }
        seal(buffer)
        if let opened = RuntimeRecord.open(buffer, length: RuntimeRecord.length, key: GuardTarget.key) {
            _ = core.handle(opened, at: Microseconds(now))
        } else {
            _ = core.handleMalformed(at: Microseconds(now))
        }
        core.advance(to: Microseconds(now))
    }

    /// BLAKE2b-256 keyed, over all but the last 32 bytes.
    private func seal(_ buffer: RecordBuffer) {
        let body = (0..<480).map { buffer[$0] }
        var mac = [UInt8](repeating: 0, count: 32)
        unsafe crypto_generichash(&mac, 32, body, 480, GuardTarget.keyBytes, 32)
        for (index, byte) in mac.enumerated() { buffer[480 + index] = byte }
    }

    /// The other records of the two sockets.
    private func decodeOthers(_ feed: inout Feed) {
        let buffer = GuardTarget.buffer
        let length = feed.word() % 1_025
        for (index, byte) in feed.take(length).enumerated() { buffer[index] = byte }
        _ = GuardHello(decoding: buffer, length: length)
        _ = GuardWelcome(decoding: buffer, length: length)
        _ = StimulatorCommand(decoding: buffer, length: length)
        _ = StimulatorReport(decoding: buffer, length: length)
        _ = GuardReport.open(buffer, length: length, key: GuardTarget.key)
    }
}
