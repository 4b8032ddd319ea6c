import Foundation
import Testing

/// SIGINT, SIGTERM and SIGHUP: once ends a run in order, twice at once.
///
/// At pace real, with pulses leaving.
@Suite(.serialized) struct SignalTests {
    /// The full amplitude of `continuous-dbs`, from its profile: 2 mA.
    static let full = 2_000_000

    /// The amplitude was led down before the end, and nothing left afterwards.
    static func expectRampOff(_ session: URL) throws {
        let events = try StimulatorRecordLine.all(in: session)
        let pulses = events.filter { $0.kind == "pulse" }.map(\.amplitude)
        #expect(pulses.max() == full)
        // 20 mA/s at 130 Hz are 154 µA a pulse: 13 pulses from 2 mA to nothing.
        #expect(try #require(pulses.last) < full / 2)
        let last = pulses.suffix(8)
        #expect(zip(last, last.dropFirst()).allSatisfy { $0 >= $1 }, "\(last)")
        let end = try #require(events.firstIndex { $0.kind == "stopped" })
        #expect(!events[end...].contains { $0.kind == "pulse" || $0.kind == "accepted" })
    }

    @Test(
        "One signal leads the amplitude down, disarms, closes the journal, prints the summary and ends with 0",
        arguments: [SIGINT, SIGTERM, SIGHUP])
    func once(signal: Int32) throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        run.send(signal)
        let outcome = run.finish()
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.json["mode_final"] as? String == "off")
        #expect((outcome.json["ticks"] as? Int ?? 0) > 100)
        #expect(run.latch == nil)
        try Self.expectRampOff(run.session)
        #expect(try BuiltProgram.ansa.run(["session", "verify", run.session.path]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", run.session.path, "--verify"]).code == 0)
    }

    @Test(
        "Two signals end output at once, without a ramp, latch, and end with 3; the session is closed all the same",
        arguments: [(SIGINT, SIGINT), (SIGINT, SIGTERM)])
    func twice(first: Int32, second: Int32) throws {
        let run = try RunInProgress.stimulating("continuous-dbs")
        defer { run.remove() }
        run.send(first)
        usleep(15_000)
        run.send(second)
        let outcome = run.finish()
        #expect(outcome.code == 3, "\(outcome.errors)")
        #expect(outcome.errors.contains("IL-05"), "\(outcome.errors)")
        // IL-05, stop: bit 5, in hexadecimal.
        #expect(run.latch == "ansa.latch/1 20\n")
        #expect(outcome.json["mode_final"] as? String == "latched")
        let events = try run.events()
        let end = try #require(events.firstIndex { $0.kind == "stopped" })
        #expect(!events[end...].contains { $0.kind == "pulse" || $0.kind == "accepted" })
        #expect(try BuiltProgram.ansa.run(["session", "verify", run.session.path]).code == 0)
        #expect(try BuiltProgram.ansa.run(["replay", run.session.path, "--verify"]).code == 0)
    }

    @Test("Ctrl-C on a terminal reaches the whole group: the ramp is delivered all the same, exit 0")
    func controlC() throws {
        let terminal = try RunOnTerminal("continuous-dbs")
        defer { terminal.remove() }
        try terminal.waitForPulses()
        terminal.type([3])
        #expect(try terminal.exitCode() == 0, "\(terminal.screen)")
        #expect(terminal.screen.contains("pulses_delivered"), "the summary is printed")
        try Self.expectRampOff(terminal.session)
        #expect(!FileManager.default.fileExists(atPath: terminal.session.path + "/latch"))
        #expect(try BuiltProgram.ansa.run(["session", "verify", terminal.session.path]).code == 0)
    }

    @Test("Ctrl-C twice on a terminal is off at once, exit 3")
    func controlCTwice() throws {
        let terminal = try RunOnTerminal("continuous-dbs")
        defer { terminal.remove() }
        try terminal.waitForPulses()
        terminal.type([3])
        usleep(15_000)
        terminal.type([3])
        #expect(try terminal.exitCode() == 3, "\(terminal.screen)")
        #expect(terminal.screen.contains("IL-05"))
        #expect(try BuiltProgram.ansa.run(["session", "verify", terminal.session.path]).code == 0)
    }

    @Test("A terminal that goes away is an orderly end: ramp off and a closed session")
    func terminalGone() throws {
        let terminal = try RunOnTerminal("continuous-dbs")
        defer { terminal.remove() }
        try terminal.waitForPulses()
        terminal.vanish()
        try terminal.waitForManifest()
        try Self.expectRampOff(terminal.session)
        #expect(try BuiltProgram.ansa.run(["session", "verify", terminal.session.path]).code == 0)
    }
}

/// An `ansa run` on a terminal of its own, which `script` makes and whose keys the test presses.
final class RunOnTerminal {
    let session: URL
    private let folder: URL
    private let process = Process()
    private let keys = Pipe()
    private var output: URL { folder.appendingPathComponent("screen") }

    init(_ profile: String) throws {
        folder = try BuiltProgram.temporaryFolder()
        session = folder.appendingPathComponent("session")
        let words = RunInProgress.urgent + [BuiltProgram.ansa.executable.path]
        let command = (words + RunInProgress.words(profile, session: session)).map { "'\($0)'" }.joined(separator: " ")
        process.executableURL = URL(fileURLWithPath: "/usr/bin/script")
        process.arguments = ["--quiet", "--return", "--command", "exec " + command, "/dev/null"]
        process.currentDirectoryURL = BuiltProgram.package
        process.standardInput = keys
        try Data().write(to: output)
        let screen = try FileHandle(forWritingTo: output)
        process.standardOutput = screen
        process.standardError = screen
        try process.run()
    }

    /// What the terminal has shown so far.
    var screen: String {
        String(decoding: FileManager.default.contents(atPath: output.path) ?? Data(), as: UTF8.self)
    }

    func waitForPulses() throws {
        let end = Date(timeIntervalSinceNow: 20)
        while try StimulatorRecordLine.all(in: session).filter({ $0.kind == "pulse" }).count < 60 {
            guard process.isRunning, Date() < end else {
                throw RunInProgress.Failure(description: "no pulse: \(screen)")
            }
            usleep(10_000)
        }
    }

    /// The session is closed, by a process that the test has no exit code of.
    func waitForManifest() throws {
        let end = Date(timeIntervalSinceNow: 20)
        while !FileManager.default.fileExists(atPath: session.path + "/manifest.json") {
            guard Date() < end else { throw RunInProgress.Failure(description: "the session is not closed") }
            usleep(10_000)
        }
    }

    func type(_ bytes: [UInt8]) { keys.fileHandleForWriting.write(Data(bytes)) }

    /// The terminal's window is closed.
    func vanish() { kill(process.processIdentifier, SIGKILL) }

    /// The exit code of `ansa`, which `script` hands on.
    func exitCode() throws -> Int32 {
        let end = Date(timeIntervalSinceNow: 20)
        while process.isRunning {
            guard Date() < end else { throw RunInProgress.Failure(description: "it does not end: \(screen)") }
            usleep(10_000)
        }
        return process.terminationStatus
    }

    func remove() {
        if process.isRunning {
            vanish()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: folder)
    }
}
