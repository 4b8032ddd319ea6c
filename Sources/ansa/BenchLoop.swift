import Acquisition
import Benchmarks
import Configuration
import Foundation
import Loop
import Signal

/// Two loops of shipped profiles at pace real, stage by stage, beside the machine's floor.
func benchLoop() async throws -> BenchResult {
    Terminal.tell("loop: bench-1024 for 10 s, adaptive-dbs armed for 20 s, at pace real with a journal")
    let folder = FileManager.default.temporaryDirectory.path + "/ansa-loop-\(getpid())"
    defer {
        for index in 0..<2 { try? FileManager.default.removeItem(atPath: "\(folder)-\(index)") }
        try? FileManager.default.removeItem(atPath: folder + "-guard")
    }
    try FileManager.default.createDirectory(atPath: folder + "-guard", withIntermediateDirectories: true)
    let report = try await loopBenchmark(
        [
            LoopCase(name: "bench-1024") { try parts("bench-1024", seconds: 10, arms: false, folder: folder) },
            LoopCase(name: "adaptive-dbs") { try parts("adaptive-dbs", seconds: 20, arms: true, folder: folder) },
        ], folder: folder)
    return BenchResult(json: report, text: report.loops.map(lines).joined(separator: "\n\n") + dispatch(report))
}

/// The profile as `ansa run` would start it.
private func parts(_ profile: String, seconds: Int64, arms: Bool, folder: String) throws(Failure) -> LoopParts {
    let inputs = try RunInputs(profile: profile)
    let source = try makeSource(inputs, seed: inputs.profile.seed, recording: nil)
    let setup = inputs.setup(format: source.format, montage: source.montage)
    var plan = LoopPlan(
        format: source.format, decisionDeadline: inputs.profile.deadlines.decision.value,
        monitor: inputs.profile.deadlines.monitor.value, pace: .real)
    plan.ticks = seconds * 1_000_000_000 / plan.block
    plan.arms = arms
    var result = LoopParts(setup: setup, plan: plan, source: source, isVirtual: inputs.device.isVirtual)
    guard arms else { return result }
    let now = Int64(Date().timeIntervalSince1970)
    let problems = inputs.armingProblems(now: now, subject: nil).filter { $0.severity == .error }
    guard problems.isEmpty else { throw Failure(problems) }
    result.plan.rampTicks = setup.rampTicks
    let guarded = try GuardedSession(
        inputs, directory: folder + "-guard", pace: .real, subject: "", acknowledge: nil, arms: true)
    result.link = guarded.link
    result.epoch = guarded.epoch
    result.end = { guarded.end() }
    return result
}

/// One loop as a table.
private func lines(_ loop: LoopMeasurement) -> String {
    let kind = loop.isArmed ? ", armed, through the guard" : ""
    let size = "\(loop.channels) ch × \(fixed(loop.rateHz / 1_000, 0)) kHz"
    let tick = "\(loop.ticks) ticks of \(fixed(loop.tickMicroseconds / 1_000, 0)) ms"
    var lines = ["\(loop.name): \(size), \(tick)\(kind)"]
    lines.append(row(["thread CPU, µs", "p50", "p99", "p99.9", "max"]))
    lines += loop.stages.map { row([$0.name] + cells($0.cpu)) }
    if let tick = loop.tickCPU { lines.append(row(["tick"] + cells(tick)) + goal(loop, tick)) }
    let core = loop.channels == 1_024 ? "   (goal 10)" : ""
    lines.append("one core, everything on the loop's thread: \(fixed(loop.corePercent, 1)) %\(core)")
    lines.append(row(["wall, µs", "p50", "p99", "p99.9", "max"]))
    if let latency = loop.latency { lines.append(row(["decision"] + cells(latency))) }
    if let floor = loop.floor {
        lines.append(row(["floor: wake"] + cells(floor.wakeMicroseconds)))
        lines.append(
            "floor: a spinning thread lost \(fixed(floor.lostPercent, 1)) % of \(fixed(floor.spinSeconds, 1)) s, "
                + "\(floor.gapsOverMillisecond) gaps over 1 ms, longest \(fixed(floor.longestGapMicroseconds, 0)) µs; "
                + "a reading of the thread's clock takes \(fixed(floor.clockReadingNanoseconds, 0)) ns")
    }
    return (lines + [counts(loop)]).joined(separator: "\n")
}

private func counts(_ loop: LoopMeasurement) -> String {
    let causes = loop.missesByCause.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let misses = "\(loop.deadlineMisses) misses" + (causes.isEmpty ? "" : " (\(causes.joined(separator: ", ")))")
    let allocations = loop.steadyAllocations.map { "\($0)" } ?? "not counted"
    let thread = loop.isRealtime ? "SCHED_FIFO, locked memory" : "no real-time priority or locked memory"
    return misses + ", switched away \(loop.involuntarySwitches) times, \(loop.minorFaults) faults, allocations "
        + "\(allocations), \(loop.lostBlocks) blocks and \(loop.lostRecords) records lost; \(thread)"
}

/// DESIGN's goals are for 1,024 channels at 1 ms.
private func goal(_ loop: LoopMeasurement, _ tick: DurationSpread) -> String {
    guard loop.channels == 1_024, loop.tickMicroseconds == 1_000 else { return "" }
    return "   (goal p99.9 150: \(tick.p999 <= 150 ? "holds" : "MISSED"))"
}

private func dispatch(_ report: LoopReport) -> String {
    guard let found = report.dispatch else { return "" }
    return "\n\n"
        + [
            row(["dispatch, ns", "p50", "p99.9"]),
            row(["four hops", "\(found.hopsP50)", "\(found.hopsP999)"]) + "   (goal 500, 1000)",
            row(["floor: clock", "\(found.floorP50)", "\(found.floorP999)"]),
            row(["empty tick", "\(found.tickP50)", "\(found.tickP999)"]) + "   with accounting and safety tick",
        ].joined(separator: "\n")
}

private func cells(_ spread: DurationSpread) -> [String] {
    [spread.p50, spread.p99, spread.p999, spread.max].map { fixed($0, 1) }
}

private func row(_ cells: [String]) -> String {
    cells.enumerated().map { index, cell in
        let padding = String(repeating: " ", count: max(1, (index == 0 ? 16 : 10) - cell.count))
        return index == 0 ? cell + padding : padding + cell
    }.joined()
}
