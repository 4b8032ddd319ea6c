import Foundation

/// A profile's folder that a test may spoil, in a new folder beside a copy of Devices.
struct ProfileCopy {
    let root: URL
    let folder: URL

    /// A copy of the shipped profile of this name.
    init(_ name: String) throws {
        root = try BuiltProgram.temporaryFolder()
        folder = root.appendingPathComponent("Profiles/\(name)")
        let profiles = root.appendingPathComponent("Profiles")
        try FileManager.default.createDirectory(at: profiles, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: BuiltProgram.package.appendingPathComponent("Profiles/\(name)"), to: folder)
        try FileManager.default.copyItem(
            at: BuiltProgram.package.appendingPathComponent("Devices"), to: root.appendingPathComponent("Devices"))
    }

    /// Where a session may be kept; not there yet.
    var session: URL { root.appendingPathComponent("session") }

    /// Replaces text in a file of the profile.
    func replace(_ old: String, by new: String, in file: String = "profile.yaml") throws {
        let url = folder.appendingPathComponent(file)
        let text = try String(contentsOf: url, encoding: .utf8)
        try text.replacingOccurrences(of: old, with: new).write(to: url, atomically: true, encoding: .utf8)
    }

    /// Cuts a file of the profile to its first `count` bytes.
    func cut(_ file: String, to count: Int) throws {
        let url = folder.appendingPathComponent(file)
        try Data(try Data(contentsOf: url).prefix(count)).write(to: url)
    }

    /// Runs `ansa run` on the copy, a second of signal without waiting.
    func run(_ more: [String] = []) throws -> Outcome {
        let words = ["run", folder.path, "--pace", "max", "--seconds", "1", "--session", session.path]
        return try BuiltProgram.ansa.run(words + more)
    }

    /// Removes everything.
    func remove() { try? FileManager.default.removeItem(at: root) }
}
