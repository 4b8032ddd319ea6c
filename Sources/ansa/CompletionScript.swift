/// The shell completion scripts, made from the same declarations as the help pages.
enum CompletionScript {
    /// Shells that a script can be made for.
    static let shells = ["bash", "zsh", "fish"]

    /// The script for `shell`, one of ``shells``.
    static func text(for shell: String, root: Command) -> String {
        shell == "fish" ? fish(root) : bash(root, forZsh: shell == "zsh")
    }

    /// Every command below `command`, with the words that lead to it.
    private static func all(_ command: Command, path: [String] = []) -> [(path: [String], command: Command)] {
        [(path, command)] + command.subcommands.flatMap { all($0, path: path + [$0.name]) }
    }

    private static func words(_ command: Command) -> [String] {
        command.subcommands.map(\.name) + command.arguments.flatMap(\.words)
            + command.options.map { "--\($0.name)" } + ["--help"]
    }

    /// Zsh reads bash's scripts through `bashcompinit`.
    private static func bash(_ root: Command, forZsh: Bool) -> String {
        var lines = forZsh ? ["#compdef ansa", "autoload -U +X bashcompinit && bashcompinit"] : []
        lines += [
            "_ansa() {",
            "    local word=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\" path=\"\" i",
            "    for ((i = 1; i < COMP_CWORD; i++)); do",
            "        case \"$path ${COMP_WORDS[i]}\" in",
        ]
        for (path, _) in all(root) where !path.isEmpty {
            lines.append("            \" \(path.joined(separator: " "))\") path=\" \(path.joined(separator: " "))\" ;;")
        }
        lines += ["        esac", "    done", "    case \"$path $before\" in"]
        for (path, command) in all(root) {
            let head = path.map { " \($0)" }.joined()
            for option in command.options where !option.words.isEmpty {
                let reply = "COMPREPLY=($(compgen -W \"\(option.words.joined(separator: " "))\" -- \"$word\"))"
                lines.append("        \"\(head) --\(option.name)\") \(reply); return ;;")
            }
        }
        lines += ["    esac", "    case \"$path\" in"]
        for (path, command) in all(root) {
            let head = path.map { " \($0)" }.joined()
            let files = command.arguments.contains { $0.words.isEmpty } ? " -f" : ""
            let list = words(command).joined(separator: " ")
            lines.append("        \"\(head)\") COMPREPLY=($(compgen\(files) -W \"\(list)\" -- \"$word\")) ;;")
        }
        lines += ["    esac", "}", "complete -o filenames -F _ansa ansa"]
        return lines.joined(separator: "\n")
    }

    private static func fish(_ root: Command) -> String {
        var lines: [String] = []
        for (path, command) in all(root) {
            let used = path.map { "__fish_seen_subcommand_from \($0)" }
            let next = command.subcommands.map(\.name).joined(separator: " ")
            let fresh = next.isEmpty ? [] : ["not __fish_seen_subcommand_from \(next)"]
            let test = (used + fresh).joined(separator: "; and ")
            for subcommand in command.subcommands {
                lines.append(
                    "complete -c ansa -f -n \(quoted(test)) -a \(subcommand.name) -d \(quoted(subcommand.overview))")
            }
            for word in command.arguments.flatMap(\.words) {
                lines.append("complete -c ansa -f -n \(quoted(test)) -a \(word)")
            }
            for option in command.options + [.showHelp] {
                var line = "complete -c ansa -n \(quoted(test)) -l \(option.name) -d \(quoted(option.help))"
                if let short = option.short { line += " -s \(short)" }
                if !option.isFlag { line += " -r" }
                if !option.words.isEmpty { line += " -f -a \(quoted(option.words.joined(separator: " ")))" }
                lines.append(line)
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.map { $0 == "'" ? "\\'" : String($0) }.joined() + "'"
    }
}
