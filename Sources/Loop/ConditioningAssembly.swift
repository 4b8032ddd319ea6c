internal import Conditioning
internal import Configuration
internal import Signal

/// What a profile asks of Conditioning, for a source of `format` and `montage`.
///
/// - Throws: a profile that names a channel which the source lacks, or a filter that the rate does not allow.
func conditioningConfiguration(
    _ profile: Profile, format: BlockFormat, montage: Montage, sensing: SensingRules? = nil
) throws(AssemblyError) -> ConditioningConfiguration {
    var configuration = ConditioningConfiguration(format: format, montage: montage)
    let labels = try selectedLabels(profile, montage: montage)
    configuration.channels = try labels.map { label throws(AssemblyError) in try index(of: label, in: montage) }
    configuration.scale = Float(profile.scale ?? 1)
    configuration.rereference = try rereference(profile.rereference, labels: labels)
    configuration.biquads = try biquads(profile.filters, rate: format.rate)
    configuration.blanking = blanking(profile.blanking)
    configuration.watch.channel = try decodedChannel(profile, montage: montage)
    sensing?.apply(to: &configuration)
    if let spikes = profile.spikeDetection {
        configuration.spikeDetection = SpikeDetection(
            threshold: Float(spikes.threshold) / 1_000, refractory: Double(spikes.refractory.value) / 1e6)
    }
    return configuration
}

/// The labels of the channels that come out of Conditioning, in order.
func outputLabels(_ profile: Profile, montage: Montage) throws(AssemblyError) -> [String] {
    let labels = try selectedLabels(profile, montage: montage)
    guard case .bipolar(let pairs) = profile.rereference else { return labels }
    return pairs.map { "\($0.plus)-\($0.minus)" }
}

private func selectedLabels(_ profile: Profile, montage: Montage) throws(AssemblyError) -> [String] {
    let all = montage.channels.map(\.label)
    guard let wanted = profile.channels else { return all }
    for label in wanted { _ = try index(of: label, in: montage) }
    return wanted
}

private func index(of label: String, in montage: Montage) throws(AssemblyError) -> Int {
    guard let index = montage.index(of: label) else {
        throw AssemblyError(
            text: "the source has no channel \"\(label)\"; it has " + listed(montage.channels.map(\.label)))
    }
    return index
}

/// The first dozen of `labels`, and how many there are.
func listed(_ labels: [String]) -> String {
    let shown = labels.prefix(12).joined(separator: ", ")
    return labels.count > 12 ? "\(shown), … (\(labels.count) in all)" : shown
}

private func rereference(
    _ wanted: Configuration.Rereference, labels: [String]
) throws(AssemblyError) -> Conditioning.Rereference {
    switch wanted {
    case .none: return .none
    case .commonAverage: return .commonAverage
    case .bipolar(let pairs):
        var differences: [ChannelDifference] = []
        for pair in pairs {
            guard let plus = labels.firstIndex(of: pair.plus), let minus = labels.firstIndex(of: pair.minus) else {
                throw AssemblyError(
                    text: "the bipolar pair \(pair.plus), \(pair.minus) is not among the channels " + listed(labels))
            }
            differences.append(ChannelDifference(plus: plus, minus: minus))
        }
        return .bipolar(differences)
    }
}

private func blanking(_ wanted: BlankingSpec) -> Blanking {
    let fill: BlankingFill =
        switch wanted.fill {
        case .hold: .hold
        case .linear: .linear
        case .template: .template
        }
    return Blanking(fill: fill, after: wanted.after)
}

private func biquads(_ filters: [FilterSpec], rate: Double) throws(AssemblyError) -> [Biquad] {
    var sections: [Biquad] = []
    for filter in filters {
        do throws(ConditioningError) {
            switch filter {
            case .notch(let centre, let quality):
                sections.append(
                    try FilterDesign.notch(
                        centre: Double(centre) / 1_000, quality: Double(quality) / 1_000, rate: rate))
            case .bandpass(let from, let to, let order):
                sections += try FilterDesign.butterworthBandpass(
                    from: Double(from) / 1_000, to: Double(to) / 1_000, order: order, rate: rate)
            case .highpass(let from, let order):
                sections += try FilterDesign.butterworthHighpass(
                    corner: Double(from) / 1_000, order: order, rate: rate)
            case .lowpass(let to, let order):
                sections += try FilterDesign.butterworthLowpass(corner: Double(to) / 1_000, order: order, rate: rate)
            }
        } catch {
            throw AssemblyError(text: "filter \(filter): \(error)")
        }
    }
    return sections
}
