import Foundation

/// The profiles that `bench adaptive` runs, made from the shipped ones in a folder of its own.
struct AdaptiveRuns: Sendable {
    /// The `ansa` executable.
    let program: String
    /// Where profiles and sessions are made; removed by ``clean()``.
    let folder: String
    let seconds: Int

    /// Copies the devices into a new temporary folder.
    init(program: String, profiles: String, seconds: Int) throws {
        self.program = program
        self.seconds = seconds
        folder = FileManager.default.temporaryDirectory.path + "/ansa-adaptive-\(getpid())"
        let files = FileManager.default
        try files.createDirectory(atPath: folder + "/Profiles", withIntermediateDirectories: true)
        try files.copyItem(atPath: profiles + "/../Devices", toPath: folder + "/Devices")
        for name in ["adaptive-dbs", "continuous-dbs"] {
            try files.copyItem(atPath: profiles + "/" + name, toPath: folder + "/Profiles/" + name)
        }
    }

    /// Removes everything that was made.
    func clean() { try? FileManager.default.removeItem(atPath: folder) }

    /// A copy of `base` under another name whose controller is `controller`.
    func variant(of base: String, name: String, controller: String) throws {
        let (from, to) = (folder + "/Profiles/" + base, folder + "/Profiles/" + name)
        try FileManager.default.copyItem(atPath: from, toPath: to)
        let path = to + "/profile.yaml"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        let changed = lines.map { line -> String in
            if line.hasPrefix("controller:") { return "controller: " + controller }
            return line.hasPrefix("name:") ? "name: " + name : String(line)
        }
        try changed.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Runs `profile` for the patient of `seed` through the whole loop and reads the session.
    func run(_ profile: String, seed: UInt64, arms: Bool) throws -> AdaptiveSession {
        let session = "\(folder)/\(profile)-\(seed)-\(arms ? "armed" : "off")"
        defer { try? FileManager.default.removeItem(atPath: session) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments =
            ["run", folder + "/Profiles/" + profile] + (arms ? ["--arm"] : []) + [
                "--seconds", "\(seconds)", "--pace", "max", "--seed", "\(seed)", "--session", session, "--monitor",
                "none",
                "--format", "json",
            ]
        let complaints = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = complaints
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = complaints.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw AdaptiveError(
                description: "\(profile), seed \(seed): exit \(process.terminationStatus): "
                    + String(decoding: text, as: UTF8.self))
        }
        let result = try adaptiveSession(session)
        guard result.matchesRecord else {
            throw AdaptiveError(description: "\(profile), seed \(seed): the patient simulated again gave other samples")
        }
        return result
    }
}
