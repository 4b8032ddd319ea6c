import Configuration
import Glibc

/// The lines of a file or of standard input, one after another; only the newest is kept.
struct LineReader {
    /// Longest line, in bytes.
    static let longest = 65_536

    /// Number of the newest line, from 1; after the end, how many there were.
    private(set) var number = 0
    private let path: String, descriptor: Int32
    private var bytes: [UInt8] = [], start = 0, isAtEnd = false

    /// Opens `path`; `-` is standard input.
    init(_ path: String) throws(Failure) {
        self.path = path == "-" ? "standard input" : path
        descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(FileError(path: path, code: errno)) }
    }

    /// The next line and where it starts in the scanner's bytes; nil after the last.
    mutating func next() throws(Failure) -> (LineScanner, Int)? {
        while true {
            if let end = bytes[start...].firstIndex(of: 0x0A) { return try line(upTo: end, thenFrom: end + 1) }
            if isAtEnd { return start < bytes.count ? try line(upTo: bytes.count, thenFrom: bytes.count) : nil }
            try fill()
        }
    }

    /// `problem` with the file's name, line and column in front.
    func failure(_ problem: LineProblem, start: Int) -> Failure {
        let before = bytes[start..<min(problem.offset, bytes.count)]
        let column = before.count { $0 & 0xC0 != 0x80 } + 1
        let key = problem.key.isEmpty ? "" : " \(problem.key):"
        return Failure("\(path):\(number):\(column):\(key) \(problem.text)", code: ExitCode.badFile)
    }

    private mutating func line(upTo end: Int, thenFrom next: Int) throws(Failure) -> (LineScanner, Int) {
        let first = start
        number += 1
        guard end - first <= LineReader.longest else {
            let text = "the line is longer than \(LineReader.longest) bytes."
            throw failure(LineProblem(offset: first, key: "", text: text), start: first)
        }
        start = next
        return (LineScanner(bytes: bytes, start: first, end: end), first)
    }

    private mutating func fill() throws(Failure) {
        bytes.removeSubrange(..<start)
        start = 0
        guard bytes.count <= LineReader.longest else {
            number += 1
            let text = "the line is longer than \(LineReader.longest) bytes."
            throw failure(LineProblem(offset: 0, key: "", text: text), start: 0)
        }
        var chunk = [UInt8](repeating: 0, count: 65_536)
        var count = unsafe read(descriptor, &chunk, chunk.count)
        while count < 0 && errno == EINTR { count = unsafe read(descriptor, &chunk, chunk.count) }
        guard count >= 0 else { throw Failure(FileError(path: path, code: errno)) }
        isAtEnd = count == 0
        bytes.append(contentsOf: chunk[..<count])
    }
}

/// Results on standard output, gathered so that many short lines are written at once.
struct LineOutput {
    private var waiting = ""

    /// Takes a line; false where it could not be written.
    mutating func write(_ line: String) -> Bool {
        if !waiting.isEmpty { waiting += "\n" }
        waiting += line
        return waiting.utf8.count < 65_536 || flush()
    }

    /// Writes what waits; false where it could not be written.
    mutating func flush() -> Bool {
        defer { waiting = "" }
        return waiting.isEmpty || Terminal.result(waiting)
    }
}
