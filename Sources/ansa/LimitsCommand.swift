extension Command {
    /// `ansa limits`.
    static let limits = Command(
        name: "limits", overview: "Writes, checks, explains, compares and signs the safety limits of stimulation.",
        subcommands: [
            limitsNew, limitsCheck, limitsExplain, limitsDiff, limitsJudge, limitsSign, limitsVerify, limitsAck,
        ])
}

extension Argument {
    /// The limits file that the commands of `ansa limits` work on.
    static let limitsFile = Argument("file", help: "A limits file, '*.limits.yaml'.")
}

extension Option {
    /// Which device a limits file is checked for.
    static let limitsDevice = Option(
        "device", .text, placeholder: "device",
        help: "The device: an id from Devices, or a path. Without it, the one that profile.yaml beside the file names.")

    /// Who the open session is about.
    static let limitsSubject = Option(
        "subject", .text, placeholder: "pseudonym", help: "The open session's subject, which must be the file's.")
}
