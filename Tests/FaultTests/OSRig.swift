import Foundation
import Stimulation
import Testing

/// Guard, virtual stimulator and a runtime that only sends tokens, as three processes in the middle of pulses, so that
/// a test can kill and stop them.
///
/// The test is the parent of all three and reaps them in ``end()``. Where the system permits it all get a real-time
/// priority, as `ansa run` asks for, so that only the test decides when something dies.
final class OSRig {
    struct Failure: Error, CustomStringConvertible { let description: String }

    /// A line of the device's own record.
    struct Line: Decodable {
        let event: String
        let at_us: Int64
    }

    let folder: String
    /// The signed file of this run.
    let limits: String
    let sender = Process()
    let processes: GuardedProcesses
    let epoch = monotonicNanoseconds()
    private var reaped: Set<Int32> = []

    /// The words before a command that give it a real-time priority; none where the system refuses it.
    static let urgent: [String] = {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/chrt")
        process.arguments = ["--fifo", "65", "/bin/true"]
        guard (try? process.run()) != nil else { return [] }
        process.waitUntilExit()
        return process.terminationStatus == 0 ? ["/usr/bin/chrt", "--fifo", "65"] : []
    }()

    /// The token's timeout in the runs of this rig, in µs.
    static var tokenTimeout: Int64 { urgent.isEmpty ? 100_000 : 20_000 }

    /// - Parameters:
    ///   - guardExecutable: Something that becomes `ansa-guard` after preparing its world.
    ///   - words: Words of the shipped limits file that are replaced before it is signed anew.
    /// - Throws: What kept a process from being started.
    init(
        guardExecutable: String = Products.folder + "/ansa-guard", replacing words: [(String, String)] = []
    ) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("ansa faults \(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        limits =
            words.isEmpty ? Recorder.shippedLimits : try SignedLimits.make(in: folder, replacing: words)
        processes = try spawnGuard(
            guardExecutable: guardExecutable,
            stimulatorExecutable: Products.folder + "/ansa-virtual-stimulator", limits: limits,
            device: Products.shipped("Devices/virtual-patient.yaml"), state: folder,
            record: folder + "/stimulator.jsonl", virtual: true)
        let hasFIFO = !Self.urgent.isEmpty && processes.raisePriority()
        let command =
            Self.urgent + [Products.folder + "/TokenSender", limits, "\(epoch)", hasFIFO ? "1" : "0"]
        sender.executableURL = URL(fileURLWithPath: command[0])
        sender.arguments = Array(command.dropFirst())
        sender.standardInput = FileHandle(fileDescriptor: processes.link.descriptor, closeOnDealloc: false)
        sender.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        try sender.run()
        processes.link.close()
    }

    /// A rig whose device has delivered pulses at full amplitude; one that a busy machine has latched is thrown away.
    static func stimulating(
        guardExecutable: String = Products.folder + "/ansa-guard", replacing words: [(String, String)] = []
    ) throws -> OSRig {
        for _ in 0..<10 {
            let rig = try OSRig(guardExecutable: guardExecutable, replacing: words)
            let isReady = try rig.wait(seconds: 10) { try !rig.sender.isRunning || rig.pulses().count > 20 }
            if isReady, rig.sender.isRunning { return rig }
            rig.end()
        }
        throw Failure(description: "no guard came to stimulate")
    }

    /// µs since the session's start.
    var now: Int64 { sessionMicroseconds(at: monotonicNanoseconds(), epoch: epoch) }

    /// False: `condition` did not hold within `seconds`.
    func wait(seconds: Double, _ condition: () throws -> Bool) throws -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while try !condition() {
            if Date() > end { return false }
            usleep(2_000)
        }
        return true
    }

    /// Sends `number` to a process and waits until it has worked: stopped, or gone.
    func send(_ number: Int32, to process: Int32) throws {
        kill(process, number)
        guard number == SIGSTOP || number == SIGKILL else { return }
        let states: Set<Character> = number == SIGSTOP ? ["T", "Z", "X"] : ["Z", "X"]
        let worked = try wait(seconds: 10) { Self.state(of: process).map(states.contains) ?? true }
        guard worked else { throw Failure(description: "signal \(number) has not reached \(process)") }
    }

    /// The state letter of a process; nil: it is gone.
    static func state(of process: Int32) -> Character? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return text.lastIndex(of: ")").flatMap { text[text.index($0, offsetBy: 2)...].first }
    }

    /// The whole lines of the device's record so far.
    func lines() throws -> [Line] {
        let bytes = FileManager.default.contents(atPath: folder + "/stimulator.jsonl") ?? Data()
        return try bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast().map {
            try JSONDecoder().decode(Line.self, from: $0)
        }
    }

    func pulses() throws -> [Int64] { try lines().filter { $0.event == "pulse" }.map(\.at_us) }

    /// The latch file's word; nil: there is none.
    var latch: String? {
        FileManager.default.contents(atPath: folder + "/latch").map { String(decoding: $0, as: UTF8.self) }
    }

    /// Waits until the stimulator has ended by itself; its record is whole then.
    func awaitDevice() throws {
        let ended = try wait(seconds: 20) { self.reap(self.processes.stimulatorPID) }
        guard ended else { throw Failure(description: "the stimulator goes on") }
    }

    /// True when a child has ended; it is then reaped.
    private func reap(_ process: Int32) -> Bool {
        guard !reaped.contains(process) else { return true }
        var status: Int32 = 0
        guard unsafe waitpid(process, &status, WNOHANG) == process else { return false }
        reaped.insert(process)
        return true
    }

    /// Ends and reaps what still runs, and removes the folder.
    func end() {
        if sender.isRunning { kill(sender.processIdentifier, SIGKILL) }
        sender.waitUntilExit()
        for process in [processes.guardPID, processes.stimulatorPID] where !reaped.contains(process) {
            kill(process, SIGKILL)
            var status: Int32 = 0
            unsafe waitpid(process, &status, 0)
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
