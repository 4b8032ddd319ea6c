import Stimulation

extension Command {
    /// `ansa stop`.
    static let stop = Command(
        name: "stop", overview: "Stops stimulation now: every running guard of this user; as root, of all users.",
        options: [
            Option(
                "guard", .integer(1...Int64(Int32.max)), placeholder: "pid",
                help: "Only the guard with this process number."),
            .format,
        ], examples: ["ansa stop"]
    ) { arguments in
        let only = arguments.text("guard").flatMap { Int32($0) }
        let reports = stopGuards(only: only).map(StopReport.init)
        if arguments.wantsJSON {
            guard Terminal.report(["stopped": reports]) else { return ExitCode.inputOutput }
        } else {
            for report in reports { Terminal.result(report.text) }
        }
        guard !reports.isEmpty else {
            Terminal.complain("no guard runs: nothing can stimulate through Ansa")
            return ExitCode.deviceAbsent
        }
        return reports.allSatisfy(\.outputIsZero) ? ExitCode.done : ExitCode.failed
    }
}

/// What became of one guard.
private struct StopReport: Encodable {
    let process: Int32
    let outputIsZero: Bool
    let tookUs: Int64
    let latch: String

    enum CodingKeys: String, CodingKey {
        case process, latch
        case outputIsZero = "output_is_zero"
        case tookUs = "took_us"
    }

    init(_ stopped: StoppedGuard) {
        process = stopped.process
        outputIsZero = stopped.answer?.isZero ?? false
        tookUs = stopped.microseconds
        latch = stopped.answer.map { interlockNames($0.latch) } ?? ""
    }

    var text: String {
        guard outputIsZero else {
            return "guard \(process): did not answer; sent SIGTERM. Its device's lease ends output within 250 ms"
        }
        return "guard \(process): output is zero after \(tookUs / 1_000).\(tookUs / 100 % 10) ms, latched by \(latch)"
    }
}
