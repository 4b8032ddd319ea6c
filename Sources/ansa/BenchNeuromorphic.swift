import Benchmarks
import Foundation

/// The chip beside its C twins, and beside the simulators that a person may have installed.
func benchNeuromorphic() throws -> BenchResult {
    let python = ProcessInfo.processInfo.environment["ANSA_PEERS_PYTHON"]
    Terminal.tell("neuromorphic: fixed and float back ends beside C twins, in turns")
    let found = try neuromorphicBenchmark(python: python) { Terminal.tell("  " + $0) }
    let column = { (text: String, width: Int) in text + String(repeating: " ", count: max(1, width - text.count)) }
    func row(_ name: String, _ measured: TwinMeasurement, unit: String, goal: String) -> String {
        let ratio =
            "\(fixed(measured.ratio.median, 3)) [\(fixed(measured.ratio.p10, 3)), \(fixed(measured.ratio.p90, 3))]"
        return column(name, 34) + column(ratio, 24) + column(measured.bitsEqual ? "equal" : "DIFFER", 8)
            + column("\(fixed(measured.millionPerSecond, 0)) M \(unit)/s", 22) + goal
    }
    func verdict(_ holds: Bool) -> String { holds ? "holds" : "MISSED" }
    var lines = [
        column("kernel", 34) + column("time over the C twin's", 24) + column("bits", 8) + column("ours", 22) + "goal",
        row(
            "fixed-point neurons, 1,024", found.fixedNeurons, unit: "neurons",
            goal: "≤ 1.3 × C: \(verdict(found.fixedNeurons.ratio.median <= 1.3))"),
        row(
            "fixed-point events, 256 × 256", found.fixedEvents, unit: "events",
            goal: "≥ 1000 M/s: \(verdict(found.fixedEvents.millionPerSecond >= 1_000))"),
        row(
            "recurrent LIF, 1,000, double", found.recurrent, unit: "neurons",
            goal: "≤ 1.0 × C: \(verdict(found.recurrent.ratio.median <= 1))"),
    ]
    let single = found.recurrentOverSingle
    lines.append(
        "  beside C in single precision: \(fixed(single.median, 2)) [\(fixed(single.p10, 2)), \(fixed(single.p90, 2))]")
    for (backend, spread) in found.decodeStep.sorted(by: { $0.key < $1.key }) {
        let text = "p50 \(fixed(spread.p50, 2))  p99 \(fixed(spread.p99, 2))  p99.9 \(fixed(spread.p999, 2)) µs"
        lines.append(
            column("step 96 → 64 → 2, \(backend)", 34) + column(text, 54)
                + "p99 without the clock's p50 ≤ 1 µs: \(verdict(spread.p99 - (found.clockFloor?.p50 ?? 0) <= 1))")
    }
    if let floor = found.clockFloor {
        lines.append("  of which the clock itself: p50 \(fixed(floor.p50, 2))  p99 \(fixed(floor.p99, 2)) µs")
    }
    lines.append("1,000 recurrent neurons, 1 ms steps, seconds a second of biology (close networks, not identical):")
    lines += found.peers.sorted { $0.value < $1.value }.map { "  " + column($0.key, 32) + fixed($0.value, 4) }
    if python == nil { lines.append("  Brian2, NEST: not asked; ANSA_PEERS_PYTHON names a Python that has them") }
    return BenchResult(json: found, text: lines.joined(separator: "\n"))
}
