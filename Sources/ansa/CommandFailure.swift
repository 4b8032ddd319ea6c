import Configuration

/// Why a command ends early: what to tell the person, and the exit code.
struct CommandFailure: Error, Sendable {
    var code: Int32
    /// One line each, the first behind `Error: `.
    var lines: [String]

    /// A failure that says `text`.
    init(_ code: Int32, _ text: String) {
        self.code = code
        lines = [text]
    }

    /// All problems of a file that a person wrote.
    init(_ problems: [Problem]) {
        code = ExitCode.badFile
        lines = problems.map(\.description)
    }

    /// Tells the person, and returns the exit code.
    func report() -> Int32 {
        for (index, line) in lines.enumerated() { index == 0 ? Terminal.complain(line) : Terminal.tell(line) }
        return code
    }
}
