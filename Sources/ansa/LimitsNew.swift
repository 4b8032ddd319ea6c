import Configuration
import Foundation
import Signal

extension Command {
    static let limitsNew = Command(
        name: "new",
        overview: "Writes a commented limits file from your answers: asked for on a terminal, or given as options. "
            + "Nothing that a clinician must decide has a default.",
        options: [
            Option("output", short: "o", .path, placeholder: "file", help: "The file to write, which must not exist."),
            Option("device", .text, placeholder: "device", help: "The device: an id from Devices, or a path."),
            Option(
                "contacts", .text, placeholder: "list",
                help: "Every contact of the device, as 'c0: macro-ring, 6 mm2, PtIr, stimulate+sense, 50 uC/cm2, in "
                    + "vivo; case: return-case, 20 cm2, Ti, stimulate; c1: unused'."),
        ] + LimitsQuestion.all.map(\.option) + [LimitsQuestion.water.option] + [
            Option(
                "revise", .path, placeholder: "file",
                help: "Copies this limits file as its next revision instead; takes --output, --days and --reason."),
            Option(
                "tighten", .path, placeholder: "file",
                help: "Writes a tightening of this limits file beside it instead; takes --reason and any of the "
                    + "largest values, which must be smaller than the file's."),
        ],
        examples: [
            "ansa limits new --device virtual-patient --output my.limits.yaml",
            "ansa limits new --revise my.limits.yaml --output my-2.limits.yaml --days 90 --reason \"lower bound\"",
            "ansa limits new --tighten my.limits.yaml --patient-max \"2 mA\" --reason \"side effect at 2.5 mA\"",
        ]
    ) { arguments in
        Failure.code { () throws(Failure) in
            if let old = arguments.text("revise") { return try reviseLimits(old, arguments) }
            if let file = arguments.text("tighten") { return try tightenLimits(file, arguments) }
            var interview = LimitsInterview(arguments)
            return try interview.run()
        }
    }
}

/// Asks, or takes from options, whatever only a person can say, and writes the file.
struct LimitsInterview {
    private let arguments: ParsedArguments
    private let isTerminal = isatty(STDIN_FILENO) == 1
    private var answers: [String: String] = [:]
    private var contacts: [ContactAnswer]?
    private var device: Device?
    private var isFirstQuestion = true

    init(_ arguments: ParsedArguments) { self.arguments = arguments }

    /// Asks, checks and writes; returns the exit code.
    mutating func run() throws(Failure) -> Int32 {
        try takeOptions()
        if isTerminal { try ask() }
        try demandAll()
        while true {
            let text = try template()
            let problems = try problems(of: text)
            if problems.isEmpty { return try write(text) }
            try mend(problems)
        }
    }

    // MARK: - Options

    /// What was given on the command line; every mistake at once.
    private mutating func takeOptions() throws(Failure) {
        var mistakes: [String] = []
        for question in LimitsQuestion.all + [.water] {
            guard let answer = arguments.text(question.name) else { continue }
            if let objection = Self.objection(question, answer) {
                mistakes.append("--\(question.name): '\(answer)' \(objection)")
            } else {
                answers[question.name] = answer
            }
        }
        if let output = arguments.text("output") {
            if FileManager.default.fileExists(atPath: output) {
                throw Failure("\(output) is there already; nothing is written over it.", code: ExitCode.failed)
            }
            answers["output"] = output
        }
        if let name = arguments.text("device") { try take(device: name) }
        if let text = arguments.text("contacts"), let ids = device?.stimulator?.contacts {
            let read = LimitsContacts.read(text, ids: ids)
            mistakes += read.mistakes.map { "--contacts: \($0)" }
            if read.mistakes.isEmpty { contacts = read.contacts }
        }
        guard mistakes.isEmpty else { throw Failure(mistakes.joined(separator: "\n"), code: ExitCode.usage) }
    }

    private static func objection(_ question: LimitsQuestion, _ answer: String) -> String? {
        let isOneLine = answer.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isOneLine, !answer.allSatisfy(\.isWhitespace) else { return "must be one line that says something" }
        return question.objection(answer)
    }

    private mutating func take(device name: String) throws(Failure) {
        let found = try DeviceFiles.load(name).device
        guard found.stimulator != nil else {
            throw Failure("\(found.id) cannot stimulate, so it needs no limits.", code: ExitCode.usage)
        }
        device = found
        answers["device"] = name
    }

    /// Without a terminal: everything that is missing, at once.
    private func demandAll() throws(Failure) {
        var missing: [String] = []
        if answers["output"] == nil { missing.append("--output <file>  the file to write") }
        if device == nil { missing.append("--device <device>  an id from Devices, or a path") }
        if contacts == nil {
            let ids = device?.stimulator?.contacts.joined(separator: ", ") ?? "the device's contacts"
            missing.append("--contacts <list>  kind, area, material and use of \(ids)")
        }
        missing += (LimitsQuestion.all + water).filter { answers[$0.name] == nil }
            .map { "--\($0.name) <\($0.placeholder)>  \($0.text)" }
        guard !missing.isEmpty else { return }
        throw Failure(
            "Nothing was written; nobody but you can say:\n  " + missing.joined(separator: "\n  "),
            code: ExitCode.usage)
    }

    // MARK: - Questions

    private mutating func ask() throws(Failure) {
        while answers["output"] == nil {
            let path = try line("The file to write, such as my.limits.yaml", "output")
            if FileManager.default.fileExists(atPath: path) {
                Terminal.tell("  \(path) is there already; nothing is written over it.")
            } else if !path.isEmpty {
                answers["output"] = path
            }
        }
        while device == nil {
            let name = try line("The device: an id from 'ansa devices list', or a path", "device")
            do throws(Failure) { try take(device: name) } catch { Terminal.tell("  \(error.text)") }
        }
        for question in LimitsQuestion.about { try ask(question) }
        try askContacts()
        for question in LimitsQuestion.pair + LimitsQuestion.values + water + LimitsQuestion.rules {
            try ask(question)
        }
    }

    /// The question about the water window, where the device makes it one.
    private var water: [LimitsQuestion] {
        device?.stimulator?.reports.contains(.electrodeVoltage) == true ? [.water] : []
    }

    private mutating func ask(_ question: LimitsQuestion) throws(Failure) {
        while answers[question.name] == nil {
            let answer = try line(question.text, question.name)
            if let objection = Self.objection(question, answer) {
                Terminal.tell("  '\(answer)' \(objection)")
            } else {
                answers[question.name] = answer
            }
        }
    }

    private mutating func askContacts() throws(Failure) {
        guard contacts == nil, let ids = device?.stimulator?.contacts else { return }
        var found: [ContactAnswer] = []
        for id in ids {
            var parts: [String: String] = [:]
            for part in LimitsContacts.parts {
                let (kind, uses) = (parts["kind"] ?? "", parts["uses"] ?? "")
                let isLast = part.name == "injection" || part.name == "condition"
                if kind == "unused" || isLast && !LimitsContacts.needsInjection(kind: kind, uses: uses) { continue }
                while parts[part.name] == nil {
                    let answer = try line("Contact \(id): \(part.text)", "\(id) \(part.name)")
                    let unfit = part.name == "uses" ? LimitsContacts.objection(kind: kind, uses: answer) : nil
                    if let objection = LimitsContacts.objection(part.name, answer) ?? unfit {
                        Terminal.tell("  \(objection)")
                    } else {
                        parts[part.name] = answer
                    }
                }
            }
            if let contact = LimitsContacts.contact(id, parts) { found.append(contact) }
        }
        contacts = found
    }

    /// One answer; the end of input ends the interview.
    private mutating func line(_ text: String, _ name: String) throws(Failure) -> String {
        if isFirstQuestion {
            Terminal.tell("Each answer ends with Enter; Ctrl-C leaves and writes nothing.")
            isFirstQuestion = false
        }
        Terminal.tell(text)
        FileHandle.standardError.write(Data("  \(name)> ".utf8))
        guard let answer = readLine() else {
            throw Failure("The answers ended before the last question; nothing was written.", code: ExitCode.usage)
        }
        return answer.trimmingCharacters(in: .whitespaces)
    }

    // MARK: - The file

    private func quantity(_ name: String, _ dimension: Configuration.Dimension) throws(Failure) -> Answer {
        do throws(QuantityError) { return try Answer(answers[name] ?? "", as: dimension) } catch {
            throw Failure("--\(name): '\(answers[name] ?? "")' is no quantity.", code: ExitCode.usage)
        }
    }

    private func word(_ name: String) -> String { answers[name] ?? "" }

    private func collected() throws(Failure) -> LimitsAnswers {
        guard let stimulator = device?.stimulator, let contacts else { throw Failure("", code: ExitCode.usage) }
        let consent = word("consent") == "nothing" ? [] : LimitsQuestion.list(word("consent"))
        var answers = LimitsAnswers(
            fileID: newFileID(), issued: Int64(Date().timeIntervalSince1970), days: Int64(word("days")) ?? 1,
            purpose: word("purpose"), setting: word("setting"), subject: word("subject"),
            bodySite: word("body-site"), consent: consent, consentExpires: word("consent-expires"),
            retention: word("retention"), device: stimulator, contacts: contacts,
            cathode: LimitsQuestion.list(word("cathode")), anode: LimitsQuestion.list(word("anode")),
            lead: word("lead"), amplitude: try quantity("amplitude-max", .current),
            recommendedAmplitude: try quantity("recommended-amplitude", .current),
            pulseWidth: try quantity("pulse-width-max", .time), frequency: try quantity("frequency-max", .frequency),
            residualVoltage: try quantity("residual-voltage", .voltage),
            recommendedResidualVoltage: try quantity("recommended-residual-voltage", .voltage),
            impedance: try quantity("impedance-max", .resistance),
            baselineAmplitude: try quantity("baseline-amplitude", .current),
            baselineWidth: try quantity("baseline-width", .time),
            baselineFrequency: try quantity("baseline-frequency", .frequency),
            patientAmplitude: try quantity("patient-max", .current), pauseMax: try quantity("pause-max", .time),
            isFast: word("rate-class") == "fast", rampEvidence: word("ramp-evidence"),
            onSensorLoss: word("on-sensor-loss"), onWatchdog: word("on-watchdog"), onExpiry: word("on-expiry"),
            clinicianKey: LimitsQuestion.keyID(word("clinician-key")) ?? "",
            engineerKey: LimitsQuestion.keyID(word("engineer-key")) ?? "", reason: word("reason"))
        answers.waterWindow = water.isEmpty ? nil : LimitsQuestion.volts(word("water-window"))
        return answers
    }

    private func template() throws(Failure) -> String { limitsTemplate(try collected()) }

    /// The errors that `ansa limits check` would find.
    private func problems(of text: String) throws(Failure) -> [Problem] {
        limitsProblems(Array(text.utf8), path: word("output"), device: device).filter { problem in
            problem.severity == .error
        }
    }

    /// Lets a person at a terminal change answers that do not fit together; otherwise ends.
    private mutating func mend(_ problems: [Problem]) throws(Failure) {
        let list = problems.map { problem in
            let answer = LimitsQuestion.origin(of: problem.field).map { " (Answer: \($0).)" } ?? ""
            return "  \(problem.field.isEmpty ? "" : "\(problem.field): ")\(problem.text)\(answer)"
        }.joined(separator: "\n")
        guard isTerminal else {
            throw Failure("The answers do not fit together; nothing was written:\n\(list)", code: ExitCode.badFile)
        }
        Terminal.tell("\nThe answers do not fit together:\n\(list)")
        let names = ["contacts"] + LimitsQuestion.all.map(\.name)
        while true {
            let name = try line("Which answer to change (empty: leave and write nothing)", "change")
            if name.isEmpty { throw Failure("Nothing was written.", code: ExitCode.badFile) }
            if name == "contacts" {
                contacts = nil
                return try askContacts()
            }
            if let question = (LimitsQuestion.all + water).first(where: { $0.name == name }) {
                answers[name] = nil
                return try ask(question)
            }
            Terminal.tell("  There is no answer '\(name)'.\(suggestion(for: name, among: names, quotedWith: ""))")
        }
    }

    private func write(_ text: String) throws(Failure) -> Int32 {
        let output = word("output")
        try writeNew(text, to: output)
        let warnings = limitsProblems(Array(text.utf8), path: output, device: device)
        for warning in warnings { Terminal.tell(warning.description) }
        Terminal.tell("Set by rule, not by you; change them in the file where they do not fit this subject:")
        for rule in limitsTemplateRules(try collected()) { Terminal.tell("– \(rule)") }
        let next = "Next: ansa limits explain \(output) --device \(word("device"))"
        return Terminal.result("Wrote \(output). \(next)") ? ExitCode.done : ExitCode.inputOutput
    }
}
