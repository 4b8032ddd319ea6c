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
    let path = arguments.word("file")
    let bytes = try contents(of: path)
    let limits: LimitsFile
    do throws(ConfigurationError) { limits = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    let device = try limitsDevice(arguments, beside: path)
    let region = try region(of: limits, named: arguments.text("pair"))
    let arming = LimitsArming(bytes, limits, path: path, device: device)
    let acknowledged = Set(try acknowledgements(of: bytes, path: path).map(\.code))
    if let target = arguments.text("svg") {
        try write(LimitsPicture(region, title: "\(limits.file), revision \(limits.revision.text)").text, to: target)
    }
    if arguments.wantsJSON {
        let report = ExplanationReport(limits, region: region, arming: arming, acknowledged: acknowledged)
        return Terminal.report(report) ? ExitCode.done : ExitCode.inputOutput
    }
    let text = ExplanationText(
        limits, region: region, arming: arming, acknowledged: acknowledged, columns: Terminal.columns
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

/// Whether the file could arm now, and what stands against it.
struct LimitsArming {
    /// nil where no device is known: then nobody can say.
    let isArmable: Bool?
    let allowsClosedLoop: Bool
    /// What keeps the file from arming.
    let problems: [Problem]
    let device: String?

    init(_ bytes: [UInt8], _ limits: LimitsFile, path: String, device: Device?) {
        var problems = limits.timeProblems(at: Int64(Date().timeIntervalSince1970))
        if let device {
            problems += verifySignatures(
                bytes, limits: limits, clinician: limitsSignature(.clinician, of: path),
                engineer: limitsSignature(.engineer, of: path), trusted: TrustedKeys(), device: device)
            if let stimulator = device.stimulator {
                do throws(ConfigurationError) { _ = try limits.limits(device: stimulator) } catch {
                    problems += error.problems
                }
            }
        }
        self.problems = problems
        self.device = device?.id
        isArmable = device.map { $0.stimulator != nil && problems.isEmpty } ?? (problems.isEmpty ? nil : false)
        allowsClosedLoop =
            limits.purpose != .openLoop && limits.subject.consentScope.contains { $0.text == "closed-loop" }
    }
}
