/// What an option takes.
enum OptionValue: Sendable {
    /// Nothing: the option is there or not.
    case flag
    /// Any text.
    case text
    /// A path of a file or folder.
    case path
    /// One of these words.
    case choice([String])
    /// A whole number in this range.
    case integer(ClosedRange<Int64>)
    /// A whole number from 0 to 2⁶⁴ − 1.
    case unsigned
    /// A number above 0, with or without a fraction.
    case positive
}

/// One option of a command.
///
/// The parser, the help page and the completion scripts all read this declaration.
struct Option: Sendable {
    /// The name without its dashes: `seed` for `--seed`.
    let name: String
    /// One letter, `v` for `-v`, or nil.
    let short: Character?
    let value: OptionValue
    /// What stands for the value in help: `n` for `<n>`.
    let placeholder: String
    /// The value when the option is not given; help shows it.
    let initial: String?
    /// One or two sentences for the help page.
    let help: String

    /// An option that takes a value.
    init(
        _ name: String, short: Character? = nil, _ value: OptionValue, placeholder: String? = nil,
        initial: String? = nil, help: String
    ) {
        self.name = name
        self.short = short
        self.value = value
        self.placeholder = placeholder ?? name
        self.initial = initial
        self.help = help
    }

    /// An option that is there or not.
    static func flag(_ name: String, short: Character? = nil, help: String) -> Option {
        Option(name, short: short, .flag, help: help)
    }

    /// `--format text|json`, which every command that reports has.
    static let format = Option(
        "format", .choice(["text", "json"]), initial: "text", help: "How the result is printed on standard output.")

    /// Every command has it.
    static let showHelp = Option.flag("help", short: "h", help: "Show help information.")

    /// Only the program itself has it.
    static let showVersion = Option.flag("version", help: "Show the version.")

    var isFlag: Bool { if case .flag = value { true } else { false } }

    /// The words that are allowed, or none when it is not a choice.
    var words: [String] { if case .choice(let words) = value { words } else { [] } }

    /// `--seed <n>` as the usage line shows it.
    var usage: String { isFlag ? "[--\(name)]" : "[--\(name) <\(placeholder)>]" }

    /// `-h, --help` or `--seed <n>` as the list of options shows it.
    var label: String {
        let head = short.map { "-\($0), " } ?? ""
        return isFlag ? "\(head)--\(name)" : "\(head)--\(name) <\(placeholder)>"
    }

    /// The help text with what is allowed and what holds when the option is absent.
    var explanation: String {
        var notes: [String] = []
        if !words.isEmpty { notes.append("values: " + words.joined(separator: ", ")) }
        if let initial { notes.append("default: \(initial)") }
        return notes.isEmpty ? help : "\(help) (\(notes.joined(separator: "; ")))"
    }

    /// What is wrong with `text` as a value, in words that end a sentence, or nil.
    func objection(to text: String) -> String? {
        switch value {
        case .flag: return "takes no value"
        case .text: return nil
        case .path: return text.isEmpty ? "needs a path" : nil
        case .choice(let words): return words.contains(text) ? nil : "takes one of: \(words.joined(separator: ", "))"
        case .integer(let range):
            guard let number = Int64(text), range.contains(number) else {
                return "takes a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        case .unsigned: return UInt64(text) == nil ? "takes a whole number from 0 to \(UInt64.max)" : nil
        case .positive:
            guard let number = Double(text), number.isFinite, number > 0 else { return "takes a number above 0" }
            return nil
        }
    }
}
