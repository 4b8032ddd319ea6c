import Signal

/// What the `structure.oebin` of an Open Ephys recording says.
///
/// Source: Open Ephys, "Binary format" of the GUI's documentation (0.4 to 1.0).
struct OpenEphysStructure {
    struct Input {
        var label: String
        var unit: String
        /// Units in a count.
        var gain: Double?
    }

    struct Stream {
        /// The folder below `continuous`, without the `/` at its end.
        var folder: String
        var rate: RecordedRate
        var inputs: [Input]
    }

    struct Events {
        /// The folder below `events`, without the `/` at its end.
        var folder: String
        var name: String
        var rate: Double?
    }

    let path: String
    private(set) var version = ""
    private(set) var streams: [Stream] = []
    private(set) var events: [Events] = []
    private(set) var warnings: [RecordingWarning] = []

    init(_ path: String) throws(RecordingError) {
        self.path = path
        let tree = try JSONStream.tree(path)
        guard let continuous = tree["continuous"] else {
            throw RecordingError(file: path, place: "continuous", text: "absent, expected the list of streams")
        }
        version = tree["GUI version"]?.text ?? ""
        for (index, entry) in continuous.elements.enumerated() {
            streams.append(try stream(entry, "continuous[\(index)]"))
        }
        for (index, entry) in (tree["events"]?.elements ?? []).enumerated() {
            let folder = try folder(entry, "events[\(index)]")
            let name = entry["channel_name"]?.text ?? ""
            events.append(Events(folder: folder, name: name, rate: entry["sample_rate"]?.number))
        }
        let spikes = tree["spikes"]?.elements.count ?? 0
        if spikes > 0 {
            let text = "\(spikes) spike channels are left out; only continuous data and events are read"
            warnings.append(RecordingWarning(kind: "spikes", place: path, text: text))
        }
    }

    private func folder(_ entry: JSONValue, _ place: String) throws(RecordingError) -> String {
        let stated = entry["folder_name"]?.text ?? entry["folder"]?.text ?? ""
        let parts = stated.replacing("\\", with: "/").split(separator: "/")
        guard !parts.isEmpty, !parts.contains(".."), !stated.hasPrefix("/"), !stated.contains("\0") else {
            throw RecordingError(
                file: path, place: "\(place).folder_name", text: "'\(stated.prefix(80))', expected a folder's name")
        }
        return parts.joined(separator: "/")
    }

    private mutating func stream(_ entry: JSONValue, _ place: String) throws(RecordingError) -> Stream {
        let folder = try folder(entry, place)
        guard let hertz = entry["sample_rate"]?.number, let rate = OpenEphysStructure.rate(hertz) else {
            throw RecordingError(file: path, place: "\(place).sample_rate", text: "absent or no rate in Hz")
        }
        let channels = entry["channels"]?.elements ?? []
        let count = entry["num_channels"]?.whole ?? Int64(channels.count)
        guard count == Int64(channels.count), (1...65_536).contains(count) else {
            throw RecordingError(
                file: path, place: "\(place).num_channels",
                text: "\(count) channels, of which \(channels.count) are described; 1 to 65536 are read")
        }
        var inputs: [Input] = []
        for (index, channel) in channels.enumerated() {
            let label = channel["channel_name"]?.text ?? ""
            let stated = channel["units"]?.text ?? ""
            // The GUI writes no unit for µV of electrodes and V of analog inputs.
            let unit = stated.isEmpty ? (label.contains("ADC") ? "V" : "uV") : stated
            let gain = channel["bit_volts"]?.number
            if gain == nil || gain == 0 {
                let text = "'\(label)' has no bit_volts; its values are counts"
                let where_ = "\(path): \(place).channels[\(index)]"
                warnings.append(RecordingWarning(kind: "scale", place: where_, text: text))
            }
            inputs.append(Input(label: label, unit: gain == nil || gain == 0 ? "" : unit, gain: gain == 0 ? nil : gain))
        }
        return Stream(folder: folder, rate: rate, inputs: inputs)
    }

    /// A rate as the shortest decimal that means it.
    static func rate(_ hertz: Double) -> RecordedRate? {
        guard hertz > 0, hertz < 1e9 else { return nil }
        let text = hertz == hertz.rounded() ? "\(Int64(hertz))" : "\(hertz)"
        if let ratio = RecordingText.fraction(text) { return RecordedRate(ratio.numerator, ratio.denominator) }
        let ratio = RecordingText.reduced(Int64((hertz * 1e6).rounded()), 1_000_000)
        return ratio.numerator > 0 ? RecordedRate(ratio.numerator, ratio.denominator) : nil
    }
}
