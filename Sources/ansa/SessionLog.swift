import Foundation
import Loop

/// `log.jsonl` in a session's folder: what happened to the program, one JSON object a line, for machines.
struct SessionLog {
    private let handle: FileHandle?

    /// Begins the log; a folder that takes no file takes no log, and the journal has said so already.
    init(directory: String) {
        let path = directory + "/log.jsonl"
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        handle = FileHandle(forWritingAtPath: path)
    }

    /// Adds a line: the event, the wall time, and what belongs to it.
    func write(_ event: String, _ facts: [String: String] = [:]) {
        var line = facts
        line["event"] = event
        line["time"] = ISO8601DateFormatter().string(from: Date())
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let handle, let data = try? encoder.encode(line) else { return }
        do { try handle.write(contentsOf: data + Data("\n".utf8)) } catch {
            Terminal.tell("Warning: log.jsonl could not be written: \(error.localizedDescription)")
        }
    }

    /// What the machine granted, and how the loop ended.
    func write(_ outcome: LoopOutcome, guardIsRealtime: Bool?) {
        write(
            "granted",
            [
                "fifo_errno": "\(outcome.grant.fifo)", "locked_memory_errno": "\(outcome.grant.lockedMemory)",
                "pinned_errno": "\(outcome.grant.pinned)",
                "guard_fifo": guardIsRealtime.map { "\($0)" } ?? "no guard",
            ])
        let statistics = outcome.statistics
        write(
            "ended",
            [
                "ending": "\(outcome.ending)", "ticks": "\(statistics.ticks)", "misses": "\(statistics.misses)",
                "monitor_shed": "\(statistics.shedMonitors)", "overruns": "\(outcome.overruns)",
                "minor_faults": "\(statistics.steadyMinorFaults)",
            ])
    }
}
