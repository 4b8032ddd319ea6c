import Campaigns
import Foundation

/// Adaptive stimulation of virtual patients, every condition through the whole loop at pace max.
func benchAdaptive(_ arguments: ParsedArguments) async throws -> BenchResult {
    let seeds = Int(arguments.integer("seeds") ?? 20)
    let seconds = Int(arguments.integer("seconds") ?? 120)
    Terminal.tell("adaptive: \(seeds) virtual patients × \(seconds) s × 6 conditions, through the whole loop")
    let report = try await adaptiveCohort(
        program: executablePath, profiles: "Profiles", seeds: seeds, seconds: seconds
    ) { what, share in
        if Terminal.isInteractive { Terminal.rewrite("\(Int(share * 100)) %  \(what)") }
    }
    if Terminal.isInteractive { Terminal.rewrite("") }
    return BenchResult(json: report, text: table(report))
}

/// The executable that runs now.
var executablePath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments.first ?? ""
}

private func table(_ report: AdaptiveReport) -> String {
    let columns = [12, 16, 24, 24, 12, 10]
    func line(_ cells: [String]) -> String {
        zip(cells, columns).map { $0 + String(repeating: " ", count: max(1, $1 - $0.count)) }.joined()
    }
    var lines = [
        line(["condition", "suppression", "X (share of effect)", "Y (share of charge)", "time above", "burst ms"])
    ]
    for row in report.rows {
        lines.append(
            line([
                row.name, "\(fixed(row.suppression, 3)) ± \(fixed(row.suppressionSpread, 3))",
                "\(fixed(row.x, 2)) ± \(fixed(row.xSpread, 2)) [least \(fixed(row.xLeast, 2))]",
                "\(fixed(row.y, 2)) ± \(fixed(row.ySpread, 2)) [most \(fixed(row.yMost, 2))]", fixed(row.timeAbove, 3),
                fixed(row.burstMilliseconds, 0),
            ]))
    }
    let levels = report.calibration.map { fixed($0, 2) }.joined(separator: ", ")
    lines.append("thresholds: p20, p30, p40 of the decoded envelope on five other seeds: \(levels) µV")
    lines.append("efficacy rises with 100 ms and falls with 400 ms; other time constants change the ranking")
    for (goal, holds) in report.acceptance.sorted(by: { $0.key < $1.key }) {
        lines.append("\(holds ? "holds " : "MISSED") \(goal)")
    }
    lines.append("A model of a circuit, not a patient.")
    return lines.joined(separator: "\n")
}
