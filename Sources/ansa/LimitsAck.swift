import Configuration
import Foundation
import Signal

extension Command {
    static let limitsAck = Command(
        name: "ack",
        overview: "Records a clinician's acknowledgement that soft limits of one exact limits file may be exceeded.",
        arguments: [
            Argument(
                "code-or-file",
                help: "Codes of soft limits, S020 amplitude, S021 charge density, S022 Shannon's k, S023 residual "
                    + "voltage, S024 charge of microelectrodes, and the limits file; without a file, "
                    + "the only '*.limits.yaml' of this folder.",
                isRepeated: true)
        ],
        options: [
            Option("reason", .text, help: "Why, in the clinician's words."),
            Option("by", .text, placeholder: "who", help: "Who acknowledges. Without it, the name of this user."),
            .flag("withdraw", help: "Withdraws an earlier acknowledgement instead."), .format,
        ],
        examples: [
            "ansa limits ack S021 my.limits.yaml --reason \"titrated at 3.2 mA on 18 November, no side effect\""
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in try acknowledge(arguments) }
    }
}

/// Every acknowledgement beside the limits file at `path` that is for exactly `bytes` and was not withdrawn.
///
/// - Throws: where the file of acknowledgements is damaged.
func acknowledgements(of bytes: [UInt8], path: String) throws(Failure) -> [Acknowledgement] {
    let file = acknowledgementsPath(of: path)
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let lines: [Acknowledgement]
    let contents = try contents(of: file)
    do throws(ConfigurationError) { lines = try readAcknowledgements(contents, file: file) } catch {
        throw Failure(error)
    }
    var standing: [Acknowledgement] = []
    for line in lines where line.limits == hashText(of: bytes) {
        standing.removeAll { $0.code == line.code }
        if !line.withdraws { standing.append(line) }
    }
    return standing
}

private func acknowledge(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let (codes, path) = try codesAndFile(arguments.all("code-or-file"))
    guard let reason = arguments.text("reason"), isOneLine(reason) else {
        throw Failure("Say why in one line, with '--reason'.", code: ExitCode.usage)
    }
    let by = arguments.text("by") ?? NSUserName()
    guard isOneLine(by) else { throw Failure("Say who in one line, with '--by'.", code: ExitCode.usage) }
    let bytes = try contents(of: path)
    do throws(ConfigurationError) { _ = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    _ = try acknowledgements(of: bytes, path: path)
    let now = Int64(Date().timeIntervalSince1970)
    let lines = codes.map {
        Acknowledgement(
            code: $0, withdraws: arguments.flag("withdraw"), reason: reason, by: by, at: now,
            limits: hashText(of: bytes))
    }
    try append(lines.map(\.line).joined(), to: acknowledgementsPath(of: path))
    let standing = try acknowledgements(of: bytes, path: path)
    if arguments.wantsJSON {
        let report = AcknowledgementReport(file: acknowledgementsPath(of: path), acknowledged: standing.map(\.code))
        return Terminal.report(report) ? ExitCode.done : ExitCode.inputOutput
    }
    let verb = arguments.flag("withdraw") ? "Withdrew" : "Acknowledged"
    let ends = "Any change of the file ends it."
    return Terminal.result("\(verb) \(codes.joined(separator: ", ")) for \(path). \(ends)")
        ? ExitCode.done : ExitCode.inputOutput
}

private struct AcknowledgementReport: Encodable {
    let file: String
    let acknowledged: [String]
}

/// Splits what was typed: `S021` and `ANSA-S021` are codes, the one other word is the file.
private func codesAndFile(_ words: [String]) throws(Failure) -> ([String], String) {
    var codes: [String] = []
    var files: [String] = []
    for word in words {
        let code = word.hasPrefix("ANSA-") ? String(word.dropFirst(5)) : word
        if SoftLimit.all.contains(where: { $0.code == code }) { codes.append(code) } else { files.append(word) }
    }
    let known = SoftLimit.all.map { "\($0.code) \($0.key)" }.joined(separator: ", ")
    if let wrong = files.first(where: { $0.wholeMatch(of: /(ANSA-)?[A-Z][0-9]{3}/) != nil }) {
        throw Failure(
            "'\(wrong)' cannot be acknowledged; only soft limits can: \(known).", code: ExitCode.usage)
    }
    guard !codes.isEmpty else { throw Failure("Name the soft limits: \(known).", code: ExitCode.usage) }
    if files.isEmpty {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: ".")) ?? []
        files = names.filter { $0.hasSuffix(".limits.yaml") }
    }
    guard files.count == 1 else {
        throw Failure("Name one limits file; found \(files.count).", code: ExitCode.usage)
    }
    return (codes, files[0])
}

private func isOneLine(_ text: String) -> Bool {
    !text.allSatisfy(\.isWhitespace) && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
}

/// Adds `text` at the end of `path` and waits until the disk has it.
private func append(_ text: String, to path: String) throws(Failure) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Failure("\(path): cannot be written.", code: ExitCode.permission) }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
        throw Failure("\(path): not written whole.", code: ExitCode.inputOutput)
    }
}
