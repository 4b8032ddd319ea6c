/// The help page of a command, in the layout that users of Swift tools know: indent 2, text from column 26.
struct HelpPage {
    let command: Command
    /// `ansa run`.
    let path: String
    /// Columns to wrap at.
    let width: Int
    private static let textColumn = 26

    /// The whole page, ending in a newline.
    var text: String {
        var lines = wrap("OVERVIEW: \(command.overview)", indent: 0)
        lines += ["", "USAGE: \(usage)"]
        if !command.arguments.isEmpty {
            lines += ["", "ARGUMENTS:"] + command.arguments.flatMap { row("<\($0.name)>", $0.explanation) }
        }
        lines += ["", "OPTIONS:"] + options.flatMap { row($0.label, $0.explanation) }
        if !command.subcommands.isEmpty {
            lines += ["", "SUBCOMMANDS:"] + command.subcommands.flatMap { row($0.name, $0.overview) }
            lines += ["", "  See '\(helpPath)' for detailed help."]
        }
        if !command.examples.isEmpty { lines += ["", "EXAMPLES:"] + command.examples.map { "  \($0)" } }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `ansa run <profile> [--arm] …`, wrapped by nobody: a person may copy it.
    var usage: String {
        if !command.subcommands.isEmpty { return "\(path) <subcommand>" }
        let words = [path] + command.arguments.map(\.usage) + command.options.map(\.usage)
        return words.joined(separator: " ")
    }

    private var isRoot: Bool { !path.contains(" ") }
    private var options: [Option] { command.options + (isRoot ? [.showVersion, .showHelp] : [.showHelp]) }
    private var helpPath: String {
        isRoot ? "ansa help <subcommand>" : "ansa help \(path.drop { $0 != " " }.dropFirst()) <subcommand>"
    }

    private func row(_ label: String, _ text: String) -> [String] {
        var lines = wrap(text, indent: Self.textColumn)
        let head = "  \(label)"
        guard head.count < Self.textColumn, let first = lines.first else { return [head] + lines }
        lines[0] = head + first.dropFirst(head.count)
        return lines
    }

    private func wrap(_ text: String, indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = margin
        for word in text.split(separator: " ") {
            if line.count > indent, line.count + 1 + word.count > width {
                lines.append(line)
                line = margin
            }
            line += line.count > indent ? " \(word)" : word
        }
        return lines + [line]
    }
}
