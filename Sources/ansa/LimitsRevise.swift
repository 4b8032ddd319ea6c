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

/// Writes a file that must not exist yet.
func writeNew(_ text: String, to path: String) throws(Failure) {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting) } catch {
        let isThere = FileManager.default.fileExists(atPath: path)
        throw Failure(
            isThere ? "\(path) is there already; nothing is written over it." : "\(path): cannot be written.",
            code: isThere ? ExitCode.failed : ExitCode.permission)
    }
}

/// A ULID: 48 bits of milliseconds and 80 random bits in Crockford's base 32.
func newFileID() -> String {
    let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    var value = UInt128(UInt64(max(0, Date().timeIntervalSince1970 * 1_000))) << 80
    value |= UInt128(UInt64.random(in: .min ... .max)) << 16 | UInt128(UInt16.random(in: .min ... .max))
    var text = ""
    for _ in 0..<26 {
        text = String(alphabet[Int(value & 31)]) + text
        value >>= 5
    }
    return text
}
