import Configuration

extension Command {
    static let limitsDiff = Command(
        name: "diff", overview: "Says what a revision of a limits file widened and what it narrowed.",
        arguments: [
            Argument("old", help: "The earlier limits file."), Argument("new", help: "The later limits file."),
        ],
        options: [.flag("all", help: "Lists the unchanged keys too."), .format],
        examples: [
            "ansa limits diff Profiles/adaptive-dbs/stn-left.limits.yaml Profiles/continuous-dbs/stn-left.limits.yaml"
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let (old, new) = (arguments.word("old"), arguments.word("new"))
            let (oldBytes, newBytes) = (try contents(of: old), try contents(of: new))
            let difference: LimitsDifference
            do throws(ConfigurationError) {
                difference = try limitsDifference(old: oldBytes, new: newBytes, oldFile: old, newFile: new)
            } catch {
                throw Failure(error)
            }
            let report = DifferenceReport(old, new, difference)
            let isWritten =
                arguments.wantsJSON
                ? Terminal.report(report) : Terminal.result(report.text(listsAll: arguments.flag("all")))
            guard isWritten else { return ExitCode.inputOutput }
            return difference.onlyTightens ? ExitCode.done : ExitCode.failed
        }
    }
}

/// Two limits files compared, as `ansa limits diff` shows it.
private struct DifferenceReport: Encodable {
    let old: String
    let new: String
    /// Nothing was widened and nothing changed without order.
    let onlyTightens: Bool
    /// Number of keys by what became of them.
    let counts: [String: Int]
    let keys: [Key]

    struct Key: Encodable {
        let key: String
        let change: String
        let old: String?
        let new: String?
        let oldLine: Int
        let newLine: Int
    }

    init(_ old: String, _ new: String, _ difference: LimitsDifference) {
        self.old = old
        self.new = new
        onlyTightens = difference.onlyTightens
        counts = Dictionary(
            uniqueKeysWithValues: KeyChange.allCases.map { ($0.rawValue, difference.keys($0).count) })
        keys = difference.keys.map {
            Key(
                key: $0.key, change: $0.change.rawValue, old: $0.old, new: $0.new, oldLine: $0.oldLine,
                newLine: $0.newLine)
        }
    }

    func text(listsAll: Bool) -> String {
        let titles: [(KeyChange, String)] = [
            (.widened, "Widened: allows more, or for longer"), (.changed, "Changed without order: counts as widened"),
            (.narrowed, "Narrowed: allows less"), (.noted, "Noted: names the revision, bounds nothing"),
            (.unchanged, "Unchanged"),
        ]
        var lines = ["\(old) → \(new)"]
        for (change, title) in titles {
            let found = keys.filter { $0.change == change.rawValue }
            guard !found.isEmpty, change != .unchanged || listsAll else { continue }
            lines += ["", "\(title) (\(found.count))"] + rows(found)
        }
        let unchanged = counts[KeyChange.unchanged.rawValue] ?? 0
        let verdict = onlyTightens ? "Nothing was widened" : "Something was widened or changed without order"
        return (lines + ["", "\(verdict); \(unchanged) keys are unchanged."]).joined(separator: "\n")
    }

    private func rows(_ found: [Key]) -> [String] {
        let width = min(44, found.map(\.key.count).max() ?? 0)
        return found.map { key in
            let padding = String(repeating: " ", count: max(0, width - key.key.count))
            let lines = [key.oldLine, key.newLine].map { $0 > 0 ? String($0) : "–" }
            let place = "(line \(lines[0] == lines[1] ? lines[0] : "\(lines[0]) → \(lines[1])"))"
            let values =
                key.change == KeyChange.unchanged.rawValue
                ? key.new ?? "" : "\(key.old ?? "absent") → \(key.new ?? "absent")"
            return "  \(key.key)\(padding)  \(values)  \(place)"
        }
    }
}
