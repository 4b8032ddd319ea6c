import Foundation
import Neuromorphic

extension Command {
    static let decoderConvert = Command(
        name: "convert",
        overview: "Writes a network as NIR 1.0.8: any NIR file, or a tinyRSNN checkpoint ('*.f32le').",
        arguments: [.network],
        options: [
            Option("output", .path, placeholder: "file", help: "The new file, '*.nir'; it must not exist."), .rename,
            .format,
        ], examples: ["ansa decoder convert old.nir --rename lif=lif1 --output new.nir"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            guard let target = arguments.text("output") else {
                throw Failure(ExitCode.usage, "converting needs '--output', the file to write")
            }
            guard !FileManager.default.fileExists(atPath: target) else {
                throw Failure(ExitCode.inputOutput, "\(target) is there already; nothing was written")
            }
            let graph = try convertible(arguments)
            let partial = "\(target).partial-\(ProcessInfo.processInfo.processIdentifier)"
            defer { try? FileManager.default.removeItem(atPath: partial) }
            do throws(NIRError) { try graph.write(to: partial) } catch { throw Failure(error, file: target) }
            do { try FileManager.default.moveItem(atPath: partial, toPath: target) } catch {
                throw Failure(ExitCode.permission, "\(target): cannot be written")
            }
            let report = NetworkReport(graph, file: target)
            let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        }
    }
}

private func convertible(_ arguments: ParsedArguments) throws(Failure) -> NIRGraph {
    let path = arguments.word("network")
    guard path.hasSuffix(".f32le") else { return try loadNetwork(arguments) }
    let bytes = try InputFile(path).bytes
    do throws(NIRError) { return try TinyCheckpoint(bytes: bytes, file: path).graph() } catch {
        throw Failure(error, file: path)
    }
}
