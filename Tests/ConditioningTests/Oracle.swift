import Foundation

/// The Python with scipy that the set-up makes, for tests that compare with it while they run.
enum Oracle {
    static let path: String = {
        var folder = URL(filePath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder.appending(path: ".oracles/bin/python3").path(percentEncoded: false)
    }()

    /// Whether an oracle test runs: it is there, or its absence must be a failure.
    static var isWanted: Bool {
        FileManager.default.isExecutableFile(atPath: path)
            || ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"
    }

    /// The numbers that a program prints, blank-separated.
    static func numbers(_ program: String) throws -> [Double] {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-c", program]
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OracleFailure(status: process.terminationStatus) }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }
}

struct OracleFailure: Error { var status: Int32 }
