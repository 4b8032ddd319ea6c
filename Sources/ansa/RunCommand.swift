import Foundation
import Interlocks
import Loop
import Signal

extension Command {
    /// `ansa run`.
    static let run = Command(
        name: "run", overview: "Runs the loop of a profile.",
        arguments: [Argument("profile", help: "A folder in Profiles, or a path to one.")],
        options: [
            .flag("arm", help: "Allow stimulation, inside the signed limits. Default: off."),
            .flag("no-adaptation", help: "Learn nothing, although the profile says how."),
            Option(
                "subject", .text, placeholder: "pseudonym",
                help: "Whose session this is: whom the limits are signed for. Only virtual devices arm without."),
            Option("seconds", .positive, placeholder: "s", help: "End after this much signal."),
            Option("seed", .unsigned, placeholder: "n", help: "The session's seed. Default: the profile's."),
            Option(
                "pace", .choice(["real", "max"]), placeholder: "pace", initial: "real",
                help: "real keeps the clock; max never waits."),
            Option(
                "recording", .path, placeholder: "file",
                help: "What the recording driver plays, instead of the profile's."),
            Option(
                "session", .path, placeholder: "folder",
                help: "Where the session is kept. Default: a new folder in Sessions."),
            Option(
                "monitor", .choice(["terminal", "none"]), placeholder: "kind", initial: "terminal",
                help: "What is shown while it runs."),
            Option(
                "acknowledge", .text, placeholder: "reason",
                help: "Acknowledge a latch, so that arming is possible again."),
            .format,
        ],
        examples: ["ansa run Profiles/adaptive-dbs --arm --seconds 10"]
    ) { arguments in
        do throws(Failure) {
            let session = try RunSession(arguments)
            return try await session.run()
        } catch {
            return error.report()
        }
    }
}

/// The names of modes, as people see them.
func modeName(_ mode: Mode) -> String {
    switch mode {
    case .off: "off"
    case .armed: "armed"
    case .openLoop: "open-loop"
    case .closedLoop: "closed-loop"
    case .fallback: "fallback"
    case .latched: "latched"
    }
}
