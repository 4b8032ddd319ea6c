import Configuration
import Foundation

/// Writes the next revision of a limits file: its text, with another id, number, dates, reason and the hash of what it
/// supersedes; everything else, comments too, stays for the clinician to change.
func reviseLimits(_ old: String, _ arguments: ParsedArguments) throws(Failure) -> Int32 {
    guard let output = arguments.text("output"), let days = arguments.text("days").flatMap({ Int64($0) }),
        (1...180).contains(days), let reason = arguments.text("reason"), !reason.isEmpty
    else {
        throw Failure(
            "A revision needs '--output', '--days' from 1 to 180 and '--reason'.", code: ExitCode.usage)
    }
    let bytes = try contents(of: old)
    let limits: LimitsFile
    do throws(ConfigurationError) { limits = try loadLimits(bytes, file: old) } catch { throw Failure(error) }
    let now = Int64(Date().timeIntervalSince1970)
    let text = limitsRevision(
        of: bytes, limits: limits, fileID: newFileID(), issued: now, days: days, reason: reason)
    do throws(ConfigurationError) { _ = try loadLimits(Array(text.utf8), file: output) } catch {
        throw Failure(error)
    }
    try writeNew(text, to: output)
    let next = "Change what is to change, then: ansa limits diff \(old) \(output)"
    return Terminal.result("Wrote \(output), revision \(limits.revision.value + 1). \(next)")
        ? ExitCode.done : ExitCode.inputOutput
}
