import Foundation
import Testing

/// The model of arming, token, lease, stop and latch, as `make model-check` searches it: seconds, so all of it.
@Suite struct ModelTests {
    static let hasSpin = FileManager.default.isExecutableFile(atPath: "/usr/bin/spin")
    static let isRequired = ProcessInfo.processInfo.environment["ANSA_REQUIRE_DATA"] == "1"

    @Test(
        "Each property holds in every state of the model, and each planted bug breaks one",
        .enabled(if: hasSpin || isRequired, "spin is missing: apt-get install -y spin"))
    func holds() throws {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [Products.shipped("Scripts/model_check.sh")]
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
        let last = try #require(said.split(separator: "\n").last)
        #expect(last.hasPrefix("model-check: 4 of 4 properties hold ("), "\(last)")
        #expect(last.hasSuffix("6 of 6 planted bugs found: pass"), "\(last)")
    }
}
