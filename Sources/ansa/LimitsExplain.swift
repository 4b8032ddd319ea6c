import Configuration
import Foundation

extension Command {
    static let limitsExplain = Command(
        name: "explain",
        overview: "Says in plain words and draws what a limits file allows, with every number that follows from it.",
        arguments: [.limitsFile],
        options: [
            .limitsDevice,
            Option(
                "pair", .text, placeholder: "id",
                help: "Which pair of contacts is drawn. Without it, the baseline's pair."),
            Option("svg", .path, placeholder: "file", help: "Writes the picture to this file too, as SVG."),
            .format,
        ],
        examples: [
            "ansa limits explain Profiles/adaptive-dbs/stn-left.limits.yaml",
            "ansa limits explain Profiles/adaptive-dbs/stn-left.limits.yaml --svg limits.svg",
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in try explain(arguments) }
    }
}

private func explain(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let path = OverlayFile.limitsPath(arguments.word("file"))
    let bytes = try contents(of: path)
    let signed: LimitsFile
    do throws(ConfigurationError) { signed = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    let (limits, overlay) = try OverlayFile.apply(to: signed, bytes: bytes, path: path)
    let device = try limitsDevice(arguments, beside: path)
    let region = try region(of: limits, named: arguments.text("pair"))
    let arming = try LimitsArming(bytes, signed, path: path, device: device)
    let acknowledged = Set(try acknowledgements(of: bytes, path: path).map(\.code))
    if let target = arguments.text("svg") {
        try write(LimitsPicture(region, title: "\(limits.file), revision \(limits.revision.text)").text, to: target)
    }
    if arguments.wantsJSON {
        let report = ExplanationReport(
            limits, overlay: overlay?.path, region: region, arming: arming, acknowledged: acknowledged)
        return Terminal.report(report) ? ExitCode.done : ExitCode.inputOutput
    }
    let text = ExplanationText(
        limits, overlay: overlay, region: region, arming: arming, acknowledged: acknowledged,
        columns: Terminal.columns
    ).text
    return Terminal.result(text) ? ExitCode.done : ExitCode.inputOutput
}

private func region(of limits: LimitsFile, named name: String?) throws(Failure) -> PermittedRegion {
    let wanted = name ?? limits.fallback.baseline.pair.text
    guard let index = limits.pairIDs.firstIndex(of: wanted), let region = limits.region(ofPair: index) else {
        let known = limits.pairIDs.joined(separator: ", ")
        throw Failure(
            "There is no pair '\(wanted)'.\(suggestion(for: wanted, among: limits.pairIDs, quotedWith: "")) "
                + "Known: \(known).", code: ExitCode.usage)
    }
    return region
}

private func write(_ text: String, to path: String) throws(Failure) {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
        throw Failure("\(path): cannot be written.", code: ExitCode.permission)
    }
}
