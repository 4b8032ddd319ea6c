/// A place in a file that a person wrote; both numbers count from 1, columns in characters.
public struct Position: Hashable, Sendable, Comparable {
    public var line: Int
    public var column: Int

    /// Line and column, from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Earlier in the file.
    public static func < (a: Self, b: Self) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// How much a problem weighs.
public enum Severity: String, Sendable {
    /// The file is not loaded.
    case error = "ERROR"
    /// The file is loaded; the person should know.
    case warning = "WARN"
}

/// One thing that is wrong in a file, said so that its writer can repair it.
///
///     ANSA-L103 ERROR limits.yaml:60:33 limits.hard.amplitude.max: "3.5" has no unit. Write "3.5 mA" …
public struct Problem: Hashable, Sendable, CustomStringConvertible {
    /// Stable: `ANSA-` and a letter (L limits, O overlay, P profile, D device, S soft limit) and three digits.
    public var code: String
    public var severity: Severity
    public var file: String
    /// 0 where the problem has no place in the file's text.
    public var line: Int
    public var column: Int
    /// The path of keys, `limits.hard.amplitude.max`; empty where the text names the place itself.
    public var field: String
    /// What is wrong, its effect, what to do.
    public var text: String

    /// A problem; every part is said.
    public init(
        code: String, severity: Severity = .error, file: String, position: Position = Position(line: 0, column: 0),
        field: String = "", text: String
    ) {
        self.code = code
        self.severity = severity
        self.file = file
        self.line = position.line
        self.column = position.column
        self.field = field
        self.text = text
    }

    public var description: String {
        let weight = severity == .error ? "ERROR" : "WARN "
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        return "\(code) \(weight) \(place) \(field.isEmpty ? "" : field + ": ")\(text)"
    }
}

/// Why a file was not loaded: all its problems at once, in the order of the file.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    public var problems: [Problem]

    /// An error of `problems`.
    public init(_ problems: [Problem]) { self.problems = problems }

    public var description: String { problems.map(\.description).joined(separator: "\n") }
}
