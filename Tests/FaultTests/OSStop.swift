import Foundation
import Stimulation
import Testing

/// The stop that a person gives at a terminal.
extension OSRig {
    private struct Answer: Decodable {
        struct Stopped: Decodable {
            let process: Int32
            let output_is_zero: Bool
            let took_us: Int64
        }
        let stopped: [Stopped]
    }

    /// Runs `ansa stop` for this rig's guard alone, which must say that output is zero; µs from request to answer.
    ///
    /// - Throws: Where the command cannot be started or says something else.
    func stopByCommand() throws -> Int64 {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: Products.folder + "/ansa")
        process.arguments = ["stop", "--guard", "\(processes.guardPID)", "--format", "json"]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let answer = try JSONDecoder().decode(Answer.self, from: said)
        let stopped = try #require(answer.stopped.first)
        #expect(answer.stopped.count == 1 && stopped.process == processes.guardPID && stopped.output_is_zero)
        return stopped.took_us
    }
}
