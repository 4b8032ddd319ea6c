import Configuration
import Foundation

extension Terminal {
    /// Prints `value` as one JSON object with sorted keys.
    ///
    /// False: it could not be written.
    @discardableResult static func report(_ value: some Encodable) -> Bool {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        guard let data = try? encoder.encode(value) else { return false }
        return result(String(decoding: data, as: UTF8.self))
    }
}

/// One problem of a file, as JSON shows it.
struct ProblemReport: Encodable, Sendable {
    let code: String
    let severity: String
    let file: String
    let line: Int
    let column: Int
    let field: String
    let text: String

    /// The problem's parts by name.
    init(_ problem: Problem) {
        code = problem.code
        severity = problem.severity == .error ? "error" : "warning"
        file = problem.file
        line = problem.line
        column = problem.column
        field = problem.field
        text = problem.text
    }
}

/// What ends a command before its result: said on standard error, with the exit code that fits.
struct Failure: Error, Sendable {
    let text: String
    let code: Int32

    /// A failure that says `text`.
    init(_ text: String, code: Int32) {
        self.text = text
        self.code = code
    }

    /// A failure with the exit code `code` that says `text`.
    init(_ code: Int32, _ text: String) { self.init(text, code: code) }

    /// All problems of a file that a person wrote; each stands on a line of its own.
    init(_ problems: [Problem]) {
        self.init(problems.map(\.description).joined(separator: "\n"), code: ExitCode.badFile)
    }

    /// A file that cannot be read.
    init(_ error: FileError) { self.init(error.description, code: ExitCode.badFile) }

    /// A file with problems; each stands on a line of its own.
    init(_ error: ConfigurationError) { self.init(error.description, code: ExitCode.badFile) }

    /// Tells the person, and returns the exit code.
    func report() -> Int32 {
        Terminal.complain(text)
        return code
    }

    /// Runs `body`; a failure is said on standard error and becomes the exit code.
    static func code(of body: () throws(Failure) -> Int32) -> Int32 {
        do throws(Failure) { return try body() } catch {
            return error.report()
        }
    }
}

/// The bytes of `path`, or a failure that names it.
func contents(of path: String) throws(Failure) -> [UInt8] {
    do throws(FileError) { return try readFile(path) } catch { throw Failure(error) }
}
