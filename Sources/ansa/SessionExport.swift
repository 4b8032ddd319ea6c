import Foundation
import Loop
import Sessions
import Signal

extension Command {
    static let sessionExport = Command(
        name: "export", overview: "Writes a session or a recording in the format of a field.",
        arguments: [Argument("session", help: "A session's folder, closed or cut off, or a recording of any format.")],
        options: [
            Option("to", .choice(ExportFormat.allCases.map(\.rawValue)), placeholder: "format", help: "What to write."),
            Option("output", .path, placeholder: "folder", help: "The folder to make. It must not exist."),
            Option("channels", .text, placeholder: "labels", help: "Labels, with * and ?. Default: all."),
            Option("from", .positive, placeholder: "s", help: "Begin here. Default: the start."),
            Option("to-time", .positive, placeholder: "s", help: "End here. Default: the end."),
            Option("subject", .text, placeholder: "label", help: "BIDS subject. Default: 01."),
            Option("task", .text, placeholder: "label", help: "BIDS task. Default: closedloop."),
            Option("power-line", .positive, placeholder: "Hz", help: "The mains, for BIDS. Default: not known."),
            .flag("spikes", help: "Spikes as annotations of EDF, BDF and BrainVision too."),
            .flag("force", help: "Replace the folder where it exists."), .format,
        ],
        examples: [
            "ansa session export Sessions/last --to edf --output last-edf",
            "ansa session export night.edf --to bids --output dataset --channels 'EEG*'",
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in try exportSession(arguments) }
    }
}

/// A session's folder with its decisions and events, or any recording.
func openSessionOrRecording(_ path: String, spikes: Bool) throws(Failure) -> any RecordingFile {
    do throws(RecordingError) {
        if FileManager.default.fileExists(atPath: path + "/journal.ansa") {
            return try SessionFile(path, spikes: spikes)
        }
        return try openRecordingFile(path)
    } catch { throw Failure(ExitCode.badFile, "\(error)") }
}

private struct ExportSummary: Encodable {
    let format: String
    let output: String
    let files: [String]
    let notes: [String]
}

private func exportSession(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    guard let format = arguments.text("to").flatMap({ ExportFormat(rawValue: $0) }) else {
        let known = ExportFormat.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure(ExitCode.usage, "--to names the format: \(known).")
    }
    guard let output = arguments.text("output") else {
        throw Failure(ExitCode.usage, "--output names the folder to make.")
    }
    let path = arguments.word("session")
    let holdsEvents = ![.edf, .bdf, .brainvision].contains(format)
    let file = try openSessionOrRecording(path, spikes: holdsEvents || arguments.flag("spikes"))
    let report: ExportReport
    do throws(RecordingError) {
        let excerpt = try RecordingExcerpt(
            file, channels: arguments.text("channels")?.split(separator: ",").map(String.init) ?? [],
            from: arguments.text("from").flatMap { Double($0) } ?? 0,
            to: arguments.text("to-time").flatMap { Double($0) } ?? .infinity)
        let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
        report = try excerpt.export(
            to: format, directory: output, replaces: arguments.flag("force"),
            options: ExportOptions(
                name: name, subject: arguments.text("subject") ?? "01", task: arguments.text("task") ?? "closedloop",
                powerLine: arguments.text("power-line").flatMap { Double($0) }))
    } catch {
        let isOutput = error.file.hasPrefix(output)
        throw Failure(isOutput ? ExitCode.inputOutput : ExitCode.badFile, "\(error)")
    }
    let summary = ExportSummary(format: format.rawValue, output: output, files: report.files, notes: report.notes)
    let text =
        (report.files.map { "\(output)/\($0)" } + report.notes.map { "note: \($0)" }).joined(separator: "\n")
    return (arguments.wantsJSON ? Terminal.report(summary) : Terminal.result(text))
        ? ExitCode.done : ExitCode.inputOutput
}
