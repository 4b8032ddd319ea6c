import Configuration
import Glibc
import Interlocks
import Signal

extension Command {
    static let limitsJudge = Command(
        name: "judge", overview: "Says which of the given commands the limits would permit, and why not the others.",
        arguments: [.limitsFile],
        options: [
            Option(
                "commands", .path, placeholder: "file",
                help: "The commands, one JSON object a line; '-' is standard input. Keys: "
                    + JudgedCommand.keys.joined(separator: ", ")
                    + ". An object 'evidence' may say what is not healthy: "
                    + EvidenceKey.all.map(\.shownName).joined(separator: ", ")
                    + ". Documentation/limits-judge.md says what each means."),
            Option(
                "device", .text, placeholder: "device",
                help: "The device: an id from Devices, or a path. Without it, the one that profile.yaml beside the "
                    + "file names, or an emulated device that can all that the file's own entry says."),
            .flag("stateless", help: "Judge each command as if nothing had been before it, at level output."),
            .format,
        ],
        examples: [
            "ansa limits judge Profiles/adaptive-dbs/stn-left.limits.yaml --commands /dev/null --format json"
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in try judgeCommands(arguments) }
    }
}

private func judgeCommands(_ arguments: ParsedArguments) throws(Failure) -> Int32 {
    guard let path = arguments.text("commands") else {
        throw Failure("Say which commands, with '--commands'.", code: ExitCode.usage)
    }
    var session = try judgeSession(arguments)
    var lines = try LineReader(path)
    var output = LineOutput()
    var permitted = 0
    while let (scanner, start) = try lines.next() {
        var scanner = scanner
        let judgement: Judgement
        do throws(LineProblem) {
            judgement = try session.judge(JudgedCommand(&scanner))
        } catch {
            guard output.flush() else { return ExitCode.inputOutput }
            throw lines.failure(error, start: start)
        }
        permitted += judgement.isPermitted ? 1 : 0
        let text = arguments.wantsJSON ? judgement.json : judgement.text(line: lines.number)
        guard output.write(text) else { return ExitCode.inputOutput }
    }
    if !arguments.wantsJSON {
        let count = lines.number
        let noun = count == 1 ? "command" : "commands"
        _ = output.write("\(count) \(noun): \(permitted) permitted, \(count - permitted) denied")
    }
    return output.flush() ? ExitCode.done : ExitCode.inputOutput
}

/// Limits, tightenings and acknowledgements as the guard would hold them, for the device of the session or an emulated
/// one.
private func judgeSession(_ arguments: ParsedArguments) throws(Failure) -> JudgeSession {
    let path = arguments.word("file")
    let bytes = try contents(of: path)
    let signed: LimitsFile
    do throws(ConfigurationError) { signed = try loadLimits(bytes, file: path) } catch { throw Failure(error) }
    let file = try OverlayFile.apply(to: signed, bytes: bytes, path: path).limits
    let codes = try acknowledgements(of: bytes, path: path).map(\.code)
    let acknowledged = SoftLimit.all.filter { codes.contains($0.code) }.reduce(into: SoftLimitSet()) {
        $0.formUnion($1.set)
    }
    let device = try limitsDevice(arguments, beside: path)
    if let device, device.stimulator == nil, arguments.text("device") != nil {
        throw Failure("\(device.id) has no stimulator; nothing can be judged for it.", code: ExitCode.usage)
    }
    do throws(ConfigurationError) {
        let limits = try file.limits(device: device?.stimulator ?? emulated(file))
        return JudgeSession(
            file: file, limits: limits, acknowledged: acknowledged, isStateless: arguments.flag("stateless"))
    } catch {
        throw Failure(error)
    }
}

/// A stimulator that is and can what the file's own entry says, with the longest lease, every waveform, and every
/// report that the file has a bound for.
private func emulated(_ file: LimitsFile) -> StimulatorDevice {
    var device = StimulatorDevice(
        driver: "virtual-stimulator", model: file.device.model.text, serial: file.device.serials.first?.text ?? "",
        firmware: "", ceilingAmplitude: Nanoamperes(file.device.ceilingAmplitude.value),
        ceilingCompliance: file.device.ceilingCompliance.value, impedance: 0, leaseMaximum: CompiledCeilings.lease,
        amplitudeStep: Nanoamperes(1), contacts: file.contactIDs, waveforms: Waveform.allCases, balance: .measured,
        reports: DeviceReport.allCases)
    // The firmware that the file asks for: a bound of its range, or a step above one.
    let bounds = file.device.firmware.text.split { !$0.isNumber && $0 != "." }.map(String.init)
    // A device that measures the electrode voltage needs a water window, which few files have.
    for reports in [DeviceReport.allCases, DeviceReport.allCases.filter { $0 != .electrodeVoltage }] {
        device.reports = reports
        for firmware in bounds + bounds.map({ $0 + ".1" }) + ["0"] {
            device.firmware = firmware
            if (try? file.limits(device: device)) != nil { return device }
        }
    }
    return device
}
