import Benchmarks
import Decoding

/// The example decoder in Python, asked as a loop asks it.
func benchExternal() throws -> BenchResult {
    let command = ["python3", "Examples/external_decoder.py"]
    Terminal.tell(
        "external: 3,000 blocks of 32 channels × 10 frames to \(command.joined(separator: " ")), one every 2 ms")
    let found: ExternalMeasurement
    do throws(DecoderError) { found = try externalBenchmark(command: command) } catch {
        throw Failure(ExitCode.failed, "\(error)")
    }
    func line(_ name: String, _ spread: DurationSpread?) -> String {
        guard let spread else { return "\(name) not measured" }
        let cells = [spread.p50, spread.p99, spread.p999, spread.max].map { fixed($0, 1) }
        return "\(name) p50 \(cells[0])  p99 \(cells[1])  p99.9 \(cells[2])  max \(cells[3]) µs"
    }
    let lines = [
        line("request to answer, wall  ", found.answer), line("the tick's own processor ", found.cpu),
        "late answers \(found.late) of 3000, deadline \(fixed(found.deadlineMicroseconds, 0)) µs",
    ]
    return BenchResult(json: found, text: lines.joined(separator: "\n"))
}
