import Decoding
import Foundation
import VirtualLab

extension Command {
    static let decoderAdapt = Command(
        name: "adapt",
        overview: "Changes a population and compares a decoder that adapts with ones that do not.",
        options: [
            Option(
                "data", .path, placeholder: "folder",
                help: "A recorded reach; without it the virtual motor cortex."),
            Option(
                "change", .choice(PopulationChange.allCases.map(\.rawValue)), placeholder: "kind",
                initial: PopulationChange.unitsLost.rawValue, help: "What happens after calibration."),
            Option("seeds", .integer(1...100), placeholder: "n", initial: "5", help: "How many seeds, from 1."),
            Option("svg", .path, placeholder: "file", help: "Draws the score over time of the first seed."),
            .flag("gate", help: "Also tries the astrocyte's gate of the three-factor rule, on the same seeds."),
            .format,
        ], examples: ["ansa decoder adapt", "ansa decoder adapt --change tuning-rotates --svg adaptation.svg"]
    ) { arguments in
        Failure.code { () throws(Failure) in try adaptDecoder(arguments) }
    }
}

/// The changes by the names that the command line has for them.
private enum PopulationChange: String, CaseIterable {
    case unitsLost = "units-lost"
    case gainsDrift = "gains-drift"
    case tuningRotates = "tuning-rotates"

    var change: NonStationarity {
        switch self {
        case .unitsLost: .unitsLost(share: 0.3)
        case .gainsDrift: .gainsDrift(sigma: 0.5)
        case .tuningRotates: .tuningRotates(degrees: 45)
        }
    }

    var text: String {
        switch self {
        case .unitsLost: "30 % of the units fall silent"
        case .gainsDrift: "gains drift, 50 % (one standard deviation) in 100 s"
        case .tuningRotates: "preferred directions turn by 45° in 100 s"
        }
    }
}

private func adaptDecoder(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    let change = PopulationChange(rawValue: arguments.text("change") ?? "") ?? .unitsLost
    let seeds = UInt64(1)..<UInt64(arguments.integer("seeds") ?? 5) + 1
    let report: AdaptationReport
    do throws(CalibrationError) {
        let recorded = try arguments.text("data").map { folder throws(CalibrationError) in
            try SteeredMovement(restsOf: ReachRecording(folder: folder))
        }
        let movement = { (seed: UInt64) throws(CalibrationError) in recorded ?? virtualMovement(seed) }
        var results: [AdaptationResult] = []
        for seed in seeds {
            Terminal.tell("seed \(seed) of \(seeds.count)")
            results.append(try AdaptationTrial().run(movement(seed), change.change, seed: seed))
        }
        let gate = arguments.flag("gate") ? try GateTrial(movement, change.change, seeds: seeds) : nil
        report = AdaptationReport(
            results, change: change.rawValue, what: change.text,
            data: arguments.text("data") ?? "virtual motor cortex, 96 units", gate: gate)
    } catch {
        throw Failure(ExitCode.badFile, "\(error)")
    }
    if let path = arguments.text("svg") { try draw(report, to: path) }
    let isWritten = arguments.wantsJSON ? Terminal.report(report) : Terminal.result(report.text)
    return isWritten ? ExitCode.done : ExitCode.inputOutput
}

/// Ten minutes of centre-out reaching of a virtual motor cortex of 96 units, in bins of 50 ms.
private func virtualMovement(_ seed: UInt64) -> SteeredMovement {
    let reach = recordReach(units: 96, seed: seed, seconds: 600, binMilliseconds: 50)
    func matrix(_ values: [Double], _ columns: Int) -> Matrix {
        Matrix(rows: reach.bins, columns: columns, values: values)
    }
    return SteeredMovement(
        counts: matrix(reach.counts.map(Double.init), reach.units), velocity: matrix(reach.velocity, 2),
        cursor: matrix(reach.position, 2), targets: matrix(reach.target, 2), radius: ReachTask.radius, bin: 0.05)
}

private func draw(_ report: AdaptationReport, to path: String) throws(Failure) {
    let figure = LineFigure(
        title: "Decoding after \(report.what)", across: "Seconds after the change", up: "R² in windows of 10 s",
        lines: report.courses.map { course in
            LineFigure.Line(name: course.arm, points: zip(course.seconds, course.score).map { ($0, $1) })
        }, range: -0.5...1)
    do { try Data(figure.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
        throw Failure(ExitCode.permission, "\(path): cannot be written")
    }
}
