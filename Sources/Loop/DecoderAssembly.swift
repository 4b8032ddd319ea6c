internal import Configuration
internal import Decoding
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
