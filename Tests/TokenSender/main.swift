import Glibc
import Interlocks
import Signal
import Stimulation

/// A runtime of the smallest kind, for tests that kill or stop it: it greets the guard, arms, and sends a healthy token
/// every 5 ms with trains of 25 pulses at 130 Hz, up a ramp first.
///
///     TokenSender <limits> <epoch> <fifo: 0 or 1>        with the guard's socket as standard input
///
/// A train lasts 192 ms, so that a device nobody stops has pulses until its lease of 250 ms ends.
/// It exits with 3 when the guard says that it latched, as it does when the machine is too busy, with 4 when the guard
/// is gone and with 5 when a train was refused.
struct TokenSender {
    static let step: Int64 = 150_000, highest: Int64 = 1_950_000, period: Int64 = 7_693
    let link = GuardLink(socket: 0)
    let epoch: UInt64

    var now: Int64 { sessionMicroseconds(at: monotonicNanoseconds(), epoch: epoch) }

    func greet(limits: String, hasFIFO: Bool) -> Bool {
        guard let bytes = read(limits) else { return false }
        let hello = GuardHello(
            session: Words32(7, 7, 7, 7), limitsHash: hashOfLimits(bytes), epoch: epoch, virtualTime: false,
            hasFIFO: hasFIFO)
        return (try? link.hello(hello)) != nil
    }

    private func read(_ path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    func exchange(_ order: RuntimeOrder, proposing segment: Segment? = nil) -> GuardReport? {
        var record = RuntimeRecord()
        record.order = order
        record.now = Microseconds(now)
        record.health = .max
        record.mode = .closedLoop
        record.evidence = .healthy(
            mode: .closedLoop, leaseEnd: Microseconds(record.now.value + 250_000), validChannels: 3)
        record.hasProposal = segment != nil
        record.segment = segment ?? .rest(at: record.now)
        guard link.send(&record) else { return nil }
        return link.receiveBlocking(timeoutMilliseconds: 5_000)
    }

    private func train(_ amplitude: Int64, at time: Int64, pulses: Int64) -> Segment {
        Segment(
            pair: 0, waveform: .biphasicCathodicFirstSymmetric, amplitude: Nanoamperes(amplitude),
            width: Microseconds(60), interphase: Microseconds(0), period: Microseconds(Self.period), pulses: pulses,
            firstPulse: Microseconds(time))
    }

    /// Until it is killed, or the guard ends or latches.
    func stimulate() -> Int32 {
        var next = now + 30_000
        var amplitude: Int64 = 0
        while true {
            var segment: Segment?
            if now > next - 20_000 {
                amplitude = min(amplitude + Self.step, Self.highest)
                let pulses: Int64 = amplitude == Self.highest ? 25 : 1
                segment = train(amplitude, at: next, pulses: pulses)
                next += pulses * Self.period
            }
            guard let report = exchange(.token, proposing: segment) else { return 4 }
            if report.mode == .latched || report.latch != 0 { return 3 }
            if segment != nil && !report.proposalPermitted { return 5 }
            usleep(5_000)
        }
    }
}

let words = CommandLine.arguments
guard words.count == 4, let epoch = UInt64(words[2]) else { exit(64) }
signal(SIGPIPE, SIG_IGN)
let sender = TokenSender(epoch: epoch)
guard sender.greet(limits: words[1], hasFIFO: words[3] == "1") else { exit(65) }
guard sender.exchange(.arm)?.mode == .armed else { exit(66) }
exit(sender.stimulate())
