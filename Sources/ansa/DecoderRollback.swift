import Configuration

extension Command {
    /// `ansa decoder rollback`.
    static let decoderRollback = Command(
        name: "rollback",
        overview: "Takes back what a profile's decoder learnt while loops ran.",
        arguments: [Argument("profile", help: "A folder in Profiles, or a path to one.")],
        options: [
            Option(
                "to", .integer(0...999_999), placeholder: "n", initial: "0",
                help: "The readout to return to; 0 is the decoder as it was calibrated."),
            .format,
        ],
        examples: [
            "ansa decoder rollback Profiles/reach-adaptive", "ansa decoder rollback Profiles/reach-adaptive --to 2",
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in
            let name = try RunInputs(profile: arguments.word("profile")).profile.name
            guard let store = ReadoutStore(profile: name) else {
                throw Failure(
                    ExitCode.usage,
                    "nothing is kept without ANSA_STATE_DIR: every session of \(name) starts as calibrated")
            }
            let number = Int(arguments.integer("to") ?? 0)
            let before = try store.current()
            guard number != before else {
                throw Failure(
                    ExitCode.badFile, "\(name): \(shown(number)) is in use already; there are \(store.numbers)")
            }
            try store.use(number)
            let report = RollbackReport(profile: name, before: before, now: number, kept: store.numbers)
            let isWritten =
                arguments.wantsJSON
                ? Terminal.report(report)
                : Terminal.result(
                    "\(name): \(shown(number)) is in use from the next session on; before, \(shown(before))")
            return isWritten ? ExitCode.done : ExitCode.inputOutput
        }
    }
}

/// What `ansa decoder rollback` did; 0 is the calibrated decoder.
private struct RollbackReport: Encodable {
    let profile: String
    let before: Int
    let now: Int
    let kept: [Int]
}

private func shown(_ number: Int) -> String { number == 0 ? "the decoder as it was calibrated" : "readout \(number)" }
