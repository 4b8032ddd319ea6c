import Foundation
import Loop
import Monitor

/// `ansa replay --set KEY=a,b,c`: each combination in a process of its own, two at a time, and a table.
struct ReplaySweep {
    let arguments: ParsedArguments
    let combinations: [[ProfileSetting]]

    /// One row of the table.
    struct Row: Encodable {
        let settings: [String: String]
        let exit: Int32
        /// What the process complained of; empty where it did not.
        let errors: String
        let summary: RunSummary?
    }

    /// Runs all and prints the table.
    ///
    /// - Returns: 0, or the largest exit code of a combination.
    func run() async -> Int32 {
        let (folder, keeps) = sessionsFolder
        defer { if !keeps { try? FileManager.default.removeItem(atPath: folder) } }
        var rows: [Int: Row] = [:]
        await withTaskGroup(of: (Int, Row).self) { group in
            for index in combinations.indices {
                if index >= 2, let (place, row) = await group.next() { rows[place] = row }
                showProgress(
                    Double(index) / Double(combinations.count), combinations[index].map(\.text).joined(separator: " "))
                let words = words(index, folder: folder)
                let settings = combinations[index]
                group.addTask { (index, Self.row(words, settings)) }
            }
            while let (place, row) = await group.next() { rows[place] = row }
        }
        showProgress(1, "")
        let table = combinations.indices.compactMap { rows[$0] }
        for row in table where row.exit != 0 {
            Terminal.complain(
                "\(row.settings.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")): \(row.errors)")
        }
        let isShown =
            arguments.wantsJSON ? Terminal.report(table) : Terminal.result(Self.text(table, keeps ? folder : nil))
        let worst = table.map(\.exit).max() ?? 0
        return worst == ExitCode.done && !isShown ? ExitCode.inputOutput : worst
    }

    /// Where the sessions go; kept where a person named the folder.
    private var sessionsFolder: (path: String, isKept: Bool) {
        if let named = arguments.text("session") { return (named, true) }
        return (FileManager.default.temporaryDirectory.path + "/ansa-sweep-\(getpid())", false)
    }

    private func words(_ index: Int, folder: String) -> [String] {
        var words = ["replay", arguments.word("source"), "--format", "json", "--session", "\(folder)/\(index + 1)"]
        words += ["--set", combinations[index].map(\.text).joined(separator: " ")]
        if arguments.flag("arm") { words.append("--arm") }
        for name in ["profile", "seconds", "from", "to", "channels", "pace"] {
            if let value = arguments.text(name) { words += ["--" + name, value] }
        }
        return words
    }

    private static func row(_ words: [String], _ settings: [ProfileSetting]) -> Row {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executablePath)
        process.arguments = words
        let (output, complaints) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaints
        process.standardInput = FileHandle.nullDevice
        let named = Dictionary(settings.map { ($0.path, $0.values[0]) }) { $1 }
        do { try process.run() } catch { return Row(settings: named, exit: 1, errors: "\(error)", summary: nil) }
        // Two pipes: the small one is read behind the other, and holds no more than a few lines.
        let data = output.fileHandleForReading.readDataToEndOfFile()
        let text = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let summary = try? JSONDecoder().decode(RunSummary.self, from: data)
        return Row(
            settings: named, exit: process.terminationStatus, errors: process.terminationStatus == 0 ? "" : text,
            summary: summary)
    }

    private static func text(_ rows: [Row], _ folder: String?) -> String {
        let keys = rows.first.map { $0.settings.keys.sorted() } ?? []
        let head = keys + ["decisions", "agreement", "delay", "charge", "refusals", "exit"]
        var table = [head]
        for row in rows {
            let shadow = row.summary?.shadow
            table.append(
                keys.map { row.settings[$0] ?? "" } + [
                    row.summary.map { "\($0.decisions)" } ?? "-",
                    shadow?.agreement.map { "\(fixed($0 * 100, 1)) %" } ?? "-",
                    shadow?.delayMilliseconds.map { "\(fixed($0, 0)) ms" } ?? "-",
                    shadow?.shadowChargeFemtocoulombs.map { "\(fixed(Double($0) / 1e6, 1)) nC" } ?? "-",
                    shadow.map { "\($0.shadowRefusals.values.reduce(0, +))" } ?? "-", "\(row.exit)",
                ])
        }
        let widths = head.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        var lines = table.map { cells in
            zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        }
        if let folder { lines.append("sessions in \(folder)/1 to \(rows.count)") }
        return lines.joined(separator: "\n")
    }
}
