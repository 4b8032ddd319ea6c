import Foundation
import Sessions

extension Command {
    /// `ansa session`.
    static let session = Command(
        name: "session", overview: "Lists, shows, verifies, recovers and explains recorded sessions.",
        subcommands: [
            sessionList, sessionShow, sessionExport, sessionVerify, sessionRecover, sessionDiff,
            sessionEncrypt, sessionDecrypt, sessionWhy,
        ])

    private static let sessionList = Command(
        name: "list", overview: "Lists the sessions in a folder.",
        arguments: [Argument("folder", help: "Where to look. Default: Sessions.", isRequired: false)],
        options: [.format], examples: ["ansa session list Sessions"]
    ) { arguments in
        let folder = arguments.word("folder").isEmpty ? "Sessions" : arguments.word("folder")
        return listSessions(in: folder, arguments)
    }

    private static let sessionShow = Command(
        name: "show", overview: "Shows what a session, or a recording from elsewhere, holds.",
        arguments: [Argument("session", help: "A session's folder, or a recording of any format that is known.")],
        options: [
            .flag("hashes", help: "Also a fingerprint of all samples; JSON has it always."),
            Option(
                "stamps", .choice(XDFClock.allCases.map(\.rawValue)), initial: "dejittered",
                help: "Which time an XDF file's stamps are given in."),
            Option("plot", .path, placeholder: "file", help: "Draw a recording's signals into an SVG file."), .format,
        ],
        examples: ["ansa session show Sessions/first", "ansa session show night.edf --plot night.svg"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let path = arguments.word("session")
            let names = try? FileManager.default.contentsOfDirectory(atPath: path)
            // A file is a recording; so is a folder, unless a session is in it or nothing is.
            if FileManager.default.fileExists(atPath: path), names?.isEmpty != true,
                names?.contains("journal.ansa") != true
            {
                return try showRecording(path, arguments)
            }
            let report = try SessionReport(arguments.word("session"))
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        }
    }

    private static let sessionVerify = Command(
        name: "verify", overview: "Compares every bit of a session with what it was closed with.",
        arguments: [.session], options: [.format], examples: ["ansa session verify Sessions/first"]
    ) { arguments in
        Failure.code { () throws(Failure) in try verifySession(arguments) }
    }

    private static let sessionRecover = Command(
        name: "recover", overview: "Closes a session that was cut off, at its last whole record.",
        arguments: [.session], examples: ["ansa session recover Sessions/first"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            do throws(JournalError) {
                let summary = try JournalReader.recover(arguments.word("session"))
                Terminal.result("Recovered \(summary.path): \(summary.records) records")
                Terminal.result("  head   \(summary.head)\n  seal   \(summary.seal)")
                return ExitCode.done
            } catch { throw Failure(error) }
        }
    }
}

extension Argument {
    /// A session's folder.
    static let session = Argument("session", help: "A session's folder.")
}

extension Failure {
    /// A session that cannot be read or written, with the exit code that the room names.
    init(_ error: JournalError) { self.init(error.description, code: error.exitCode) }
}

private func listSessions(in folder: String, _ arguments: ParsedArguments) -> Int32 {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
        Terminal.complain("\(folder): there is no such folder, or it cannot be read.")
        return ExitCode.badFile
    }
    struct Entry: Encodable {
        let path: String
        let isClosed: Bool
    }
    var entries: [Entry] = []
    for name in names.sorted() {
        let path = "\(folder)/\(name)"
        guard let reader = try? JournalReader(path) else { continue }
        entries.append(Entry(path: path, isClosed: reader.hasManifest))
    }
    if arguments.wantsJSON { return Terminal.report(entries) ? ExitCode.done : ExitCode.inputOutput }
    for entry in entries {
        Terminal.result(entry.isClosed ? entry.path : "\(entry.path)  not closed: 'ansa session recover' closes it")
    }
    if entries.isEmpty { Terminal.tell("\(folder) holds no session.") }
    return ExitCode.done
}

private func verifySession(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let verification: JournalVerification
    do throws(JournalError) { verification = try JournalReader.verify(arguments.word("session")) } catch {
        throw Failure(error)
    }
    let outcome: String
    let code: Int32
    switch verification.outcome {
    case .intact: (outcome, code) = ("intact", ExitCode.done)
    case .recoverable: (outcome, code) = ("recoverable", ExitCode.badFile)
    case .damaged: (outcome, code) = ("damaged", ExitCode.badFile)
    }
    let report = VerificationReport(verification, outcome: outcome)
    let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
    guard isWritten else { return ExitCode.inputOutput }
    if verification.outcome == .recoverable {
        Terminal.complain("\(verification.path) was not closed; 'ansa session recover' closes it.")
    } else if code != ExitCode.done {
        Terminal.complain("\(verification.path) is damaged.")
    }
    return code
}

/// What verifying found, as JSON and as text.
private struct VerificationReport: Encodable {
    let path: String
    let outcome: String
    let records: Int64
    let head: String
    let seal: String
    let dropped: Int64
    let tornBytes: Int64
    let isRecovered: Bool
    let damage: [String]
    let warnings: [String]

    init(_ verification: JournalVerification, outcome: String) {
        path = verification.path
        self.outcome = outcome
        records = verification.records
        head = verification.head
        seal = verification.seal
        dropped = verification.dropped
        tornBytes = verification.tornBytes
        isRecovered = verification.isRecovered
        damage = verification.damage.map(\.description)
        warnings = verification.warnings
    }

    var text: String {
        var lines = ["\(path): \(outcome), \(records) records", "  head   \(head)", "  seal   \(seal)"]
        if dropped > 0 { lines.append("  \(dropped) records could not be handed over while it was recorded") }
        if tornBytes > 0 { lines.append("  \(tornBytes) bytes behind the last whole record") }
        if isRecovered { lines.append("  closed by a recovery") }
        return (lines + damage.map { "  damage: \($0)" } + warnings.map { "  note: \($0)" }).joined(separator: "\n")
    }
}
