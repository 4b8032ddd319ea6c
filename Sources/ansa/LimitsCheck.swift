import Configuration
import Foundation

extension Command {
    static let limitsCheck = Command(
        name: "check", overview: "Reads a limits file and names everything that is wrong, with line and column.",
        arguments: [.limitsFile],
        options: [
            .limitsDevice, .limitsSubject,
            Option("at", .text, placeholder: "date", help: "Checks for this day, as 2027-02-20, instead of now."),
            .format,
        ],
        examples: ["ansa limits check Profiles/adaptive-dbs/stn-left.limits.yaml"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let path = OverlayFile.limitsPath(arguments.word("file"))
            let bytes = try contents(of: path)
            let device = try limitsDevice(arguments, beside: path)
            var problems = limitsProblems(
                bytes, path: path, device: device, subject: arguments.text("subject"), at: try checkTime(arguments),
                used: try usedRevisions())
            try noteAcknowledgements(of: bytes, path: path, in: &problems)
            return tell(problems, about: path, done: "as a file, and for \(device?.id ?? "no device")", arguments)
        }
    }
}

/// The device that `--device` names, or that profile.yaml beside the limits file at `path` names, or nil.
func limitsDevice(_ arguments: ParsedArguments, beside path: String) throws(Failure) -> Device? {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if let name = arguments.text("device") { return try DeviceFiles.load(name, from: folder).device }
    let profilePath = folder + "/profile.yaml"
    guard FileManager.default.fileExists(atPath: profilePath) else { return nil }
    let profile: Profile
    let bytes = try contents(of: profilePath)
    do throws(ConfigurationError) { profile = try loadProfile(bytes, file: profilePath) } catch {
        throw Failure(error)
    }
    return try DeviceFiles.load(profile.device, from: folder).device
}

/// Adds to each problem that was acknowledged by whom and when; a damaged record is a problem of its own.
private func noteAcknowledgements(of bytes: [UInt8], path: String, in problems: inout [Problem]) throws(Failure) {
    let file = acknowledgementsPath(of: path)
    guard FileManager.default.fileExists(atPath: file) else { return }
    let text = try contents(of: file)
    do throws(ConfigurationError) { _ = try readAcknowledgements(text, file: file) } catch {
        problems += error.problems
        return
    }
    let acknowledged = try acknowledgements(of: bytes, path: path)
    for index in problems.indices {
        guard let record = acknowledged.first(where: { "ANSA-\($0.code)" == problems[index].code }) else { continue }
        problems[index].text += " Acknowledged by \(record.by) on \(FileDate.date(record.at)): \(record.reason)"
    }
}

/// Seconds since 1970 of `--at`, or now.
private func checkTime(_ arguments: ParsedArguments) throws(Failure) -> Int64 {
    guard let text = arguments.text("at") else { return Int64(Date().timeIntervalSince1970) }
    guard let seconds = FileDate.seconds(text) else {
        throw Failure("'--at' takes a date such as 2027-02-20, not '\(text)'.", code: ExitCode.usage)
    }
    return seconds
}

/// Everything that is wrong with a limits file, in its order: form, validity at a time, fit to subject and device.
func limitsProblems(
    _ bytes: [UInt8], path: String, device: Device?, subject: String? = nil,
    at now: Int64 = Int64(Date().timeIntervalSince1970), used: RevisionRecord = RevisionRecord()
) -> [Problem] {
    do throws(ConfigurationError) {
        let limits = try loadLimits(bytes, file: path)
        var problems = limits.warnings + limits.timeProblems(at: now) + limits.expiryWarnings(at: now)
        if let subject { problems += limits.subjectProblems(session: subject) }
        if let stimulator = device?.stimulator {
            problems += limits.revisionProblems(bytes, in: used, serial: stimulator.serial)
            do throws(ConfigurationError) { _ = try limits.limits(device: stimulator) } catch {
                problems += error.problems
            }
        }
        let overlay = OverlayFile.problems(of: limits, bytes: bytes, path: path)
        return problems.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element) + overlay
    } catch {
        return error.problems
    }
}

/// Prints `problems`; 65 when one of them is an error.
func tell(_ problems: [Problem], about path: String, done: String, _ arguments: ParsedArguments) -> Int32 {
    let errors = problems.filter { $0.severity == .error }.count
    if arguments.wantsJSON {
        struct Report: Encodable {
            let file: String
            let errors: Int
            let problems: [ProblemReport]
        }
        let report = Report(file: path, errors: errors, problems: problems.map(ProblemReport.init))
        guard Terminal.report(report) else { return ExitCode.inputOutput }
    } else {
        for problem in problems { Terminal.result(problem.description) }
        if errors == 0 { Terminal.result("\(path): good, \(done)") }
    }
    if errors > 0 { Terminal.complain("\(path): \(errors) \(errors == 1 ? "error" : "errors").") }
    return errors > 0 ? ExitCode.badFile : ExitCode.done
}
