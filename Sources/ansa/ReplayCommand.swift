import Configuration
import Foundation
import Loop
import Sessions
import Signal

extension Command {
    /// `ansa replay`.
    static let replay = Command(
        name: "replay", overview: "Replays a session bit for bit, or drives a profile with a recording.",
        arguments: [Argument("source", help: "A session's folder; with --profile also a recording.")],
        options: [
            .flag("verify", help: "Recompute every stage of the session and compare each bit."),
            Option(
                "profile", .path, placeholder: "profile",
                help: "What would this profile have done? Nothing is stimulated."),
            .flag(
                "arm", help: "Let the profile's virtual stimulator answer: ramps, doses, refusals of an armed loop."),
            Option("seconds", .positive, placeholder: "s", help: "End after this much signal."),
            Option("from", .text, placeholder: "s", help: "Begin this long after the recording's first sample."),
            Option("to", .text, placeholder: "s", help: "End this long after the recording's first sample."),
            Option(
                "channels", .text, placeholder: "patterns",
                help:
                    "Channels by pattern, such as LFP_*,grip; NAME=PATTERN gives one the name that the profile uses."),
            Option(
                "set", .text, placeholder: "key=values",
                help:
                    "Another value of the profile, such as decoder.threshold=5uV; several, parted by commas, run each "
                    + "in a process of its own and give a table."),
            Option(
                "pace", .text, placeholder: "pace", initial: "max",
                help: "real keeps the clock, max never waits, 8 is eight times real time."),
            Option(
                "session", .path, placeholder: "folder",
                help: "Where the new session is kept. Default: a new folder in Sessions."),
            .format,
        ],
        examples: [
            "ansa replay Sessions/last --verify",
            "ansa replay night.edf --profile Profiles/adaptive-dbs --channels LFP_L1=EEG*C3 --from 60 --to 120",
        ]
    ) { arguments in
        do throws(Failure) {
            if arguments.flag("verify") { return try await verifyReplay(arguments) }
            guard arguments.text("profile") != nil else {
                throw Failure(ExitCode.usage, "replay needs --verify, or --profile to say which loop to drive")
            }
            let sweep = ProfileSetting.combinations(try ProfileSetting.all(arguments.text("set")))
            if sweep.count > 1 { return await ReplaySweep(arguments: arguments, combinations: sweep).run() }
            return try await RunSession(shadowing: arguments).run()
        } catch {
            return error.report()
        }
    }
}

/// `ansa replay --verify`: first the files, then every stage.
private func verifyReplay(_ arguments: ParsedArguments) async throws(Failure) -> Int32 {
    let directory = arguments.word("source")
    let setup: LoopSetup
    let arms: Bool
    let isCutShort: Bool
    do throws(JournalError) {
        let checked = try JournalReader.verify(directory)
        if let damage = checked.damage.first { throw JournalError.damaged(damage) }
        for warning in checked.warnings { Terminal.tell("Warning: \(warning)") }
        isCutShort = checked.isRecovered || !checked.isClosed
        let reader = try JournalReader(directory)
        arms = reader.arms
        setup = try recordedSetup(reader)
    } catch {
        throw Failure(error.exitCode, "\(error)")
    }
    let outcome: ReplayOutcome
    do {
        outcome = try await Loop.replay(directory, setup: setup, arms: arms, isCutShort: isCutShort)
    } catch let error as JournalError {
        throw Failure(error.exitCode, "\(error)")
    } catch {
        throw Failure(ExitCode.badFile, "\(directory): \(error)")
    }
    return report(outcome, directory: directory, json: arguments.wantsJSON)
}

private func report(_ outcome: ReplayOutcome, directory: String, json: Bool) -> Int32 {
    if json {
        let report = ReplayReport(
            session: directory, ticks: outcome.ticks, compared: outcome.compared,
            divergence: outcome.divergence.map { "\($0)" })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        if let data = try? encoder.encode(report) { Terminal.result(String(decoding: data, as: UTF8.self)) }
    }
    if let divergence = outcome.divergence {
        Terminal.complain("\(directory): \(divergence)")
        return ExitCode.diverged
    }
    if !json {
        Terminal.result(
            "\(directory): \(outcome.ticks) ticks recomputed, \(outcome.compared) records equal, bit for bit")
    }
    return ExitCode.done
}

/// What `replay --verify --format json` prints.
private struct ReplayReport: Codable {
    var session: String
    var ticks: Int64
    var compared: Int64
    var divergence: String?
}

/// The setup of a recorded session, from the inputs in its folder.
private func recordedSetup(_ reader: JournalReader) throws(JournalError) -> LoopSetup {
    let directory = reader.directory
    func unreadable(_ name: String, _ error: any Error) -> JournalError {
        .damaged(JournalDamage(file: name, text: "\(error)"))
    }
    do {
        let profile = try loadProfile(try reader.input("profile"), file: "profile.yaml")
        let device = try loadDevice(try reader.input("device"), file: "device.yaml")
        var setup = LoopSetup(
            profile: profile, limits: nil, pairNames: [],
            amplitudeStep: device.stimulator?.amplitudeStep ?? .init(1),
            network: reader.fileName(ofInput: "network").map { directory + "/" + $0 }, format: reader.header.format,
            montage: reader.header.montage)
        setup.loopNetworks = profile.loops.map { loop in
            let name = loop.decoder.network.flatMap { reader.fileName(ofInput: "network." + $0) } ?? ""
            return LoopNetwork(path: directory + "/" + name, hash: nil)
        }
        if let name = reader.fileName(ofInput: "readout") {
            setup.startReadout = try StoredReadout(try reader.input("readout"), name: name).correction
        }
        if let name = reader.fileName(ofInput: "limits"), let stimulator = device.stimulator {
            let overlay = reader.fileName(ofInput: "overlay")
            let entries = try loadLimits(
                try reader.input("limits"), file: name, overlay: try overlay.map { _ in try reader.input("overlay") },
                overlayFile: overlay ?? "")
            setup.limits = try entries.limits(device: stimulator)
            setup.pairNames = entries.pairIDs
            setup.automaticReturn = AutomaticReturn(entries)
            setup.sensing = SensingRules(entries)
        }
        return setup
    } catch let error as JournalError {
        throw error
    } catch {
        throw unreadable("profile.yaml", error)
    }
}
