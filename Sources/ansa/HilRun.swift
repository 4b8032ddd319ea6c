import Campaigns
import Configuration
import Foundation
import Loop

/// All cases of all campaigns of one command line, one session after the other.
struct HilRun {
    /// One case on one device.
    struct Job {
        let file: CampaignFile
        let entry: CampaignCase
        let device: CampaignDevice
    }

    let arguments: ParsedArguments
    let jobs: [Job]

    /// Reads every file; nothing has been started afterwards.
    init(_ arguments: ParsedArguments) throws(Failure) {
        self.arguments = arguments
        let tiers = try Self.tiers(arguments.text("tier"))
        let wanted = arguments.text("case")
        var jobs: [Job] = []
        var names: [String] = []
        for path in arguments.all("campaign") {
            let file = try CampaignFile(path)
            names += file.campaign.cases.map(\.name.text)
            for device in file.campaign.devices {
                guard tiers?.contains(device.tier.map(String.init) ?? "real") ?? true else { continue }
                for entry in file.campaign.cases where wanted == nil || wanted == entry.name.text {
                    jobs.append(Job(file: file, entry: entry, device: device))
                }
            }
        }
        if let wanted, !names.contains(wanted) {
            throw Failure(
                ExitCode.badFile,
                "no case \"\(wanted)\" in these campaigns." + suggestion(for: wanted, among: names, quotedWith: "")
                    + " There is \(names.joined(separator: ", ")).")
        }
        guard !jobs.isEmpty else { throw Failure(ExitCode.badFile, "no campaign has a device on such a tier") }
        self.jobs = jobs
    }

    private static func tiers(_ text: String?) throws(Failure) -> Set<String>? {
        guard let text else { return nil }
        let words = text.split(separator: ",").map(String.init)
        guard !words.isEmpty, words.allSatisfy(["0", "1", "2", "real"].contains) else {
            throw Failure(ExitCode.usage, "--tier takes 0, 1, 2 and real, separated by commas; \"\(text)\" is not that")
        }
        return Set(words)
    }

    /// Runs what is wanted and reports it.
    ///
    /// - Returns: 0, or 1 where an expectation failed or a required tier was skipped.
    func run() async throws(Failure) -> Int32 {
        if arguments.flag("list") || arguments.flag("dry-run") { return try list() }
        let person = OperatorSignals()
        let handler = SignalHandler(person)
        defer { handler.restore() }
        var results: [CampaignResult] = []
        for (index, job) in jobs.enumerated() {
            results.append(try await run(job, person: person, done: index))
            guard !person.interrupts.load() else {
                showProgress(1, "")
                Terminal.complain("interrupted after \(index) of \(jobs.count) cases; no report was written")
                return ExitCode.failed
            }
        }
        showProgress(1, "")
        return try report(results)
    }

    private func list() throws(Failure) -> Int32 {
        var results: [CampaignResult] = []
        for job in jobs {
            var result = CampaignResult(job.entry, of: job.file.campaign, on: job.device)
            if let why = try job.file.skip(job.device) { result.skip(why) }
            results.append(result)
        }
        if arguments.wantsJSON { return Terminal.report(results) ? ExitCode.done : ExitCode.inputOutput }
        let lines = results.map { result in
            let state = result.status == .skipped ? "  skipped: \(result.reason)" : ""
            return "tier \(result.tier)  \(result.device)  \(result.name): \(result.summary)\(state)"
        }
        return Terminal.result(lines.joined(separator: "\n")) ? ExitCode.done : ExitCode.inputOutput
    }

    /// The seeds of a case's sessions.
    private func seeds(_ job: Job) -> [UInt64] {
        let first = arguments.unsigned("seed") ?? job.file.campaign.seed
        if let count = arguments.integer("repeat") { return Array(repeating: first, count: Int(count)) }
        let count = arguments.integer("seeds") ?? Int64(job.entry.repetitions)
        return (0..<UInt64(count)).map { first &+ $0 }
    }

    private func run(_ job: Job, person: OperatorSignals, done: Int) async throws(Failure) -> CampaignResult {
        var result = CampaignResult(job.entry, of: job.file.campaign, on: job.device)
        if let why = try job.file.skip(job.device) {
            result.skip(why)
            return result
        }
        let seeds = seeds(job)
        let start = Date()
        for (index, seed) in seeds.enumerated() where !person.interrupts.load() {
            let share = (Double(done) + Double(index) / Double(seeds.count)) / Double(jobs.count)
            showProgress(share, "\(job.entry.name.text), session \(index + 1) of \(seeds.count)")
            try await run(job, seed: seed, person: person, into: &result)
        }
        result.wallSeconds = Date().timeIntervalSince(start)
        return result
    }

    private func run(
        _ job: Job, seed: UInt64, person: OperatorSignals, into result: inout CampaignResult
    ) async throws(Failure) {
        let root = arguments.text("sessions") ?? "Sessions"
        let unique = "\(getpid())-\(result.sessions)"
        let folder = "\(root)/hil-\(job.file.campaign.name)-\(job.entry.name.text)-\(seed)-\(unique)"
        let session = HilSession(
            campaign: job.file.campaign, entry: job.entry, profile: job.file.profile, seed: seed, folder: folder,
            person: person)
        let trace = try await session.run()
        let verdicts = job.entry.expectations.map { CampaignVerdict($0, in: job.entry, trace: trace) }
        result.add(verdicts, trace: trace, entry: job.entry)
        let broken = verdicts.filter { !$0.isMet }
        guard !broken.isEmpty, !person.interrupts.load() else {
            try? FileManager.default.removeItem(atPath: folder)
            return
        }
        let text = broken.map { "\($0.text): bound \($0.bound), found \($0.found)" }.joined(separator: "; ")
        result.fail(
            CampaignResult.Failure(
                seed: seed, text: text, session: folder, replay: "ansa replay \(quoted(folder)) --verify",
                again: "ansa hil \(quoted(job.file.path)) --case \(job.entry.name.text) --seed \(seed) --repeat 1"))
    }

    /// `path` as a shell takes it.
    private func quoted(_ path: String) -> String {
        path.contains { " '\"$&;()".contains($0) } ? "'" + path.replacing("'", with: "'\\''") + "'" : path
    }

    private func report(_ results: [CampaignResult]) throws(Failure) -> Int32 {
        let pages = CampaignPages(results)
        try write(pages.junit, to: "junit")
        try write(pages.html, to: "html")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        if arguments.text("json") != nil {
            guard let data = try? encoder.encode(results) else { throw Failure(ExitCode.failed, "results: no JSON") }
            try write(String(decoding: data, as: UTF8.self) + "\n", to: "json")
        }
        let isWritten = arguments.wantsJSON ? Terminal.report(results) : Terminal.result(pages.table)
        for result in results {
            for failure in result.failures {
                Terminal.complain("\(result.name): seed \(failure.seed): \(failure.text)")
                Terminal.tell("  \(failure.replay)\n  \(failure.again)")
            }
            if result.status == .skipped, result.isRequired {
                Terminal.complain("\(result.name): tier \(result.tier) is required and was skipped: \(result.reason)")
            }
        }
        let isGood = results.allSatisfy { $0.status == .passed || ($0.status == .skipped && !$0.isRequired) }
        guard isGood else { return ExitCode.failed }
        return isWritten ? ExitCode.done : ExitCode.inputOutput
    }

    /// The whole file or none of it.
    private func write(_ text: String, to option: String) throws(Failure) {
        guard let path = arguments.text(option) else { return }
        do { try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic) } catch {
            throw Failure(ExitCode.permission, "\(path): cannot be written")
        }
    }
}
