import Acquisition
import CLinux
import Configuration
import Foundation
import Interlocks
import Loop
import Monitor
import Sessions
import Signal
import Stimulation
import VirtualLab

/// One run of a profile, from its files to its summary.
struct RunSession {
    let arguments: ParsedArguments
    let inputs: RunInputs
    let source: any Source
    let setup: LoopSetup
    let plan: LoopPlan
    let directory: String
    let seed: UInt64
    let arms: Bool
    let stretch: RecordingStretch
    /// The filters' coefficients, for the journal's first record.
    let coefficients: [JournalFact]
    /// What a campaign makes go wrong, and who sits beside it; nil in a run that a person started.
    let emulation: SessionEmulation?

    /// Loads and checks everything; nothing has been written or started afterwards.
    init(_ arguments: ParsedArguments) throws(Failure) {
        try self.init(
            arguments, profile: arguments.word("profile"), recording: arguments.text("recording"),
            stretch: RecordingStretch(), arms: arguments.flag("arm"))
    }

    /// A recording or a session drives another profile; armed, a virtual stimulator answers, and no other can be.
    init(shadowing arguments: ParsedArguments) throws(Failure) {
        try self.init(
            arguments, profile: arguments.text("profile") ?? "", recording: arguments.word("source"),
            stretch: try RecordingStretch(arguments), arms: arguments.flag("arm"))
        guard !arms || inputs.device.isVirtual else {
            throw Failure(
                ExitCode.badFile,
                "replay --arm asks a virtual stimulator; device \(inputs.device.id) is not virtual")
        }
    }

    /// One session of a campaign: virtual time, and nothing is printed.
    init(emulating emulation: SessionEmulation, _ arguments: ParsedArguments, arms: Bool) throws(Failure) {
        try self.init(
            arguments, profile: arguments.word("profile"), recording: nil, stretch: RecordingStretch(), arms: arms,
            emulation: emulation)
    }

    private init(
        _ arguments: ParsedArguments, profile: String, recording: String?, stretch: RecordingStretch, arms: Bool,
        emulation: SessionEmulation? = nil
    ) throws(Failure) {
        self.arguments = arguments
        self.emulation = emulation
        self.arms = arms
        inputs = try RunInputs(profile: profile, settings: try ProfileSetting.all(arguments.text("set")))
        self.stretch = stretch
        seed = arguments.unsigned("seed") ?? inputs.profile.seed
        // A multiple of real time is virtual time, held back.
        let pace: Pace = arguments.text("pace") == "real" ? .real : .max
        let made = try makeSource(inputs, seed: seed, recording: recording, stretch: stretch)
        source = emulation?.source(made) ?? made
        var setup = inputs.setup(format: source.format, montage: source.montage)
        setup.learns = !arguments.flag("no-adaptation") && arguments.word("source").isEmpty
        self.setup = setup
        var plan = LoopPlan(
            format: source.format, decisionDeadline: inputs.profile.deadlines.decision.value,
            monitor: inputs.profile.deadlines.monitor.value, pace: pace)
        plan.arms = arms
        if let seconds = arguments.number("seconds") {
            plan.ticks = max(1, Int64((seconds * 1e9 / Double(plan.block)).rounded()))
        }
        if let recording = source as? Recording ?? (source as? SlowedSource)?.recording {
            // Output must have ramped off when the recording ends.
            let frames = Int64(plan.format.frames)
            plan.ticks = min(plan.ticks ?? .max, (recording.length + frames - 1) / frames)
        }
        if arms { plan.rampTicks = setup.rampTicks }
        if let window = inputs.limits?.deadlineMissWindow.value, window > 0 { plan.missWindow = window * 1_000 }
        plan.consentEnds = inputs.limitsEntries?.subject.consentExpires.value
        self.plan = plan
        directory = arguments.text("session") ?? Self.newDirectory(inputs.profile.name)
        do throws(AssemblyError) {
            try setup.check()
            coefficients = try setup.coefficients().enumerated().map { JournalFact("biquad.\($0.offset)", $0.element) }
        } catch {
            throw Failure(ExitCode.badFile, "\(inputs.profileFile.path): \(error)")
        }
        try checkArming()
    }

    /// Arming needs a stimulator, limits, two good signatures and a time inside their window.
    private func checkArming() throws(Failure) {
        for warning in inputs.profileWarnings { tell(warning.description) }
        let problems = inputs.armingProblems(
            now: Int64(Date().timeIntervalSince1970), subject: arguments.text("subject"))
        guard arms else {
            for problem in problems { tell("Warning: \(problem.description)") }
            return
        }
        guard inputs.limits != nil, canStimulate else {
            throw Failure(
                ExitCode.badFile, "\(inputs.profileFile.path): --arm, but the profile has no controller with limits")
        }
        let errors = problems.filter { $0.severity == .error }
        guard errors.isEmpty else { throw Failure(errors) }
    }

    private static func newDirectory(_ name: String) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyyMMdd-HHmmss"
        return "Sessions/\(name)-\(format.string(from: Date()))-\(getpid())"
    }

    /// Runs the loop and prints the summary.
    func run() async throws(Failure) -> Int32 {
        let signals = OperatorSignals()
        let handler = SignalHandler(signals)
        defer { handler.restore() }
        return try await run(under: signals).code
    }

    /// Says it to the person who started this run; a campaign's sessions are silent.
    private func tell(_ text: String) { if emulation == nil { Terminal.tell(text) } }

    private func complain(_ text: String) { if emulation == nil { Terminal.complain(text) } }

    /// Runs the loop under an operator's orders.
    func run(under signals: OperatorSignals) async throws(Failure) -> (code: Int32, outcome: LoopOutcome) {
        let (writer, inlet) = try openJournal()
        let log = SessionLog(directory: directory)
        tellOutlook()
        log.write("started", ["pace": plan.pace.rawValue, "arms": "\(arms)", "seed": "\(seed)"])
        let guarded: GuardedSession?
        do throws(Failure) { guarded = try startGuard() } catch {
            // What was begun is closed: the folder stays, whole, as the record of a refusal.
            _ = try? writer.finish(dropped: inlet.dropped)
            throw error
        }
        if let guarded {
            let confined = guarded.confinement
            log.write("guard", ["confined": confined.names(), "not_confined": confined.names(holding: false)])
        }
        let loop = LiveLoop(
            setup: setup, plan: plan, source: source, link: guarded?.link, inlet: inlet, signals: signals,
            journalFailed: { writer.failure != 0 })
        let watcher =
            emulation != nil
            ? nil
            : Watcher(
                loop.snapshots, isWanted: arguments.text("monitor") != "none", pace: plan.pace)
        watcher?.start()
        let epoch = guarded?.epoch ?? (ansa_monotonic_nanoseconds() + LiveLoop.lead)
        let outcome: LoopOutcome
        do throws(AssemblyError) {
            outcome = try await loop.run(epoch: epoch, isVirtual: inputs.device.isVirtual)
        } catch {
            watcher?.stop()
            guarded?.end()
            _ = try? writer.finish(dropped: inlet.dropped)
            throw Failure(ExitCode.badFile, "\(inputs.profileFile.path): \(error)")
        }
        watcher?.stop()
        let areKept = guarded?.end() ?? true
        log.write(outcome, guardIsRealtime: guarded?.hasRealtimePriority)
        try keepLearnt(outcome)
        let code = try close(writer, inlet, outcome)
        guard !areKept else { return (code, outcome) }
        Terminal.complain("\(directory): the guard's latch or the stimulator's own record could not be written")
        return (code == ExitCode.done ? ExitCode.inputOutput : code, outcome)
    }

    /// What was learnt becomes part of the session, and the start of the next one where state is kept.
    private func keepLearnt(_ outcome: LoopOutcome) throws(Failure) {
        guard let adaptation = outcome.adaptation, let correction = outcome.readout, adaptation.changes > 0,
            let network = inputs.networkFile
        else { return }
        let learnt = StoredReadout(
            profile: inputs.profile.name, network: "\(Hash256(of: network.bytes))", changes: adaptation.changes,
            correction: correction)
        do { try Data(try learnt.bytes()).write(to: URL(fileURLWithPath: directory + "/learnt.json")) } catch {
            throw Failure(ExitCode.inputOutput, "\(directory)/learnt.json: \(error)")
        }
        try ReadoutStore(profile: inputs.profile.name)?.add(learnt)
    }

    /// How much is written, and how long the disk has room.
    private func tellOutlook() {
        let outlook = JournalOutlook(plan, lanes: inputs.profile.lanes.count, directory: directory)
        tell(outlook.text)
        let seconds = plan.ticks.map { Double($0) * Double(plan.block) / 1e9 }
        if let warning = seconds.flatMap(outlook.warning) { tell(warning) }
    }

    private func openJournal() throws(Failure) -> (JournalWriter, JournalInlet) {
        let ring = ByteRing(capacity: max(8 << 20, plan.format.byteCount * 512))
        do throws(JournalError) {
            let writer = try JournalWriter(
                directory: directory, ring: ring,
                sync: .microseconds(inputs.profile.journal.syncInterval.value), header: inputs.header(self))
            try writer.start()
            return (writer, JournalInlet(ring: ring, blocking: plan.pace == .max))
        } catch {
            throw Failure(error.exitCode, "\(error)")
        }
    }

    private var canStimulate: Bool { inputs.profile.lanes.contains { $0.controller.stimulates } }

    /// The guard and the virtual stimulator, where this profile can stimulate.
    private func startGuard() throws(Failure) -> GuardedSession? {
        guard canStimulate, inputs.limitsFile != nil else { return nil }
        return try GuardedSession(
            inputs, directory: directory, pace: plan.pace, subject: arguments.text("subject") ?? "",
            acknowledge: arguments.text("acknowledge"), arms: arms,
            faults: emulation?.faults.stimulatorWords ?? [])
    }

    private func close(
        _ writer: JournalWriter, _ inlet: JournalInlet, _ outcome: LoopOutcome
    ) throws(Failure) -> Int32 {
        let failure = writer.failure
        let journal: JournalSummary
        var summary: RunSummary?
        do throws(JournalError) {
            journal = try writer.finish(dropped: inlet.dropped) { journal in
                var made = RunSummary(outcome, journal: journal, pace: plan.pace, leads: leadNames)
                made.reach = reach
                summary = made
                return Array((try? made.json())?.utf8 ?? "".utf8)
            }
        } catch {
            throw Failure(error.exitCode, "\(error)")
        }
        if outcome.overruns > 0 {
            tell("Warning: \(outcome.overruns) blocks were lost: the loop was too slow")
        }
        if journal.dropped > 0 { tell("Warning: the journal lost \(journal.dropped) records") }
        if plan.pace == .real, !outcome.grant.isRealtime {
            tell(
                "Warning: no real-time priority or locked memory (`ansa doctor` says why); virtual devices only")
        }
        summary?.shadow = try shadowComparison()
        let isShown = summary.map(report) ?? false
        let code = exitCode(outcome, journalFailure: failure)
        return code == ExitCode.done && !isShown ? ExitCode.inputOutput : code
    }

    /// What the virtual cortex's task came to; the source has stopped.
    private var reach: RunSummary.Reach? {
        (source as? VirtualCortex).map { cortex in
            RunSummary.Reach(
                targets: cortex.score.targets, missed: cortex.score.missed,
                targetsPerMinute: cortex.score.targetsPerMinute, pathEfficiency: cortex.score.pathEfficiency)
        }
    }

    /// The leads of the loops and their places in the limits; empty in a profile of one loop.
    private var leadNames: [(name: String, place: Int)] {
        let known = inputs.limitsEntries?.leads ?? []
        return inputs.profile.loops.compactMap { loop in
            guard let name = loop.lead?.text, let place = known.firstIndex(of: name) else { return nil }
            return (name, place)
        }
    }

    /// What was decided here beside what was decided when the session that is played was recorded.
    ///
    /// Nil where no session is played, or its blocks are cut otherwise; the latter is said.
    private func shadowComparison() throws(Failure) -> ShadowComparison? {
        let played = arguments.word("source")
        guard !played.isEmpty, (try? JournalReader(played)) != nil else { return nil }
        do throws(JournalError) {
            let format = try JournalReader(played).header.format
            let first = stretch.from * Double(format.rateNumerator) / Double(format.rateDenominator)
            let skipped = first / Double(format.frames)
            guard format.nanoseconds(ofSample: Int64(format.frames)) == plan.block, skipped == skipped.rounded() else {
                Terminal.tell("Note: blocks are cut otherwise than in \(played); decisions are not compared")
                return nil
            }
            return try ShadowComparison(recorded: played, shadow: directory, skipped: Int64(skipped))
        } catch { throw Failure(error) }
    }

    /// False: standard output could not take it.
    private func report(_ summary: RunSummary) -> Bool {
        guard emulation == nil else { return true }
        guard arguments.wantsJSON else {
            return Terminal.result(summary.text + (summary.shadow.map { "\n" + $0.text } ?? ""))
        }
        guard let json = try? summary.json() else { return false }
        return Terminal.result(json)
    }

    private func exitCode(_ outcome: LoopOutcome, journalFailure: Int32) -> Int32 {
        if journalFailure != 0 {
            Terminal.complain("\(directory): the journal could not be written: \(systemReason(journalFailure))")
            return ExitCode.inputOutput
        }
        switch outcome.ending {
        case .done: return ExitCode.done
        case .latched:
            complain("ended by a latch: " + interlockNames(outcome.last.latch))
            return ExitCode.latched
        case .notArmed(let reasons):
            complain("the guard refuses to arm: " + interlockNames(reasons))
            return ExitCode.latched
        case .guardLost:
            complain("the guard ended; output ends with the device's lease")
            return ExitCode.latched
        case .sourceFailed(let error):
            complain("\(error)")
            return ExitCode.inputOutput
        }
    }
}

/// What the system says about an errno.
func systemReason(_ code: Int32) -> String {
    FileError(path: "", code: code).description.replacingOccurrences(of: ": ", with: "")
}

/// `IL-03 token stale, IL-05 stop` for the bits of `word`.
func interlockNames(_ word: UInt64) -> String {
    let bits = (0..<64).filter { word & (1 << UInt64($0)) != 0 }
    let names = bits.map { "IL-\($0 < 10 ? "0" : "")\($0) \(InterlockSet.name(ofBit: $0))" }
    return names.isEmpty ? "by an operator" : names.joined(separator: ", ")
}
