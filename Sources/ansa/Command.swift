/// A word that a command takes without a dash.
struct Argument: Sendable {
    /// `profile` for `<profile>`.
    let name: String
    let help: String
    /// False when the command may be called without it.
    let isRequired: Bool
    /// True when it may be given more than once; only the last argument can be.
    let isRepeated: Bool
    /// The words that are allowed; none: anything.
    let words: [String]

    /// An argument; required and single unless said otherwise.
    init(_ name: String, help: String, isRequired: Bool = true, isRepeated: Bool = false, words: [String] = []) {
        self.name = name
        self.help = help
        self.isRequired = isRequired
        self.isRepeated = isRepeated
        self.words = words
    }

    /// `<profile>`, `[<profile>]` or `<file> ...` as the usage line shows it.
    var usage: String {
        let mark = isRepeated ? "<\(name)> ..." : "<\(name)>"
        return isRequired ? mark : "[\(mark)]"
    }

    /// The help text with the words that are allowed.
    var explanation: String { words.isEmpty ? help : "\(help) (values: \(words.joined(separator: ", ")))" }
}

/// One subcommand, or a group of them.
///
///     Command(
///         name: "show", overview: "Shows a session.", arguments: [Argument("session", help: "A session's folder.")],
///         options: [.format], examples: ["ansa session show Sessions/last"]
///     ) { arguments in
///         print(arguments.word("session"))
///         return ExitCode.done
///     }
struct Command: Sendable {
    let name: String
    /// One sentence.
    let overview: String
    let arguments: [Argument]
    let options: [Option]
    /// Command lines that run as printed.
    let examples: [String]
    /// Not empty: this is a group, and the next word names one of these.
    let subcommands: [Command]
    /// What the command does; returns the exit code.
    ///
    /// Nil for a group.
    let run: (@Sendable (ParsedArguments) async -> Int32)?

    /// A command that does something.
    init(
        name: String, overview: String, arguments: [Argument] = [], options: [Option] = [], examples: [String],
        run: @escaping @Sendable (ParsedArguments) async -> Int32
    ) {
        self.name = name
        self.overview = overview
        self.arguments = arguments
        self.options = options
        self.examples = examples
        self.subcommands = []
        self.run = run
    }

    /// A group of commands.
    init(name: String, overview: String, subcommands: [Command]) {
        self.name = name
        self.overview = overview
        self.arguments = []
        self.options = []
        self.examples = []
        self.subcommands = subcommands
        self.run = nil
    }

    /// The option with this long name, or nil.
    func option(named name: String) -> Option? { options.first { $0.name == name } }
}
