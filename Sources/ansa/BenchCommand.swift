import Benchmarks
import Foundation

/// One area of `ansa bench`.
private struct BenchArea: Sendable {
    let name: String
    /// Measures, says on standard error what it does, and returns the result for JSON and for a person.
    let measure: @Sendable (ParsedArguments) async throws -> BenchResult
}

/// What an area measured.
struct BenchResult: Sendable {
    let json: any Encodable & Sendable
    let text: String
}

/// The areas that exist, in the order in which they run.
private let benchAreas: [BenchArea] = [
    BenchArea(name: "filter") { _ in try benchFilter() },
    BenchArea(name: "gate") { _ in try benchGate() },
    BenchArea(name: "neuromorphic") { _ in try benchNeuromorphic() },
    BenchArea(name: "external") { _ in try benchExternal() },
    BenchArea(name: "loop") { _ in try await benchLoop() },
    BenchArea(name: "adaptive") { try await benchAdaptive($0) },
]

extension Command {
    /// `ansa bench`.
    static let bench = Command(
        name: "bench", overview: "Measures this machine and this build beside their references.",
        arguments: [
            Argument("area", help: "What to measure. Default: all.", isRequired: false, words: benchAreas.map(\.name))
        ],
        options: [
            Option("seeds", .integer(1...1_000), placeholder: "n", initial: "20", help: "adaptive: virtual patients."),
            Option(
                "seconds", .integer(20...3_600), placeholder: "s", initial: "120",
                help: "adaptive: how long each is stimulated."),
            .format,
        ], examples: ["ansa bench filter", "ansa bench adaptive --seeds 2 --seconds 30"]
    ) { arguments in
        #if DEBUG
            Terminal.tell("Warning: these figures of a debug build mean nothing. See 'make bench'.")
        #endif
        let wanted = arguments.word("area")
        var results: [String: AnyEncodable] = [:]
        for area in benchAreas where wanted.isEmpty || area.name == wanted {
            do {
                let result = try await area.measure(arguments)
                results[area.name] = AnyEncodable(value: result.json)
                if !arguments.wantsJSON { Terminal.result(result.text) }
            } catch let failure as Failure {
                return failure.report()
            } catch {
                Terminal.complain("bench \(area.name): \(error)")
                return ExitCode.failed
            }
        }
        guard arguments.wantsJSON else { return ExitCode.done }
        return Terminal.report(results) ? ExitCode.done : ExitCode.inputOutput
    }
}

/// Encodes what it holds, whatever that is.
private struct AnyEncodable: Encodable, Sendable {
    let value: any Encodable & Sendable
    func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

/// Five biquads at 30 kHz in 1 ms blocks beside the C twin and scipy, which the oracles' environment has.
private func benchFilter() throws -> BenchResult {
    let python = ".oracles/bin/python3"
    let hasPython = FileManager.default.isExecutableFile(atPath: python)
    let rivals = hasPython ? "Swift, C and scipy in turns" : "Swift and C in turns; scipy is not there"
    Terminal.tell("filter: five biquads, 30 kHz, 1 ms blocks; \(rivals)")
    let rows = try filterBenchmark(python: hasPython ? python : nil)
    var lines = ["filter     ratio to C twin (goal 1.05)   bits    Swift M/s   scipy speed-up (goal 12)"]
    for row in rows {
        let twin = row.ratioToTwin
        let ratio = "\(fixed(twin.median, 3)) [\(fixed(twin.p10, 3)), \(fixed(twin.p90, 3))]"
        let scipy = row.speedupOverScipy.map { fixed($0.median, 1) } ?? "not measured"
        let cells = [
            ("\(row.channels) ch", 11), (ratio, 30), (row.bitsEqual ? "equal" : "DIFFER", 8),
            (fixed(row.swiftMillionPerSecond, 0), 12), (scipy, 0),
        ]
        lines.append(cells.map { $0.0 + String(repeating: " ", count: max(0, $0.1 - $0.0.count)) }.joined())
    }
    return BenchResult(json: rows, text: lines.joined(separator: "\n"))
}

/// A number with a fixed count of decimals, with a point in every locale.
func fixed(_ value: Double, _ decimals: Int) -> String {
    String(format: "%.\(decimals)f", locale: Locale(identifier: "en_US_POSIX"), value)
}
