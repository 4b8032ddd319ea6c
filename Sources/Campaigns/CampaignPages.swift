/// The files that a campaign leaves: what a build server reads, and what a person opens.
public struct CampaignPages: Sendable {
    public var results: [CampaignResult]

    /// Pages of `results`.
    public init(_ results: [CampaignResult]) { self.results = results }

    /// JUnit XML: a suite for each campaign, a test for each case and tier.
    public var junit: String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites \(counts(results))>"]
        for name in campaigns {
            let mine = results.filter { $0.campaign == name }
            lines.append("  <testsuite name=\"\(escaped(name))\" \(counts(mine))>")
            lines += mine.flatMap(test)
            lines.append("  </testsuite>")
        }
        return (lines + ["</testsuites>", ""]).joined(separator: "\n")
    }

    /// Campaigns in the order in which they ran.
    private var campaigns: [String] {
        results.reduce(into: []) { if !$0.contains($1.campaign) { $0.append($1.campaign) } }
    }

    private func counts(_ results: [CampaignResult]) -> String {
        let seconds = (results.reduce(0) { $0 + $1.wallSeconds } * 1_000).rounded() / 1_000
        return "tests=\"\(results.count)\" failures=\"\(results.count { $0.status == .failed })\" "
            + "skipped=\"\(results.count { $0.status == .skipped })\" time=\"\(seconds)\""
    }

    private func test(_ result: CampaignResult) -> [String] {
        let head =
            "    <testcase classname=\"\(escaped(result.campaign)).tier-\(result.tier).\(escaped(result.device))\" "
            + "name=\"\(escaped(result.name))\" time=\"\((result.wallSeconds * 1_000).rounded() / 1_000)\">"
        switch result.status {
        case .passed: return [String(head.dropLast()) + "/>"]
        case .skipped:
            return [head, "      <skipped message=\"\(escaped(result.reason))\"/>", "    </testcase>"]
        case .failed:
            let failures = result.failures.map { failure in
                "      <failure message=\"\(escaped("seed \(failure.seed): \(failure.text)"))\">"
                    + "\(escaped(failure.replay))</failure>"
            }
            return [head] + failures + ["    </testcase>"]
        }
    }

    /// One page that needs nothing else, with a time line for each case.
    public var html: String {
        let rows = results.flatMap(row).joined(separator: "\n")
        let pictures = results.filter { !$0.picture.isEmpty }
            .map {
                "<h2>\(escaped($0.name)), tier \($0.tier), \(escaped($0.device))</h2>\n"
                    + "<p>\(escaped($0.summary)): \($0.status.rawValue)</p>\n\($0.picture)"
            }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>ansa hil</title>
            <style>body{font-family:Arial,sans-serif;margin:2em;max-width:60em}table{border-collapse:collapse}
            td,th{border:1px solid #888;padding:.2em .5em;text-align:left}svg{max-width:100%;height:auto}</style></head>
            <body><h1>Hardware in the loop</h1>
            <table><tr><th>tier</th><th>device</th><th>case</th><th>result</th><th>expectation</th><th>bound</th>\
            <th>worst</th></tr>
            \(rows)
            </table>
            \(pictures.joined(separator: "\n"))
            </body></html>

            """
    }

    private func row(_ result: CampaignResult) -> [String] {
        Self.cells(result).map { "<tr>" + $0.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>" }
    }

    /// The rows of one case: tier, device, case, result, expectation, bound, worst.
    static func cells(_ result: CampaignResult) -> [[String]] {
        let head = [result.tier, result.device, result.name]
        guard !result.checks.isEmpty else {
            let why = result.status == .skipped ? result.reason : result.failures.first?.text ?? ""
            return [head + [result.status.rawValue, why, "", ""]]
        }
        return result.checks.map {
            head + [$0.isMet ? "passed" : "failed", $0.expectation, $0.bound, $0.worst]
        }
    }

    /// The table that stands at the end of `ansa hil`.
    public var table: String {
        var rows = [["tier", "device", "case", "result", "expectation", "bound", "worst"]]
        rows += results.flatMap(Self.cells)
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { cells in
            var line = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
        let count = { (status: CampaignResult.Status) in results.count { $0.status == status } }
        let sessions = results.reduce(0) { $0 + $1.sessions }
        return
            (lines + [
                "\(count(.passed)) passed, \(count(.failed)) failed, \(count(.skipped)) skipped; \(sessions) sessions"
            ]).joined(separator: "\n")
    }
}
