/// Reads the words behind a command by its declaration.
///
/// `--opt value`, `--opt=value`, `-o value`, `-ovalue`, bundled `-ab`, and `--`, after which nothing is an option.
struct Parser {
    let command: Command
    private var parsed: ParsedArguments
    private var words: ArraySlice<String>
    private var position = 0

    /// A parser of `words` for the command that a person calls by `path`.
    init(command: Command, path: String, words: ArraySlice<String>) {
        self.command = command
        self.parsed = ParsedArguments(path: path)
        self.words = words
    }

    /// All that was asked for, with defaults filled in.
    mutating func parse() throws(UsageError) -> ParsedArguments {
        for option in command.options {
            if let initial = option.initial { parsed.set(option, to: initial) }
        }
        var optionsEnded = false
        while let word = words.popFirst() {
            if optionsEnded || word == "-" || !word.hasPrefix("-") {
                try take(argument: word)
            } else if word == "--" {
                optionsEnded = true
            } else if word.hasPrefix("--") {
                try take(long: word.dropFirst(2))
            } else {
                try take(bundle: word.dropFirst())
            }
        }
        try checkArguments()
        return parsed
    }

    private mutating func take(argument word: String) throws(UsageError) {
        guard position < command.arguments.count else {
            throw UsageError(text: "Unexpected argument '\(word)'.")
        }
        let argument = command.arguments[position]
        if !argument.words.isEmpty, !argument.words.contains(word) {
            let hint = suggestion(for: word, among: argument.words, quotedWith: "")
            throw UsageError(
                text: "'\(word)' is no <\(argument.name)>; it is one of: \(argument.words.joined(separator: ", "))."
                    + hint)
        }
        parsed.add(word, to: argument)
        if !argument.isRepeated { position += 1 }
    }

    private mutating func take(long text: Substring) throws(UsageError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(parts[0])
        guard let option = command.option(named: name) else {
            let names = command.options.map(\.name) + ["help"]
            throw UsageError(
                text: "Unknown option '--\(name)'." + suggestion(for: name, among: names, quotedWith: "--"))
        }
        try set(option, calledBy: "--\(name)", to: parts.count == 2 ? String(parts[1]) : nil)
    }

    private mutating func take(bundle letters: Substring) throws(UsageError) {
        var rest = letters
        while let letter = rest.popFirst() {
            guard let option = command.options.first(where: { $0.short == letter }) else {
                throw UsageError(text: "Unknown option '-\(letter)'.")
            }
            if option.isFlag {
                try set(option, calledBy: "-\(letter)", to: nil)
                continue
            }
            if rest.first == "=" { rest.removeFirst() }
            try set(option, calledBy: "-\(letter)", to: rest.isEmpty ? nil : String(rest))
            return
        }
    }

    private mutating func set(_ option: Option, calledBy name: String, to value: String?) throws(UsageError) {
        if option.isFlag {
            guard value == nil else { throw UsageError(text: "'\(name)' takes no value.") }
            parsed.set(option, to: "")
            return
        }
        guard let value = value ?? words.popFirst() else {
            throw UsageError(text: "Missing value for '\(name) <\(option.placeholder)>'.")
        }
        if let objection = option.objection(to: value) {
            throw UsageError(
                text: "'\(name)' \(objection), not '\(value)'."
                    + suggestion(for: value, among: option.words, quotedWith: ""))
        }
        parsed.set(option, to: value)
    }

    private func checkArguments() throws(UsageError) {
        for argument in command.arguments where argument.isRequired && parsed.all(argument.name).isEmpty {
            throw UsageError(text: "Missing expected argument '<\(argument.name)>'.")
        }
    }
}
