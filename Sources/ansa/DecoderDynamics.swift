import Campaigns
import Decoding
import Foundation
import VirtualLab

extension Command {
    static let decoderDynamics = Command(
        name: "dynamics",
        overview: "Fits linear dynamics to a population: eigenvalues, time constants, and what they do not prove.",
        options: [
            Option(
                "data", .path, placeholder: "folder",
                help: "A folder with spikes.npy; without it populations whose dynamics are known."),
            Option(
                "twin", .choice(["all"] + LinearPopulationParameters.Kind.allCases.map(\.rawValue)),
                placeholder: "kind", initial: "all", help: "Which populations without --data."),
            Option("seed", .integer(1...1_000_000), placeholder: "n", initial: "1", help: "The first seed."),
            Option("seeds", .integer(1...10_000), placeholder: "n", initial: "5", help: "How many populations a kind."),
            Option(
                "seconds", .positive, placeholder: "s", initial: "7200",
                help: "Undisturbed activity of each population."),
            Option(
                "bin", .positive, placeholder: "ms",
                help: "Bins in ms: a multiple of the recording's. Default: the recording's, 50 without --data."),
            Option(
                "dimensions", .integer(1...20), placeholder: "n", initial: "4", help: "Latent dimensions."),
            Option(
                "transform", .choice(CountTransform.allCases.map(\.rawValue)), placeholder: "kind",
                initial: CountTransform.squareRoot.rawValue, help: "What is done to the counts before."),
            Option(
                "smooth", .integer(1...100), placeholder: "n", initial: "1",
                help: "Bins of which each value is the mean; lags shorter than that are left out."),
            Option("svg", .path, placeholder: "file", help: "Draws the eigenvalues in the complex plane."),
            .format,
        ],
        examples: [
            "ansa decoder dynamics --twin attractor --seeds 1 --seconds 600",
            "ansa decoder dynamics --twin smooth --seeds 2 --seconds 300 --svg eigenvalues.svg",
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in try reportDynamics(arguments) }
    }
}

private func reportDynamics(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let report: DynamicsReport
    do throws(CalibrationError) {
        if let folder = arguments.text("data") {
            report = try recordedDynamics(folder, arguments)
        } else {
            report = try twinDynamics(arguments)
        }
    } catch {
        throw Failure(ExitCode.badFile, "\(error)")
    }
    if let path = arguments.text("svg") { try draw(report, to: path) }
    let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
    return isWritten ? ExitCode.done : ExitCode.inputOutput
}

private func settings(_ arguments: ParsedArguments) -> DynamicsSettings {
    var settings = DynamicsSettings()
    settings.dimensions = Int(arguments.integer("dimensions") ?? 4)
    settings.seed = UInt64(arguments.integer("seed") ?? 1)
    return settings
}

private func transform(_ arguments: ParsedArguments) -> CountTransform {
    CountTransform(rawValue: arguments.text("transform") ?? "") ?? .squareRoot
}

/// Dynamics of a recording, beside its surrogates: nobody can push a recording.
private func recordedDynamics(
    _ folder: String, _ arguments: ParsedArguments
) throws(CalibrationError) -> DynamicsReport {
    let activity = try PopulationActivity(
        folder: folder, milliseconds: arguments.number("bin"), transform: transform(arguments),
        smoothing: Int(arguments.integer("smooth") ?? 1))
    Terminal.tell("\(activity.values.rows) bins of \(activity.values.columns) units")
    let settings = settings(arguments)
    let dynamics = try LinearDynamics(activity, settings: settings) { showProgress($0, "resampling") }
    showProgress(1, "resampling")
    let surrogates = try DynamicsSurrogates(dynamics, seed: settings.seed)
    return DynamicsReport(data: folder, activity: activity, dynamics: dynamics, surrogates: surrogates)
}

/// Populations of known dynamics.
private func twinDynamics(_ arguments: ParsedArguments) throws(CalibrationError) -> DynamicsReport {
    let wanted = arguments.text("twin") ?? "all"
    let kinds = LinearPopulationParameters.Kind.allCases.filter { wanted == "all" || wanted == $0.rawValue }
    let first = UInt64(arguments.integer("seed") ?? 1)
    let seeds = first..<(first + UInt64(arguments.integer("seeds") ?? 5))
    var trial = DynamicsTrial()
    trial.settings = settings(arguments)
    trial.transform = transform(arguments)
    trial.smoothing = Int(arguments.integer("smooth") ?? 1)
    trial.seconds = arguments.number("seconds") ?? 7_200
    trial.parameters.bin = (arguments.number("bin") ?? 50) / 1_000
    var twins: [DynamicsReport.Twin] = []
    for kind in kinds {
        trial.parameters.kind = kind
        // The smooth signals are the null hypothesis of the surrogates: nothing of theirs is pushed.
        trial.pulses = kind == .smooth ? 0 : 200
        var results: [DynamicsTrialResult] = []
        for seed in seeds {
            let text = "\(kind.rawValue), seed \(seed - first + 1) of \(seeds.count)"
            if Terminal.isInteractive { Terminal.rewrite(text) }
            results.append(try trial.run(seed: seed))
        }
        if Terminal.isInteractive { Terminal.rewrite("") }
        twins.append(DynamicsReport.Twin(kind, results))
    }
    return DynamicsReport(twins, trial)
}

private func draw(_ report: DynamicsReport, to path: String) throws(Failure) {
    let figure = EigenvalueFigure(title: report.title, bin: report.binMs / 1_000, series: report.series)
    do { try Data(figure.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
        throw Failure(ExitCode.permission, "\(path): cannot be written")
    }
}
