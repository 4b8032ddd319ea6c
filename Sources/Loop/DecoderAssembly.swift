internal import CLinux
internal import Configuration
internal import Decoding
internal import Glibc
internal import Neuromorphic
internal import Signal

/// The decoder that a profile asks for.
///
/// - Throws: a network that cannot be read or does not fit, or a channel that does not come out of Conditioning.
func makeDecoder(_ setup: LoopSetup) throws(AssemblyError) -> any Decoder {
    let decoder = try plainDecoder(setup)
    return setup.wrapDecoder?(decoder) ?? decoder
}

private func plainDecoder(_ setup: LoopSetup) throws(AssemblyError) -> any Decoder {
    let wanted = setup.profile.decoder
    let channel = try decodedChannel(setup.profile, montage: setup.montage)
    do throws(DecoderError) {
        switch wanted.kind {
        case .threshold: return try ThresholdDecoder(channel: channel, rate: setup.format.rate)
        case .spiking: return try spikingDecoder(wanted, channel: channel, setup)
        case .counts:
            let counts = try countsDecoder(wanted, setup)
            guard let adaptation = wanted.adaptation, adaptation.labels != .none else { return counts }
            return try AdaptiveCounts(counts, units: try conditionedChannels(setup), start: setup.startReadout)
        case .external: return try externalDecoder(wanted, setup)
        }
    } catch {
        throw AssemblyError(text: "\(wanted.network ?? "decoder"): \(error)")
    }
}

private func spikingDecoder(
    _ wanted: DecoderSpec, channel: Int, _ setup: LoopSetup
) throws(DecoderError) -> BetaBurstDecoder {
    guard let path = setup.network else { throw .network("a spiking decoder needs `network`") }
    let graph: NIRGraph
    do throws(NIRError) { graph = try NIRGraph.load(path) } catch { throw .network("\(error)") }
    guard wanted.encoder?.kind != .rate else {
        throw .network("the beta-burst decoder takes `encoder: {kind: delta, …}`; it has no rate encoder")
    }
    let microvolts = wanted.encoder.map { Double($0.thresholdNanovolts) / 1_000 } ?? 1
    return try BetaBurstDecoder(
        channel: channel, rate: setup.format.rate, network: graph,
        backend: wanted.backend == .loihiFixed ? .loihiFixed : .float, thresholdMicrovolts: microvolts)
}

/// Index of the decoded channel among the conditioned ones; the first where the profile names none.
func decodedChannel(_ profile: Profile, montage: Montage) throws(AssemblyError) -> Int {
    guard let label = profile.decoder.channel else { return 0 }
    let labels = try outputLabels(profile, montage: montage)
    guard let index = labels.firstIndex(of: label) else {
        throw AssemblyError(text: "the decoder's channel \"\(label)\" is not among " + listed(labels))
    }
    return index
}

private func countsDecoder(_ wanted: DecoderSpec, _ setup: LoopSetup) throws(DecoderError) -> CountsDecoder {
    guard let path = setup.network else { throw .network("a decoder of counts needs `network`") }
    let graph: NIRGraph
    do throws(NIRError) { graph = try NIRGraph.load(path) } catch { throw .network("\(error)") }
    return try CountsDecoder(
        network: graph, channels: try conditionedChannels(setup),
        blockSeconds: Double(setup.format.blockNanoseconds) / 1e9,
        backend: wanted.backend == .loihiFixed ? .loihiFixed : .float)
}

/// A process that is not running yet, or, in a replay, what it decided.
private func externalDecoder(_ wanted: DecoderSpec, _ setup: LoopSetup) throws(DecoderError) -> any Decoder {
    guard let external = wanted.external else { throw .network("an external decoder needs `command`") }
    if setup.isReplay { return RecordedDecoder(unit: external.unit) }
    let settings = ExternalDecoderSettings(
        command: external.command.map { fileBeside(setup.folder, $0) },
        deadline: setup.isLockStep ? 10_000_000_000 : external.deadline.value,
        range: Float(Double(external.lower) / 1e6)...Float(Double(external.upper) / 1e6), unit: external.unit)
    return try ExternalDecoder(
        settings, channels: try conditionedChannels(setup), frames: setup.format.frames, rate: setup.format.rate)
}

private func conditionedChannels(_ setup: LoopSetup) throws(DecoderError) -> Int {
    do throws(AssemblyError) {
        return try outputLabels(setup.profile, montage: setup.montage).count
    } catch {
        throw .network("\(error)")
    }
}

/// The path of the file `word` beside the profile, or `word` itself where there is none.
private func fileBeside(_ folder: String?, _ word: String) -> String {
    guard let folder, !word.hasPrefix("/"), !word.isEmpty, unsafe access(folder + "/" + word, F_OK) == 0 else {
        return word
    }
    return folder + "/" + word
}

/// Starts a decoder that is a process, off the loop's core; nothing to do for others.
func start(_ decoder: any Decoder) throws(AssemblyError) {
    guard let external = decoder as? ExternalDecoder else { return }
    do throws(DecoderError) { try external.start() } catch { throw AssemblyError(text: "decoder: \(error)") }
    _ = ansa_keep_off_loop_core(external.processIdentifier)
}
