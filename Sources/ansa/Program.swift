import CLinux

/// The program `ansa`: finds the command that the words name, and runs it.
enum Program {
    static let version = "0.1.0"

    /// The root of all commands; its name is the program's.
    static let root = Command(
        name: "ansa",
        overview: "Closed-loop brain-computer interface runtime: reads neural signals, decodes them with a spiking "
            + "network on an emulated neuromorphic chip, and stimulates inside signed limits.",
        subcommands: commands)

    /// Runs what `words` ask for, the first of which is the program's own name; returns the exit code.
    static func main(_ words: [String]) async -> Int32 {
        guard ansa_cpu_has_fma() else {
            Terminal.complain(
                "This processor lacks AVX2 or FMA. Ansa needs an x86-64 processor of level v3 (Intel Haswell 2013, "
                    + "AMD Excavator 2015, or later); a virtual machine must pass both on.")
            return ExitCode.failed
        }
        guard !words.isEmpty else {
            Terminal.complain("Started without a program name. Start it as 'ansa <subcommand>'.")
            return ExitCode.usage
        }
        return await dispatch(words.dropFirst(), in: root, path: "ansa")
    }

    private static func dispatch(_ words: ArraySlice<String>, in command: Command, path: String) async -> Int32 {
        if asksForHelp(words, command) { return showHelp(command, path) }
        guard let run = command.run else { return await descend(words, in: command, path: path) }
        do {
            var parser = Parser(command: command, path: path, words: words)
            return await run(try parser.parse())
        } catch {
            return refuse(error, command, path)
        }
    }

    private static func descend(_ words: ArraySlice<String>, in group: Command, path: String) async -> Int32 {
        guard let word = words.first else {
            return refuse(UsageError(text: "Missing subcommand."), group, path)
        }
        if group.name == root.name {
            if word == "--version" { return Terminal.result("ansa \(version)") ? ExitCode.done : ExitCode.inputOutput }
            if word == "help" { return help(words.dropFirst()) }
        }
        if let next = group.subcommands.first(where: { $0.name == word }) {
            return await dispatch(words.dropFirst(), in: next, path: "\(path) \(word)")
        }
        return refuse(unknown(word, in: group), group, path)
    }

    /// `ansa help run` equals `ansa run --help`.
    private static func help(_ words: ArraySlice<String>) -> Int32 {
        var command = root
        var path = "ansa"
        for word in words where !word.hasPrefix("-") {
            guard let next = command.subcommands.first(where: { $0.name == word }) else {
                return refuse(unknown(word, in: command), command, path)
            }
            command = next
            path += " \(word)"
        }
        return showHelp(command, path)
    }

    private static func asksForHelp(_ words: ArraySlice<String>, _ command: Command) -> Bool {
        let own = command.run == nil ? words.prefix(1) : words.prefix { $0 != "--" }
        return own.contains { $0 == "--help" || $0 == "-h" }
    }

    private static func showHelp(_ command: Command, _ path: String) -> Int32 {
        let page = HelpPage(command: command, path: path, width: Terminal.columns)
        return Terminal.result(String(page.text.dropLast())) ? ExitCode.done : ExitCode.inputOutput
    }

    private static func unknown(_ word: String, in group: Command) -> UsageError {
        let kind = word.hasPrefix("-") ? "option" : "subcommand"
        let names = word.hasPrefix("-") ? ["--help", "--version"] : group.subcommands.map(\.name) + ["help"]
        return UsageError(text: "Unknown \(kind) '\(word)'." + suggestion(for: word, among: names, quotedWith: ""))
    }

    private static func refuse(_ error: UsageError, _ command: Command, _ path: String) -> Int32 {
        Terminal.complain(error.text)
        Terminal.tell("Usage: \(HelpPage(command: command, path: path, width: Terminal.columns).usage)")
        if !command.subcommands.isEmpty {
            Terminal.tell("Subcommands: \(command.subcommands.map(\.name).joined(separator: ", "))")
        }
        Terminal.tell("  See '\(path) --help' for more information.")
        return ExitCode.usage
    }
}
