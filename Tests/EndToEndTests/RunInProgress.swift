import Foundation

/// An `ansa run` that is still running, and what its stimulator has written so far.
///
/// It runs at pace real, which a busy machine can spoil: where the system permits it, all its processes get a real-time
/// priority from the start, so that only the test decides when something dies.
final class RunInProgress {
    /// What kept a run from getting as far as a test needs it.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The session's folder; its name has a space in it.
    let session: URL
    let process = Process()
    private let folder: URL

    /// Starts `ansa run` of a shipped profile, armed, for half a minute.
    init(_ profile: String, environment: [String: String] = [:]) throws {
        folder = try BuiltProgram.temporaryFolder()
        session = folder.appendingPathComponent("a session")
        let words = [BuiltProgram.ansa.executable.path] + Self.words(profile, session: session)
        let all = Self.urgent + words
        process.executableURL = URL(fileURLWithPath: all[0])
        process.arguments = Array(all.dropFirst())
        process.currentDirectoryURL = BuiltProgram.package
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try file("out")
        process.standardError = try file("err")
        try process.run()
    }

    /// The arguments of a run that lasts longer than any test.
    static func words(_ profile: String, session: URL) -> [String] {
        ["run", "Profiles/\(profile)", "--arm", "--seconds", "30", "--seed", "1", "--format", "json"]
            + ["--session", session.path]
    }

    /// The words before a command that give it a real-time priority; none where the system refuses it.
    static let urgent: [String] = {
        let words = ["/usr/bin/chrt", "--fifo", "1"]
        let program = BuiltProgram(executable: URL(fileURLWithPath: words[0]))
        let outcome = try? program.run(Array(words.dropFirst()) + ["/bin/true"])
        return outcome?.code == 0 ? words : []
    }()

    /// A run whose stimulator has delivered pulses at full amplitude for a while.
    ///
    /// A machine that stalls longer than the token may be old latches a run by itself: that run is thrown away, and
    /// another one is tried.
    static func stimulating(_ profile: String, environment: [String: String] = [:]) throws -> RunInProgress {
        var reason = ""
        for _ in 0..<4 {
            let run = try RunInProgress(profile, environment: environment)
            let isReady = try run.wait(seconds: 12) {
                try !run.process.isRunning || run.events().filter { $0.kind == "pulse" }.count > 100
            }
            if isReady, run.process.isRunning { return run }
            // A run that fell back by itself would go on without a pulse.
            if !isReady { run.send(SIGKILL) }
            reason = run.finish().errors
            run.remove()
        }
        throw Failure(description: "no run came to stimulate: \(reason)")
    }

    /// Waits until `condition` holds.
    ///
    /// - Returns: false when it did not within `seconds`.
    func wait(seconds: Double, _ condition: () throws -> Bool) throws -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while try !condition() {
            if Date() > end { return false }
            usleep(10_000)
        }
        return true
    }

    /// Sends a signal to the runtime alone.
    func send(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Process ids of the runtime's children whose command line names `program`.
    func child(_ program: String) throws -> pid_t {
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let identifier = pid_t(name), Self.parent(of: identifier) == process.processIdentifier,
                let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline"),
                String(decoding: words.prefix { $0 != 0 }, as: UTF8.self).hasSuffix("/" + program)
            else { continue }
            return identifier
        }
        throw Failure(description: "the runtime has no child \(program)")
    }

    /// True until the process has ended, whether or not somebody has asked for its exit code.
    static func isAlive(_ identifier: pid_t) -> Bool {
        guard let state = status(of: identifier).first else { return false }
        return state != "Z" && state != "X"
    }

    private static func parent(of identifier: pid_t) -> pid_t? {
        status(of: identifier).dropFirst().first.flatMap { pid_t($0) }
    }

    /// The fields of /proc/pid/stat behind the name: state, parent and so on.
    private static func status(of identifier: pid_t) -> [Substring] {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(identifier)/stat") else { return [] }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let bracket = text.lastIndex(of: ")") else { return [] }
        return text[text.index(after: bracket)...].split(separator: " ")
    }

    /// Waits for the runtime's end, at most 20 s, and says what it did.
    func finish() -> Outcome {
        let isOver = try? wait(seconds: 20) { !process.isRunning }
        if isOver != true { send(SIGKILL) }
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return Outcome(
            code: process.terminationStatus + (isSignal ? 128 : 0), output: text("out"), errors: text("err"))
    }

    /// What the stimulator has recorded so far.
    func events() throws -> [StimulatorRecordLine] { try StimulatorRecordLine.all(in: session) }

    /// The guard's latch file, or nil where there is none.
    var latch: String? {
        FileManager.default.contents(atPath: session.path + "/latch").map { String(decoding: $0, as: UTF8.self) }
    }

    /// Ends what still runs and removes everything.
    func remove() {
        if process.isRunning {
            send(SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private func file(_ name: String) throws -> FileHandle {
        let url = folder.appendingPathComponent(name)
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private func text(_ name: String) -> String {
        let bytes = FileManager.default.contents(atPath: folder.appendingPathComponent(name).path)
        return String(decoding: bytes ?? Data(), as: UTF8.self)
    }
}

/// A line of `stimulator.jsonl`.
struct StimulatorRecordLine {
    let kind: String
    /// µs since the session's start, by the device's clock.
    let time: Int
    /// nA; 0 where the line has none.
    let amplitude: Int

    /// All whole lines of the record in a session's folder; none where there is no record yet.
    static func all(in session: URL) throws -> [StimulatorRecordLine] {
        guard let bytes = FileManager.default.contents(atPath: session.path + "/stimulator.jsonl") else { return [] }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return try lines.dropLast().compactMap { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            guard let kind = object?["event"] as? String, let time = object?["at_us"] as? Int else { return nil }
            return StimulatorRecordLine(kind: kind, time: time, amplitude: object?["amplitude_na"] as? Int ?? 0)
        }
    }
}
