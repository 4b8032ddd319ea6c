import Foundation

/// Times that a fault took over many runs, in µs, said in one line.
///
/// The line goes to standard output, and to the file that `$ANSA_FAULT_REPORT` names.
struct Figures {
    let name: String
    var values: [Int64] = []

    /// How often a fault on real processes is repeated: `$ANSA_FAULT_RUNS`, else three times.
    static let runs = ProcessInfo.processInfo.environment["ANSA_FAULT_RUNS"].flatMap { Int($0) } ?? 3

    /// The value that `share` of all are at most; by rank, nothing is interpolated.
    func quantile(_ share: Double) -> Int64 {
        let sorted = values.sorted()
        guard !sorted.isEmpty else { return 0 }
        return sorted[max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1)]
    }

    /// Says p50, p99 and the worst beside `bound`.
    func report(bound: String) {
        let shown = [quantile(0.5), quantile(0.99), quantile(1)].map { String(format: "%.2f", Double($0) / 1_000) }
        let line = "\(name): \(values.count) runs, p50/p99/max \(shown.joined(separator: "/")) ms; bound \(bound)"
        print(line)
        guard let path = ProcessInfo.processInfo.environment["ANSA_FAULT_REPORT"] else { return }
        let old = FileManager.default.contents(atPath: path) ?? Data()
        try? (old + Data((line + "\n").utf8)).write(to: URL(fileURLWithPath: path))
    }
}
