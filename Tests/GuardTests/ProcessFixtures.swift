import Configuration
import Glibc
import Guard
import Interlocks
import Signal
import Stimulation

/// The built executables and shipped files, and a folder for one session.
struct ProcessBench {
    let folder: String
    let processes: GuardedProcesses
    let epoch: UInt64
    var record: String { folder + "/stimulator.jsonl" }

    /// Where the package's products stand: beside the running test bundle.
    static let products: String = {
        var path = [CChar](repeating: 0, count: 4096)
        let length = unsafe readlink("/proc/self/exe", &path, path.count - 1)
        let text = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let bundles = CommandLine.arguments.filter { $0.contains(".xctest") } + [text]
        for bundle in bundles {
            let parent = bundle.split(separator: "/").dropLast().joined(separator: "/")
            for up in ["", "/..", "/../..", "/../../.."] where unsafe access("/\(parent)\(up)/ansa-guard", X_OK) == 0 {
                return "/\(parent)\(up)"
            }
        }
        return ""
    }()

    /// The package's root, from this file.
    static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()
    static let limits = root + "/Profiles/adaptive-dbs/stn-left.limits.yaml"
    static let device = root + "/Devices/virtual-patient.yaml"

    init(limits: String = ProcessBench.limits, fresh: Bool = true, folder existing: String? = nil) throws {
        folder = existing ?? Self.newFolder()
        processes = try spawnGuard(
            guardExecutable: Self.products + "/ansa-guard",
            stimulatorExecutable: Self.products + "/ansa-virtual-stimulator", limits: limits, device: Self.device,
            state: folder, record: folder + "/stimulator.jsonl", virtual: fresh)
        // As `ansa run` does it; refused to an ordinary user, whose busy machine may then keep a device from answering.
        _ = processes.raisePriority()
        epoch = monotonicNanoseconds()
    }

    /// An empty folder whose path has spaces.
    static func newFolder() -> String {
        var template = Array("/tmp/ansa guard test XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { return "" }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Greets with the hash of the file that the guard was told to read.
    func hello(virtualTime: Bool = false, limits: String = ProcessBench.limits) throws -> GuardWelcome {
        try processes.link.hello(
            GuardHello(
                session: Words32(7, 7, 7, 7), limitsHash: hashOfLimits(try readFile(limits)), epoch: epoch,
                virtualTime: virtualTime, hasFIFO: false))
    }

    var now: Int64 { sessionMicroseconds(at: monotonicNanoseconds(), epoch: epoch) }

    /// A healthy record, sent, and its answer.
    func exchange(
        _ order: RuntimeOrder = .token, at now: Int64, proposing segment: Segment? = nil, reason: String = ""
    ) -> GuardReport? {
        var record = RuntimeRecord()
        record.order = order
        record.now = Microseconds(now)
        record.health = .max
        record.mode = .closedLoop
        record.evidence = .healthy(mode: .closedLoop, leaseEnd: Microseconds(now + 250_000), validChannels: 3)
        record.reason = Reason(reason)
        if let segment {
            record.hasProposal = true
            record.segment = segment
        }
        guard processes.link.send(&record) else { return nil }
        return processes.link.receiveBlocking(timeoutMilliseconds: 5000)
    }

    /// Real time: safety ticks of 5 ms for `milliseconds`, every second with a step of a rising ramp of 100 µA.
    func stimulate(milliseconds: Int64) -> [GuardReport] {
        var reports: [GuardReport] = []
        let start = now
        var nextPulse = start + 20_000
        var amplitude: Int64 = 0
        while now - start < milliseconds * 1000 {
            amplitude = min(amplitude + 100_000, 1_000_000)
            let due = now > nextPulse - 20_000
            // A machine that was away for a while proposes no pulse in the past.
            nextPulse = max(nextPulse, now + 10_000)
            if let report = exchange(at: now, proposing: due ? pulse(amplitude, at: nextPulse) : nil) {
                reports.append(report)
            }
            if due { nextPulse += 10_000 }
            usleep(5000)
        }
        return reports
    }

    /// Exit code of a process, waiting at most five seconds; nil where it still runs or was killed.
    static func exitCode(of process: Int32) -> Int32? {
        for _ in 0..<500 {
            var status: Int32 = 0
            let ended = unsafe waitpid(process, &status, WNOHANG)
            if ended == process { return status & 0x7f == 0 ? (status >> 8) & 0xff : nil }
            usleep(10_000)
        }
        return nil
    }

    /// The device's record, line by line.
    func lines() throws -> [String] {
        String(decoding: try readFile(record), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Times of the pulses in the device's record.
    func pulseTimes() throws -> [Int64] {
        try lines().filter { $0.contains("\"event\":\"pulse\"") }.compactMap { line in
            line.split(separator: ",").first { $0.contains("\"at_us\":") }
                .flatMap { Int64($0.split(separator: ":")[1]) }
        }
    }
}
