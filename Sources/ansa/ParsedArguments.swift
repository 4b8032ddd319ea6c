/// What a person asked for, already checked against the command's declaration.
struct ParsedArguments: Sendable {
    /// `ansa run`, for messages.
    let path: String
    /// Last value of each option, by long name; flags hold an empty text.
    fileprivate(set) var values: [String: String] = [:]
    /// Values of each argument, by name.
    fileprivate(set) var words: [String: [String]] = [:]

    /// Nothing given yet.
    init(path: String) { self.path = path }

    /// Whether the flag was given.
    func flag(_ name: String) -> Bool { values[name] != nil }

    /// The option's value, its declared default, or nil.
    func text(_ name: String) -> String? { values[name] }

    /// The value of an option declared as `.unsigned`.
    func unsigned(_ name: String) -> UInt64? { values[name].flatMap { UInt64($0) } }

    /// The value of an option declared as `.integer`.
    func integer(_ name: String) -> Int64? { values[name].flatMap { Int64($0) } }

    /// The value of an option declared as `.positive`.
    func number(_ name: String) -> Double? { values[name].flatMap { Double($0) } }

    /// True when `--format json` was asked for.
    var wantsJSON: Bool { values["format"] == "json" }

    /// The argument, or an empty text when an optional one was left out.
    func word(_ name: String) -> String { words[name]?.first ?? "" }

    /// All values of a repeated argument.
    func all(_ name: String) -> [String] { words[name] ?? [] }

    mutating func set(_ option: Option, to value: String) { values[option.name] = value }
    mutating func add(_ word: String, to argument: Argument) { words[argument.name, default: []].append(word) }
}

/// A command line that cannot be understood.
struct UsageError: Error, Sendable {
    /// What, where and what is allowed, in one or two sentences.
    let text: String
}
