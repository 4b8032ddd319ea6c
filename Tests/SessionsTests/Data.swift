import Foundation
import Testing

/// Where the recordings of others are: `$ANSA_DATA`, else `../shared/data` beside the package.
enum Data {
    static let folder: String = {
        if let set = ProcessInfo.processInfo.environment["ANSA_DATA"], !set.isEmpty { return set }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data").path
    }()
    /// True where the data are, and where their absence must be a failure.
    static var isPresent: Bool {
        FileManager.default.fileExists(atPath: folder + "/sessions/README.md")
            || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"
    }

    /// What `reader` says in the oracle beside `file`.
    static func oracle(_ file: String, _ reader: String) throws -> [String: Any] {
        let bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: folder + "/" + file))
        let json = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
        let readers = try #require(json["readers"] as? [String: Any])
        return try #require(readers[reader] as? [String: Any])
    }
}

/// A new empty folder that is removed at the end of `body`.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let path = NSTemporaryDirectory() + "/ansa-sessions-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try body(path)
}

func bytes(of path: String) throws -> [UInt8] {
    [UInt8](try Foundation.Data(contentsOf: URL(fileURLWithPath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
    try Foundation.Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// The SHA-256 that the system's own `sha256sum` gives.
func sha256(_ bytes: [UInt8]) throws -> String {
    try withTemporaryFolder { folder in
        try write(bytes, to: folder + "/x")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        process.arguments = [folder + "/x"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let out = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: out.prefix(64), as: UTF8.self)
    }
}
