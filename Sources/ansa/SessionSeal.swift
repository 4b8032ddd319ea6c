import Foundation
import Glibc
import Sessions
import Signal

extension Command {
    private static let key = Option("key", .path, placeholder: "file", help: "A file of 32 random bytes.")
    private static let passPhrase = Option.flag(
        "pass-phrase", help: "Ask for a pass phrase; without a terminal it is the first line of standard input.")

    static let sessionEncrypt = Command(
        name: "encrypt", overview: "Puts a session's folder, or one file, into an encrypted file.",
        arguments: [Argument("session", help: "A session's folder, or a file.")],
        options: [Option("output", .path, placeholder: "file", help: "The file to make."), key, passPhrase],
        examples: ["ansa session encrypt Sessions/last --output last.sealed --key key"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let (source, output) = try places(arguments)
            guard FileManager.default.fileExists(atPath: source) else {
                throw Failure(ExitCode.badFile, "\(source): there is nothing")
            }
            do throws(RecordingError) {
                let key: SealedKey
                if let path = arguments.text("key") {
                    key = try SealedKey(file: path)
                } else {
                    key = try SealedKey(passPhrase: phrase(confirms: true))
                }
                try SealedFile.seal(source, into: output, key: key)
            } catch { throw failure(error, output) }
            return Terminal.result("\(output)") ? ExitCode.done : ExitCode.inputOutput
        }
    }

    static let sessionDecrypt = Command(
        name: "decrypt", overview: "Opens an encrypted session; says where its tail is missing.",
        arguments: [Argument("file", help: "What `ansa session encrypt` wrote.")],
        options: [
            Option("output", .path, placeholder: "folder", help: "The folder to make."), key, passPhrase,
            .flag("incomplete", help: "Keep what a file without its tail still holds."),
        ],
        examples: ["ansa session decrypt last.sealed --output last --key key"]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let (source, output) = try places(arguments, from: "file")
            do throws(RecordingError) {
                let opened = try SealedFile.open(source, into: output, keepsIncomplete: arguments.flag("incomplete")) {
                    salt throws(RecordingError) in
                    if let path = arguments.text("key") {
                        guard !salt.isOfPassPhrase else {
                            throw RecordingError(file: source, text: "was sealed with a pass phrase: --pass-phrase")
                        }
                        return try SealedKey(file: path)
                    }
                    guard salt.isOfPassPhrase else {
                        throw RecordingError(file: source, text: "was sealed with a key file: --key")
                    }
                    return try salt.key(passPhrase: phrase(confirms: false))
                }
                if let lack = opened.lack { Terminal.tell("Warning: \(source): \(lack)") }
                return Terminal.result("\(output)  \(opened.names.count) files") ? ExitCode.done : ExitCode.inputOutput
            } catch { throw failure(error, output) }
        }
    }

    private static func places(_ arguments: ParsedArguments, from name: String = "session") throws(Failure) -> (
        String, String
    ) {
        guard let output = arguments.text("output") else {
            throw Failure(ExitCode.usage, "--output names what to make.")
        }
        guard (arguments.text("key") != nil) != arguments.flag("pass-phrase") else {
            throw Failure(ExitCode.usage, "name one of --key and --pass-phrase.")
        }
        return (arguments.word(name), output)
    }

    private static func failure(_ error: RecordingError, _ output: String) -> Failure {
        Failure(error.file.hasPrefix(output) ? ExitCode.inputOutput : ExitCode.badFile, "\(error)")
    }

    /// A line from the terminal without echo, or from standard input.
    private static func phrase(confirms: Bool) throws(RecordingError) -> [UInt8] {
        guard isatty(0) == 1 else {
            guard let line = readLine(strippingNewline: true) else {
                throw RecordingError(file: "standard input", text: "holds no pass phrase")
            }
            return Array(line.utf8)
        }
        let first = hidden("Pass phrase: ")
        if confirms, hidden("Again: ") != first {
            throw RecordingError(file: "pass phrase", text: "the two are not equal")
        }
        return first
    }

    private static func hidden(_ prompt: String) -> [UInt8] {
        Terminal.tell(prompt)
        var before = termios()
        unsafe tcgetattr(0, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        unsafe tcsetattr(0, TCSAFLUSH, &silent)
        defer { unsafe tcsetattr(0, TCSAFLUSH, &before) }
        return Array((readLine(strippingNewline: true) ?? "").utf8)
    }
}
