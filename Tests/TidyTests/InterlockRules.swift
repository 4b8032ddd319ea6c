/// The coding rules of the safety core, by the numbers of their list: what of them a text can show.
///
/// A malloc count (2), conformance to Swift 6 (11) and what `~Copyable` forbids (13) are proven elsewhere too.
enum InterlockRule: String, CaseIterable, Sendable {
    case imports = "0: imports Signal only"
    case size = "0: at most 1,000 lines"
    case recursion = "1: no recursion, mutual included"
    case loops = "1: only loops over collections and over ranges with a bound that is a constant"
    case allocation = "2: nothing grows or is made on the heap after an initialiser"
    case length = "3: functions of at most 60 lines"
    case complexity = "3: complexity at most 10"
    case checks = "4: two checks in each function that judges, as denials, not assertions"
    case traps = "5: nothing forced, nothing unsafe"
    case numbersAndText = "6: no floating point and no text"
    case wrapping = "7: no wrapping operators"
    case switches = "8: switch without default"
    case discards = "9: no discarded results"
    case state = "10: no global mutable state"
    case world = "10: no clock, no chance, no input or output"
    case settings = "11: Swift 6, warnings as errors, strict memory safety, every check on, one form of the code"
    case concurrency = "12: no actors, no classes, no tasks"
    case permits = "13: permits and tokens cannot be copied nor made elsewhere"
    case units = "14: quantities have a unit's type, and their numbers stand in Ceilings.swift"
}

/// A place that breaks a rule.
struct RuleBreak: Hashable, Sendable, CustomStringConvertible {
    let rule: InterlockRule
    let path: String
    let line: Int

    var description: String { "\(path):\(line) \(rule.rawValue)" }
}

/// The rules read against the files of the safety core and the package's manifest.
struct InterlockLint {
    let files: [SourceFile]
    let manifest: String
    private let tokens: [[Token]]
    private let routines: [[Routine]]

    init(files: [SourceFile], manifest: String) {
        (self.files, self.manifest) = (files, manifest)
        tokens = files.map { Token.all(of: $0.code) }
        routines = tokens.map(Routine.all)
    }

    var breaks: [RuleBreak] {
        var breaks = recursions + sizeBreaks + settingBreaks
        for index in files.indices {
            let found = words(index) + operators(index) + declarations(index) + functions(index) + texts(index)
            breaks += found.map { RuleBreak(rule: $0.0, path: files[index].path, line: $0.1) }
        }
        return breaks
    }

    typealias Found = (InterlockRule, Int)

    // MARK: Words

    private static let banned: [String: InterlockRule] = {
        var table: [String: InterlockRule] = [:]
        for (rule, words) in bannedWords {
            for word in words.split(separator: " ") { table[String(word)] = rule }
        }
        return table
    }()

    private static let bannedWords: [(InterlockRule, String)] = [
        (.loops, "while repeat stride forEach AnyIterator AnySequence"),
        (.checks, "assert assertionFailure precondition preconditionFailure"),
        (.traps, "fatalError unowned unsafe unsafeBitCast unsafeDowncast withUnsafePointer abort exit"),
        (.numbersAndText, "Float Double Float16 Float32 Float64 Float80 CGFloat Decimal String Substring Character"),
        (.numbersAndText, "description debugDescription CustomStringConvertible formatted describing"),
        (.discards, "@discardableResult"),
        (.world, "clock_gettime gettimeofday time ContinuousClock SuspendingClock Date DispatchTime Instant"),
        (.world, "print debugPrint dump putchar puts readLine fopen fputs fwrite write read open send recv FileHandle"),
        (.world, "getenv ProcessInfo CommandLine random SystemRandomNumberGenerator arc4random Thread usleep sleep"),
        (.settings, "@unchecked @preconcurrency @safe @unsafe #if @inline @_transparent @_optimize @_silgen_name"),
        (.concurrency, "actor class AnyObject Actor async await Task TaskGroup @MainActor @globalActor @TaskLocal"),
        (.concurrency, "Mutex Atomic ManagedBuffer"),
    ]

    /// Names of a clock or a file that the house also uses for an argument or a field; only a call is one.
    private static let onlyAsCall: Set = [
        "time", "random", "read", "write", "open", "send", "dump", "exit", "sleep", "description", "assert",
    ]

    private func words(_ index: Int) -> [Found] {
        let tokens = self.tokens[index]
        return tokens.indices.compactMap { place in
            let token = tokens[place]
            if token.text.hasPrefix("Unsafe") { return (.traps, token.line) }
            if token.text == "import", tokens.text(place + 1) != "Signal" { return (.imports, token.line) }
            let isLabel = ["(", ","].contains(tokens.text(place - 1))
            if token.text == "default", !isLabel { return (.switches, token.line) }
            guard let rule = Self.banned[token.text] else { return nil }
            let isCall = tokens.text(place + 1) == "(" && tokens[place + 1].isAttached
            let isDeclared = tokens.text(place - 1) == "func"
            return Self.onlyAsCall.contains(token.text) && (!isCall || isDeclared) ? nil : (rule, token.line)
        }
    }

    // MARK: Operators

    private func operators(_ index: Int) -> [Found] {
        let tokens = self.tokens[index]
        return tokens.indices.compactMap { place in
            let token = tokens[place]
            let wraps = ["&+", "&-", "&*", "&<<", "&>>", "&+=", "&-=", "&*=", "&<<=", "&>>="]
            if wraps.contains(token.text) { return (.wrapping, token.line) }
            guard token.isAttached, token.text == "!" || token.text == ">!" || token.text == "?!", place > 0 else {
                return nil
            }
            return tokens[place - 1].isOperand || token.text != "!" ? (.traps, token.line) : nil
        }
    }

    // MARK: Texts

    /// What stands between quotes is not in the tokens: interpolation is looked for in the lines.
    private func texts(_ index: Int) -> [Found] {
        let lines = files[index].lines
        return lines.indices.compactMap { line in
            let text = lines[line].drop { $0 == " " }
            return !text.hasPrefix("//") && text.contains(/\\#*\(/) ? (.numbersAndText, line + 1) : nil
        }
    }

    // MARK: The whole room

    private var recursions: [RuleBreak] {
        let all = files.indices.flatMap { index in routines[index].map { (files[index].path, $0) } }
        let recursive = CallGraph(all.map(\.1)).recursive
        return all.compactMap { path, routine in
            let isOne = recursive.contains { $0.firstLine == routine.firstLine && $0.body == routine.body }
            return isOne ? RuleBreak(rule: .recursion, path: path, line: routine.firstLine) : nil
        }
    }

    private var sizeBreaks: [RuleBreak] {
        let lines = files.filter { $0.room == "Interlocks" }.map {
            $0.lines.last == "" ? $0.lines.count - 1 : $0.lines.count
        }.reduce(0, +)
        return lines > 1000 ? [RuleBreak(rule: .size, path: files[0].path, line: lines)] : []
    }

    private var settingBreaks: [RuleBreak] {
        let wanted = [
            ".swiftLanguageMode(.v6)", ".strictMemorySafety()", ".treatAllWarnings(as: .error)",
            "room(\"Interlocks\", [\"Signal\"])", "swiftSettings: house)",
        ]
        let unwanted = ["-Ounchecked", "enforce-exclusivity", "-assert-config", "-disable-"]
        let isRight = wanted.allSatisfy(manifest.contains) && !unwanted.contains(where: manifest.contains)
        return isRight ? [] : [RuleBreak(rule: .settings, path: "Package.swift", line: 1)]
    }

    // MARK: Declarations and functions

    private func declarations(_ index: Int) -> [Found] {
        // What other rooms share has defaults of its own.
        let isCeilings = files[index].room != "Interlocks" || files[index].path.hasSuffix("Ceilings.swift")
        return InterlockDeclarations(tokens: tokens[index], isCeilings: isCeilings).found
    }

    private func functions(_ index: Int) -> [Found] {
        let fixed = Set(zip(tokens.joined(), tokens.joined().dropFirst()).filter { $0.0.text == "let" }.map(\.1.text))
        return routines[index].flatMap { InterlockFunction(routine: $0, fixed: fixed).found }
    }
}
