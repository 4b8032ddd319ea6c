import Foundation

/// What a program did.
struct Outcome {
    /// The exit code; 128 + the signal's number when a signal ended it.
    let code: Int32
    let output: String
    let errors: String

    /// Standard output as one JSON object; empty when it is none.
    var json: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]) ?? [:]
    }
}

/// A program that this package builds, started as a person starts it: from the package's folder, without a terminal.
struct BuiltProgram {
    let executable: URL

    /// The program of this name beside the test bundle.
    init(_ name: String) { executable = Self.folder.appendingPathComponent(name) }

    /// Another program, of the system or built by a test.
    init(executable: URL) { self.executable = executable }

    static let ansa = BuiltProgram("ansa")

    /// The package's folder: three levels above this file.
    static let package = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Where the build put the programs: beside the test bundle that is running.
    static let folder: URL = {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }
        if let bundle { return URL(fileURLWithPath: bundle).deletingLastPathComponent() }
        return package.appendingPathComponent(".build/debug")
    }()

    /// A new empty folder whose name has a space in it.
    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("ansa tests \(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Runs the program with `arguments` to its end; after `seconds` it is killed.
    func run(
        _ arguments: [String], environment: [String: String] = [:], in directory: URL = package, seconds: Double = 120
    ) throws -> Outcome {
        let scratch = try Self.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = directory
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let output = try Self.file("out", in: scratch)
        let errors = try Self.file("err", in: scratch)
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let end = Date(timeIntervalSinceNow: seconds)
        while process.isRunning {
            if Date() > end { kill(process.processIdentifier, SIGKILL) }
            usleep(2_000)
        }
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return Outcome(
            code: process.terminationStatus + (isSignal ? 128 : 0),
            output: try Self.text("out", in: scratch), errors: try Self.text("err", in: scratch))
    }

    private static func file(_ name: String, in folder: URL) throws -> FileHandle {
        let url = folder.appendingPathComponent(name)
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    private static func text(_ name: String, in folder: URL) throws -> String {
        String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }
}
