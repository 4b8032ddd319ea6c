/// What `ansa-guard` was started with.
struct GuardArguments {
    var runtime: Int32 = -1
    var device: Int32 = -1
    var limitsPath = ""
    var devicePath = ""
    var state = ""
    /// Pseudonym of the open session's subject; empty: the session names none.
    var subject = ""
    /// Virtual devices without `$ANSA_STATE_DIR`: an empty ledger and no latch.
    var isFresh = false

    static let usage = """
        USAGE: ansa-guard --runtime-fd <n> --device-fd <n> --limits <file> --device <file> --state <folder>
            [--subject <pseudonym>] [--fresh]
        The guard is started by ansa run; it is not a command for people.

        """

    /// Nil where a flag is unknown, lacks its value or is missing.
    init?(_ arguments: [String]) {
        var words = arguments.dropFirst()
        while let word = words.popFirst() {
            if word == "--fresh" || word == "--virtual" {
                isFresh = true
                continue
            }
            guard let value = words.popFirst(), take(word, value) else { return nil }
        }
        guard runtime >= 0, device >= 0, !limitsPath.isEmpty, !devicePath.isEmpty, !state.isEmpty else { return nil }
    }

    private mutating func take(_ word: String, _ value: String) -> Bool {
        switch word {
        case "--runtime-fd": runtime = Int32(value) ?? -1
        case "--device-fd": device = Int32(value) ?? -1
        case "--limits": limitsPath = value
        case "--device": devicePath = value
        case "--state": state = value
        case "--subject": subject = value
        default: return false
        }
        return true
    }
}
