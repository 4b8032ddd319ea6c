/// A value with the text that a person wrote and its place.
public struct Measured: Hashable, Sendable {
    /// In the base unit of its dimension.
    public var value: Int64
    public var text: String
    public var position: Position

    /// A value at a place.
    public init(value: Int64, text: String, position: Position) {
        self.value = value
        self.text = text
        self.position = position
    }

    /// False where an optional key does not stand in the file.
    public var isGiven: Bool { position.line > 0 }

    /// Stands where a problem was reported instead.
    static let missing = Measured(value: 0, text: "", position: Position(line: 0, column: 0))
}

/// A word with its place.
public struct Word: Hashable, Sendable {
    public var text: String
    public var position: Position

    /// A word at a place.
    public init(text: String, position: Position) {
        self.text = text
        self.position = position
    }

    static let missing = Word(text: "", position: Position(line: 0, column: 0))
}

/// Collects every problem of one file.
final class Findings {
    let file: String
    let letter: String
    private(set) var problems: [Problem] = []

    init(file: String, letter: String) {
        self.file = file
        self.letter = letter
    }

    var hasErrors: Bool { problems.contains { $0.severity == .error } }

    /// Takes over a problem of the same file.
    func add(_ problem: Problem) { problems.append(problem) }

    func report(
        _ code: String, _ position: Position, _ field: String, _ text: String, severity: Severity = .error,
        letter: String? = nil
    ) {
        problems.append(
            Problem(
                code: "ANSA-\(letter ?? self.letter)\(code)", severity: severity, file: file, position: position,
                field: field, text: text))
    }

    /// The problems in the order of the file.
    var sorted: [Problem] {
        problems.enumerated()
            .sorted {
                ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
            }
            .map(\.element)
    }

    /// Ends a reading: throws where anything was an error, otherwise gives the warnings.
    func warningsOrThrow() throws(ConfigurationError) -> [Problem] {
        if hasErrors { throw ConfigurationError(sorted) }
        return sorted
    }
}

/// One mapping while it is read against a schema: what is asked for is allowed, what is left over is unknown.
final class Fields {
    let findings: Findings
    let path: String
    let mapping: Mapping
    private var asked: [String] = []

    init(_ mapping: Mapping, path: String, findings: Findings) {
        self.mapping = mapping
        self.path = path
        self.findings = findings
    }

    func pathOf(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    func report(_ code: String, _ position: Position, _ key: String, _ text: String) {
        findings.report(code, position, pathOf(key), text)
    }

    /// Allows `key` and gives its value where it stands in the file.
    func optional(_ key: String) -> Node? {
        asked.append(key)
        return mapping.entries.first { $0.key == key }?.value
    }

    func has(_ key: String) -> Bool { mapping.entries.contains { $0.key == key } }

    /// As ``optional(_:)``; a missing key is reported.
    func required(_ key: String) -> Node? {
        if let node = optional(key) { return node }
        let candidates = mapping.entries.map(\.key).filter { !asked.contains($0) }
        let nearest = Spelling.nearest(to: key, among: candidates)
        let hint = nearest.map { " Is \"\($0)\" meant to be it?" } ?? ""
        findings.report("091", mapping.position, path, "the key \"\(key)\" is missing.\(hint)")
        return nil
    }

    /// Reports every key that no schema line asked for.
    func finish() {
        for entry in mapping.entries where !asked.contains(entry.key) {
            let unused = asked.filter { !has($0) }
            let candidates = Spelling.nearest(to: entry.key, among: unused) == nil ? asked : unused
            let hint = Spelling.hint(for: entry.key, among: candidates)
            let allowed = hint.isEmpty ? " Allowed here: \(asked.joined(separator: ", "))." : hint
            findings.report("090", entry.keyPosition, "", "unknown key \"\(entry.key)\".\(allowed)")
        }
    }

    // MARK: - Kinds of values

    func scalar(_ node: Node?, _ key: String) -> Scalar? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node else {
            report("092", node.position, key, "\(node.kindName) stands where a single value is expected.")
            return nil
        }
        guard !scalar.text.isEmpty else {
            report("092", scalar.position, key, "the value is empty.")
            return nil
        }
        return scalar
    }

    func word(_ key: String) -> Word {
        scalar(required(key), key).map { Word(text: $0.text, position: $0.position) } ?? .missing
    }

    func optionalWord(_ key: String) -> Word? {
        scalar(optional(key), key).map { Word(text: $0.text, position: $0.position) }
    }

    func choice<Value>(_ key: String, _ values: [(String, Value)], default fallback: Value? = nil) -> Value? {
        let node = fallback == nil ? required(key) : optional(key)
        guard let node else { return fallback }
        guard let scalar = scalar(node, key) else { return nil }
        if let match = values.first(where: { $0.0 == scalar.text }) { return match.1 }
        let names = values.map(\.0)
        let hint = Spelling.hint(for: scalar.text, among: names)
        report("093", scalar.position, key, "\"\(scalar.text)\" is not one of \(names.joined(separator: ", ")).\(hint)")
        return nil
    }

    func flag(_ key: String, default fallback: Bool? = nil) -> Bool {
        choice(key, [("true", true), ("false", false)], default: fallback) ?? false
    }

    func mapping(_ node: Node?, _ key: String) -> Fields? {
        guard let node else { return nil }
        guard case .mapping(let mapping) = node else {
            report("092", node.position, key, "\(node.kindName) stands where a block of keys is expected.")
            return nil
        }
        return Fields(mapping, path: pathOf(key), findings: findings)
    }

    /// Reads the block at `key`, which must stand; nil where it does not.
    func block<Value>(_ key: String, _ read: (Fields) -> Value) -> Value? {
        guard let fields = mapping(required(key), key) else { return nil }
        defer { fields.finish() }
        return read(fields)
    }

    /// Reads the block at `key` if it stands.
    func optionalBlock<Value>(_ key: String, _ read: (Fields) -> Value) -> Value? {
        guard let fields = mapping(optional(key), key) else { return nil }
        defer { fields.finish() }
        return read(fields)
    }

    func items(_ node: Node?, _ key: String) -> [Node] {
        guard let node else { return [] }
        guard case .sequence(let items, _) = node else {
            report("092", node.position, key, "\(node.kindName) stands where a list is expected.")
            return []
        }
        return items
    }

    /// Reads the list of blocks at `key`.
    func blocks<Value>(_ key: String, _ read: (Fields) -> Value) -> [Value] {
        items(required(key), key).enumerated().compactMap { index, node in
            guard let fields = mapping(node, "\(key)[\(index)]") else { return nil }
            defer { fields.finish() }
            return read(fields)
        }
    }

    func words(_ node: Node?, _ key: String) -> [Word] {
        items(node, key).compactMap { node in
            scalar(node, key).map { Word(text: $0.text, position: $0.position) }
        }
    }
}
