import Acquisition
import Configuration
import Foundation
import Interlocks
import Loop
import Neuromorphic
import Sessions
import Signal
import VirtualLab

/// Every driver that this program has.
func drivers() -> SourceRegistry {
    var registry = SourceRegistry.builtIn
    registry.registerVirtualLab()
    return registry
}

/// The source that the profile's device names.
func makeSource(
    _ inputs: RunInputs, seed: UInt64, recording: String?, stretch: RecordingStretch = RecordingStretch()
) throws(Failure) -> any Source {
    let (profile, device) = (inputs.profile, inputs.device)
    var request = SourceRequest(
        montage: device.montage, frames: 0, rateNumerator: device.rateNumerator,
        rateDenominator: device.rateDenominator, kind: device.sampleKind, seed: seed, options: device.options)
    let driver = recording == nil ? device.driver : Recording.driver
    if driver == Recording.driver {
        let reader = try stretch.view(try openRecordingFile(inputs, recording: recording), profile: profile)
        for warning in reader.warnings {
            Terminal.tell("Warning: \(warning.place): \(warning.kind): \(warning.text)")
        }
        request.recording = reader
        request.channels = profile.sourceChannels
        request.range = try stretch.range(reader)
        (request.rateNumerator, request.rateDenominator) = reader.rate
    }
    request.frames = try frames(profile, numerator: request.rateNumerator, denominator: request.rateDenominator)
    do throws(SourceError) { return stretch.paced(try drivers().make(driver: driver, request)) } catch {
        throw Failure(ExitCode.badFile, "\(inputs.profileFile.path): \(error)")
    }
}

/// Instants in a block; a block must hold a whole number of them.
private func frames(_ profile: Profile, numerator: Int64, denominator: Int64) throws(Failure) -> Int {
    let scale = 1_000_000_000 * denominator
    let product = profile.blockNanoseconds.multipliedReportingOverflow(by: numerator)
    guard !product.overflow, product.partialValue >= scale, product.partialValue % scale == 0 else {
        let milliseconds = Double(profile.blockNanoseconds) / 1e6
        throw Failure(
            ExitCode.badFile,
            "a block of \(milliseconds) ms holds no whole number of samples at "
                + "\(Double(numerator) / Double(denominator)) Hz"
        )
    }
    return Int(product.partialValue / scale)
}

/// The recording: the one on the command line, or the profile's, relative to its folder or to here.
private func openRecordingFile(_ inputs: RunInputs, recording: String?) throws(Failure) -> any RecordingReader {
    guard let wanted = recording ?? inputs.profile.recording else {
        throw Failure(
            ExitCode.deviceAbsent,
            "\(inputs.profileFile.path): device \(inputs.device.id) plays a recording; name one with --recording")
    }
    let places = recording != nil ? [wanted] : [inputs.folder + "/" + wanted, wanted]
    guard let path = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
        throw Failure(
            ExitCode.deviceAbsent,
            "the recording \"\(wanted)\" is not there; `make run` fetches it, or name another with --recording")
    }
    do throws(RecordingError) { return try openRecording(path) } catch {
        throw Failure(ExitCode.badFile, "\(error)")
    }
}

extension RunInputs {
    /// What decides the loop, for a source of this shape.
    func setup(format: BlockFormat, montage: Montage) -> LoopSetup {
        var setup = LoopSetup(
            profile: profile, limits: limits, pairNames: limitsEntries?.pairIDs ?? [],
            amplitudeStep: device.stimulator?.amplitudeStep ?? Nanoamperes(1), network: networkFile?.path,
            format: format, montage: montage)
        setup.automaticReturn = limitsEntries.flatMap(AutomaticReturn.init)
        setup.sensing = limitsEntries.map(SensingRules.init)
        setup.folder = folder
        setup.startReadout = readout?.readout.correction
        setup.loopNetworks = loopNetworks.map { file in
            LoopNetwork(path: file?.path ?? "", hash: file.map { Hash256(of: $0.bytes) })
        }
        setup.networkHash = networkFile.map { Hash256(of: $0.bytes) }
        if device.driver != Recording.driver { setup.expectedMontage = device.montage }
        return setup
    }

    /// The files beside the profile that an external decoder's command names: part of the record, not of a replay.
    private var programs: [JournalInput] {
        let words = ([profile.decoder] + profile.loops.map(\.decoder)).flatMap { $0.external?.command ?? [] }
        return words.compactMap { word in
            guard !word.hasPrefix("/"), let bytes = try? readFile(folder + "/" + word) else { return nil }
            let name = word.split(separator: "/").last.map(String.init) ?? word
            return JournalInput(role: "program." + name, name: name, bytes: bytes)
        }
    }

    /// The journal's first record: what decides the session, and what only labels it.
    func header(_ run: RunSession) -> JournalHeader {
        var files = [
            JournalInput(role: "profile", name: "profile.yaml", bytes: profileFile.bytes),
            JournalInput(role: "device", name: "device.yaml", bytes: deviceFile.bytes),
        ]
        if let limitsFile { files.append(JournalInput(role: "limits", name: limitsFile.name, bytes: limitsFile.bytes)) }
        if let overlayFile {
            files.append(JournalInput(role: "overlay", name: overlayFile.name, bytes: overlayFile.bytes))
        }
        for file in signatures {
            let role = Role.allCases.first { file.path.hasSuffix("\($0.rawValue).minisig") }
            files.append(JournalInput(role: "signature-\(role?.rawValue ?? "")", name: file.name, bytes: file.bytes))
        }
        if let networkFile {
            files.append(JournalInput(role: "network", name: networkFile.name, bytes: networkFile.bytes))
        }
        for file in loopNetworks.compactMap(\.self) where !files.contains(where: { $0.name == file.name }) {
            files.append(JournalInput(role: "network." + file.name, name: file.name, bytes: file.bytes))
        }
        if let readout { files.append(JournalInput(role: "readout", name: "readout.json", bytes: readout.bytes)) }
        files += programs.filter { program in !files.contains { $0.name == program.name } }
        return JournalHeader(
            inputs: files, format: run.plan.format, montage: run.source.montage, seed: run.seed,
            instructionSet: instructionSet, implementedInterlocks: InterlockSet.implemented.rawValue,
            facts: [JournalFact("arms", run.arms ? "true" : "false")] + run.coefficients,
            labels: [
                JournalFact("date", ISO8601DateFormatter().string(from: Date())),
                JournalFact("host", ProcessInfo.processInfo.hostName),
                JournalFact("process", "\(getpid())"), JournalFact("pace", run.plan.pace.rawValue),
                JournalFact("profile", folder),
            ] + (run.arguments.text("subject").map { [JournalFact("subject", $0)] } ?? []))
    }
}

/// The instruction set for which equal bits are promised.
#if arch(x86_64)
    let instructionSet = "x86-64-v3"
#else
    let instructionSet = "arm64"
#endif

extension JournalReader {
    /// Whether the session was run with `--arm`.
    var arms: Bool { header.facts.contains(JournalFact("arms", "true")) }
}
