import Benchmarks
import Signal

/// The gate under the limits of `adaptive-dbs`, beside the clock's own cost.
func benchGate() throws -> BenchResult {
    Terminal.tell("gate: 100,000 permitted and 100,000 refused segments under the limits of adaptive-dbs")
    let inputs = try RunInputs(profile: "adaptive-dbs")
    guard let limits = inputs.limits, let baseline = limits.baseline,
        let found = gateBenchmark(limits, baseline: baseline)
    else {
        throw Failure(ExitCode.failed, "the gate refused the signed baseline")
    }
    let goal = "   (goal p99.9 10: \(found.permit.p999 < 10 ? "holds" : "MISSED"))"
    let lines = [
        row("thread CPU, µs", ["p50", "p99", "p99.9", "max"]), row("permit", cells(found.permit)) + goal,
        row("denial", cells(found.denial)), row("floor: clock", cells(found.floor)),
    ]
    return BenchResult(json: found, text: lines.joined(separator: "\n"))
}

private func cells(_ spread: DurationSpread) -> [String] {
    [spread.p50, spread.p99, spread.p999, spread.max].map { fixed($0, 2) }
}

private func row(_ head: String, _ cells: [String]) -> String {
    cells.reduce(head + String(repeating: " ", count: max(1, 16 - head.count))) {
        $0 + String(repeating: " ", count: max(1, 10 - $1.count)) + $1
    }
}
